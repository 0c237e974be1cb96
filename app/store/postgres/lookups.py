"""Whose usertokens are asked about next, and what the answers release."""

from collections.abc import Mapping

from app.domain.outcome import AccountNews
from app.store.postgres.account import Gate, allowance, hear, take_permit, used_permit
from app.store.postgres.db import Db
from app.store.postgres.whom import LOCK_CONTACTS
from app.store.rules.asking import YIELD_MS, latest_ask
from app.store.values import LookupClaim

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
POSTPONE_LOOKUPS = """
    UPDATE playrelay.contacts c SET ask_at = n.at, ask_by = n.by
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS n (utk, at, by) WHERE c.utk = n.utk
"""
KEEP_ANSWERS = """
    UPDATE playrelay.contacts c SET contact_id = n.contact_id, asked_at = $5, asked = asked + 1,
        ask_at = n.at, ask_by = n.by
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n (utk, contact_id, at, by)
    WHERE c.utk = n.utk
"""
RELEASE_CONTACTS = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $2, reason = ''
    WHERE status = 'waiting'
    AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]))
"""
RELEASE_MAILS = RELEASE_CONTACTS.replace("ANY ($1::text[])", "ANY ($1::text[]) AND mail")
STILL_WAITING = """
    UPDATE playrelay.outbox SET reason = 'stranger'
    WHERE status = 'waiting'
    AND play IN (SELECT id FROM playrelay.plays WHERE utk = ANY ($1::text[]) AND NOT mail)
"""


async def claim_lookup(db: Db, gate: Gate, now: int, limit: int, lease_ms: int) -> LookupClaim:
    """Take the usertokens that are due; their next look-up stands at the lease's end meanwhile."""
    account = await allowance(db, gate, now)
    wait_until = account.wait_until
    if wait_until is None:
        wait_until = await _worth_asking(db, now, limit)
    due = []
    if wait_until is not None and wait_until <= now:
        due = await db.rows(DUE_LOOKUPS, now, limit)
        if not due:  # all of them are being written at this moment
            wait_until = now + 1
    if not due:
        return LookupClaim((), {}, 0, wait_until, account.failures, account.strained)
    asked = {row["utk"]: row["asked"] for row in due}
    await db.change(LEASE_LOOKUPS, list(asked), now + lease_ms)
    permit = await take_permit(db, gate, now, lease_ms)
    return LookupClaim(tuple(asked), asked, permit, None, account.failures, account.strained)


async def settle_lookup(
    db: Db,
    gate: Gate,
    permit: int,
    answers: Mapping[str, int | None],
    ask_again: Mapping[str, int],
    account: AccountNews,
    now: int,
) -> int:
    """Keep the answers; release what they settle."""
    await used_permit(db, gate, permit, now)
    await hear(db, account, now)
    utks = sorted(answers.keys() | ask_again.keys())
    if not utks:
        return 0
    await db.rows(LOCK_CONTACTS, utks)
    asked = [utk for utk in utks if utk in answers]
    if asked:
        again = _again(asked, ask_again, now)
        await db.change(KEEP_ANSWERS, asked, [answers[utk] for utk in asked], *again, now)
    postponed = [utk for utk in utks if utk not in answers]
    if postponed:
        await db.change(POSTPONE_LOOKUPS, postponed, *_again(postponed, ask_again, now))
    return await _release(db, answers, now)


async def _release(db: Db, answers: Mapping[str, int | None], now: int) -> int:
    """What waited for these answers is due; what goes on waiting says for what."""
    contacts = [utk for utk, contact_id in answers.items() if contact_id is not None]
    strangers = [utk for utk, contact_id in answers.items() if contact_id is None]
    released = 0
    if contacts:
        released += await db.change(RELEASE_CONTACTS, contacts, now)
    if strangers:
        released += await db.change(RELEASE_MAILS, strangers, now)
        await db.change(STILL_WAITING, strangers)
    return released


async def _worth_asking(db: Db, now: int, limit: int) -> int | None:
    """When the next look-up is worth a request (now, or earlier); None: nobody is to be asked."""
    first = await db.value(FIRST_DUE)
    if first is None:
        return None
    if first > now and await db.value(GATHERED, now, limit) < limit:
        return int(first)
    new = await db.value(FIRST_NEW)
    anybody_new = new is not None and new <= now
    if not anybody_new and first > now - YIELD_MS and await db.value(EVENTS_DUE, now):
        return now + 1_000
    return now


def _again(
    utks: list[str], ask_again: Mapping[str, int], now: int
) -> tuple[list[int | None], list[int | None]]:
    """When the usertokens may be asked about again, and when they must."""
    at = [ask_again.get(utk) for utk in utks]
    return at, [latest_ask(each, now) for each in at]
