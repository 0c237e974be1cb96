"""Which usertokens are looked up at HubSpot next, and which events the answers release."""

from collections.abc import Iterable, Mapping

from app.domain.observation import Observation
from app.domain.outcome import AccountUpdate
from app.domain.play import Play
from app.store.errors import Raced
from app.store.policy import Quota, StorePolicy
from app.store.records import LookupClaim
from app.store.rules.lookup_times import (
    ASKED_JUST_NOW_MS,
    RECHECK_AFTER_MS,
    SOON_MS,
    YIELD_MS,
    gather_time,
    latest_ask,
    pause,
    to_ask,
)
from app.store.rules.turns import PROVEN, UNPROVEN
from app.store.transactions.identities import LOCK_CONTACTS
from app.store.transactions.permits import (
    record_account,
    return_permit,
    send_decision,
    take_permit,
)
from app.store.tx import Tx

PERMITS_IN_USE = "SELECT count(*) FROM playrelay.permits WHERE frees_at > $1"
ADD_CONTACT = """
    INSERT INTO playrelay.contacts (utk, ask_at, ask_by) VALUES ($1, $2, $3)
    ON CONFLICT (utk) DO NOTHING RETURNING utk
"""
# A usertoken that needs no look-up is listed again for a returning stranger, or a contact that was
# not checked for long.
ASK_AGAIN = """
    UPDATE playrelay.contacts SET asked = 0,
        ask_at = greatest($2, asked_at + $4), ask_by = greatest($3, asked_at + $5)
    WHERE utk = ANY ($1::text[]) AND asked_at IS NOT NULL AND CASE WHEN contact_id IS NULL
        THEN ask_by IS NULL OR ask_by > greatest($3, asked_at + $5)
        ELSE ask_by IS NULL AND asked_at < $6 END
"""
# Somebody was just identified at HubSpot: look up soon, and again a little later (asked = -1).
ASK_SOON = """
    UPDATE playrelay.contacts SET asked = -1,
        ask_at = $2, ask_by = least(coalesce(ask_by, $3), $3)
    WHERE utk = ANY ($1::text[]) AND contact_id IS NULL AND asked >= 0
        AND (asked_at IS NULL OR asked_at < $4)
"""
DUE_LOOKUPS = """
    SELECT utk, asked FROM playrelay.contacts WHERE ask_at <= $1
    ORDER BY ask_by, utk LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""
FIRST_DUE = "SELECT min(ask_by) FROM playrelay.contacts WHERE ask_by IS NOT NULL"
FIRST_NEW = "SELECT min(ask_by) FROM playrelay.contacts WHERE asked_at IS NULL"
GATHERED = """
    SELECT count(*) FROM (SELECT 1 FROM playrelay.contacts WHERE ask_at <= $1 LIMIT $2) AS found
"""
EVENTS_DUE = "SELECT 1 FROM playrelay.outbox WHERE status = 'due' AND due_at <= $1 LIMIT 1"
LEASE_LOOKUPS = """
    UPDATE playrelay.contacts SET ask_at = $2, ask_by = $2 WHERE utk = ANY ($1::text[])
"""
POSTPONE_LOOKUP = "UPDATE playrelay.contacts SET ask_at = $2, ask_by = $3 WHERE utk = $1"
KEEP_ANSWER = """
    UPDATE playrelay.contacts SET contact_id = $2, asked_at = $3, asked = asked + 1,
        ask_at = $4, ask_by = $5
    WHERE utk = $1
"""
_RELEASE = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $2, reason = '', rank = $3
    WHERE status = 'waiting'
"""
# What was already due, by an email link.
PROVE = """
    UPDATE playrelay.outbox SET rank = $2 WHERE status = 'due' AND rank <> $2
    AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]) AND mail)
"""
RELEASE_CONTACTS = f"""
    {_RELEASE} AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]))
"""
RELEASE_MAILS = f"""
    {_RELEASE} AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]) AND mail)
"""
KEEP_WAITING = """
    UPDATE playrelay.outbox SET reason = 'stranger' WHERE status = 'waiting'
    AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]) AND NOT mail)
"""


async def introduce(
    tx: Tx,
    policy: StorePolicy,
    moves: Iterable[tuple[Play | None, Play]],
    listed: frozenset[str],
    now: int,
) -> None:
    """List the visitors of changed plays (before, after) for a look-up. `listed`: already are."""
    asked = {to_ask(before, after, policy.identity) for before, after in moves}
    wanted = {utk for utk in asked if utk is not None}
    if not wanted:
        return
    in_use = await tx.value(PERMITS_IN_USE, now)
    soon = now + gather_time(in_use)
    new, old = sorted(wanted - listed), sorted(wanted & listed)
    if new and len(await tx.each_row(ADD_CONTACT, [(utk, now, soon) for utk in new])) < len(new):
        raise Raced
    if old:
        await tx.change(ASK_AGAIN, old, now, soon, *pause(in_use), now - RECHECK_AFTER_MS)


async def ask_soon(
    tx: Tx, policy: StorePolicy, observations: Iterable[Observation], now: int
) -> int:
    """Hurry the look-ups of visitors who were just identified; returns how many.

    They are gathered for two seconds, so that one request in that time is enough for all of them.
    """
    utks = {each.play.utk[1] for each in observations if each.identified and each.play.utk}
    if not utks or policy.identity != "lookup":
        return 0
    return await tx.change(ASK_SOON, sorted(utks), now, now + SOON_MS, now - ASKED_JUST_NOW_MS)


async def claim_lookup(tx: Tx, quota: Quota, now: int, limit: int, lease_ms: int) -> LookupClaim:
    """Take the usertokens that are due; their next look-up is at the lease's end until then."""
    account = await send_decision(tx, quota, now)
    wait_until = account.wait_until
    if wait_until is None:
        wait_until = await _next_lookup(tx, now, limit)
    due = []
    if wait_until is not None and wait_until <= now:
        due = await tx.rows(DUE_LOOKUPS, now, limit)
        if not due:  # other transactions have locked all of them
            wait_until = now + 1
    if not due:
        return LookupClaim((), {}, 0, wait_until, account.failures, account.strained)
    asked = {utk: times for utk, times in due}  # noqa: C416 - rows are no pairs
    await tx.change(LEASE_LOOKUPS, list(asked), now + lease_ms)
    permit = await take_permit(tx, quota, now, lease_ms)
    return LookupClaim(tuple(asked), asked, permit, None, account.failures, account.strained)


async def settle_lookup(
    tx: Tx,
    quota: Quota,
    permit: int,
    answers: Mapping[str, int | None],
    ask_again: Mapping[str, int],
    update: AccountUpdate,
    now: int,
) -> int:
    """Save the answers; returns how many events they release."""
    await return_permit(tx, quota, permit, now, used=True)
    await record_account(tx, update, now)
    utks = sorted(answers.keys() | ask_again.keys())
    if not utks:
        return 0
    await tx.rows(LOCK_CONTACTS, utks)
    again = {utk: (ask_again.get(utk), latest_ask(ask_again.get(utk), now)) for utk in utks}
    answered = [(utk, answers[utk], now, *again[utk]) for utk in utks if utk in answers]
    postponed = [(utk, *again[utk]) for utk in utks if utk not in answers]
    if answered:
        await tx.each(KEEP_ANSWER, answered)
    if postponed:
        await tx.each(POSTPONE_LOOKUP, postponed)
    return await _release(tx, answers, now)


async def _release(tx: Tx, answers: Mapping[str, int | None], now: int) -> int:
    """Release what waited for these answers; what still waits gets its reason."""
    contacts = [utk for utk, contact_id in answers.items() if contact_id is not None]
    strangers = [utk for utk, contact_id in answers.items() if contact_id is None]
    released = 0
    if contacts:
        released += await tx.change(RELEASE_CONTACTS, contacts, now, PROVEN)
        await tx.change(PROVE, contacts, PROVEN)
    if strangers:
        released += await tx.change(RELEASE_MAILS, strangers, now, UNPROVEN)
        await tx.change(KEEP_WAITING, strangers)
    return released


async def _next_lookup(tx: Tx, now: int, limit: int) -> int | None:
    """When the next look-up is worth a request (now, or earlier); None: nothing to look up."""
    first = await tx.value(FIRST_DUE)
    if first is None:
        return None
    if first > now and await tx.value(GATHERED, now, limit) < limit:
        return int(first)
    new = await tx.value(FIRST_NEW)
    has_new = new is not None and new <= now
    if not has_new and first > now - YIELD_MS and await tx.value(EVENTS_DUE, now):
        return now + 1_000
    return now
