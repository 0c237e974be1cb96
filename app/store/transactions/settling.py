"""Settles a claimed event: its one outcome, and the consequences for the rest of its play."""

from app.domain.destination import MEDIA_BRIDGE
from app.domain.identity import Identity, IdentityMode, Unknown
from app.domain.outcome import (
    AccountUpdate,
    Delivered,
    Failing,
    Healthy,
    IdentityRejected,
    Outcome,
    Paused,
    RefusedMedium,
    Rejected,
    was_asked,
)
from app.store.policy import StorePolicy
from app.store.records import Job
from app.store.rules.outcomes import (
    NextState,
    answer_of,
    state_after,
    state_released,
    state_with,
    without_identity,
)
from app.store.rules.plays import decode_play, encode_play, watched
from app.store.rules.turns import PROVEN
from app.store.transactions.destinations import recover, rest, rests_alone
from app.store.transactions.figures import add_attributed, count_activity
from app.store.transactions.identities import identity_at, load_visitors
from app.store.transactions.permits import record_account, return_permit
from app.store.transactions.refused_all import judge_refusals
from app.store.transactions.refused_media import accept, refuse
from app.store.tx import Tx

# A delivery counts even if the lease has expired; any other outcome needs the lease.
SETTLE_DELIVERED = """
    UPDATE playrelay.outbox SET status = 'delivered', lease_until = NULL, due_at = NULL,
        settled_at = $2, reason = $3, answer = $4, contact_id = $5
    WHERE id = $1 AND status IN ('sending', 'due')
    RETURNING play
"""
SETTLE = """
    UPDATE playrelay.outbox SET status = $3, lease_until = NULL, due_at = $4, reason = $5,
        settled_at = $6, attempts = attempts - $7, answer = $8, family = $9
    WHERE id = $1 AND status = 'sending' AND lease_until = $2
    RETURNING play
"""
# The play's later events move to the same state; left due, every claim would find and skip them.
MOVE_LATER = """
    UPDATE playrelay.outbox SET status = $3, due_at = $4, reason = $5
    WHERE status = 'due' AND play = $2 AND id > $1 AND destination = $6
"""
_PLAY = """
    FROM playrelay.plays
    WHERE id = (SELECT play FROM playrelay.outbox WHERE id = $1) FOR NO KEY UPDATE
"""
LOCK_PLAY = f"SELECT id, attributed, watched_by {_PLAY}"
STATE = "SELECT state FROM playrelay.plays WHERE id = $1"
LOAD_PLAY = f"SELECT id, state, utk {_PLAY}"
# The last answer counts: HubSpot merges contacts.
ATTRIBUTE = """
    UPDATE playrelay.plays SET attributed = true, watched_by = $2, medium = $3, covered = $4
    WHERE id = $1
"""
PROVE_LATER = """
    UPDATE playrelay.outbox SET rank = $2
    WHERE play = $1 AND rank <> $2 AND status IN ('due', 'waiting')
"""
RELEASE_ELSEWHERE = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $3, reason = ''
    WHERE play = $1 AND destination <> $2 AND status = 'waiting'
"""
REJECT_IDENTITY = """
    UPDATE playrelay.plays SET state = $2::json, mail = mail AND $3 WHERE id = $1
"""
# HubSpot itself named the contact: it was merged or deleted since, so the answer is void.
VOID_ANSWER = """
    UPDATE playrelay.contacts
    SET contact_id = NULL, asked_at = NULL, asked = 0, ask_at = $3, ask_by = $3
    WHERE utk = $1 AND contact_id = $2
"""
# No look-up was made while another identity was good enough; or nothing waited for the answer.
ASK_NOW = """
    INSERT INTO playrelay.contacts AS c (utk, ask_at, ask_by) VALUES ($1, $2, $2)
    ON CONFLICT (utk) DO UPDATE SET asked = 0, ask_at = excluded.ask_at, ask_by = excluded.ask_by
    WHERE c.contact_id IS NULL AND c.ask_at IS NULL
"""


async def settle(
    tx: Tx, policy: StorePolicy, job: Job, outcome: Outcome, update: AccountUpdate, now: int
) -> None:
    """Write the outcome and the account's state, and let the permit end one window from now."""
    asked = was_asked(update)
    await return_permit(tx, policy.quota, job.permit, now, used=asked)
    alone = rests_alone(policy, update)
    await record_account(tx, update, now, only_counted=alone)
    if alone and isinstance(update, Paused | Failing):
        until = update.until if isinstance(update, Paused) else update.paused_until or 0
        await rest(tx, job.destination, update.reason, until)
    await recover(tx, policy, job.destination, update, now)
    if isinstance(outcome, Delivered):
        await _deliver(tx, job, outcome, now, several=len(policy.destinations) > 1)
    elif isinstance(outcome, IdentityRejected):
        await _settle(tx, job, await _next_identity(tx, policy.identity, job, outcome, now))
    else:
        state = state_after(outcome, now, asked=asked, destination=job.destination)
        await _settle(tx, job, state)
        if isinstance(outcome, Rejected):
            await count_activity(tx, now, rejected=1)
            if isinstance(update, Healthy) and update.alike_until is not None:
                await judge_refusals(
                    tx, policy, job.destination, outcome, state.family, update.alike_until, now
                )
    if isinstance(outcome, RefusedMedium):
        await refuse(tx, job.play.medium, outcome, now)


async def release(
    tx: Tx, policy: StorePolicy, job: Job, now: int, *, sent: bool, wait: str, until: int | None
) -> None:
    """Release a job unchanged. A permit that was not used is free at once."""
    await return_permit(tx, policy.quota, job.permit, now, used=sent)
    play = await tx.row(LOCK_PLAY, job.id)
    if play is not None and isinstance(job.identity, Unknown):
        visitors = await load_visitors(tx, [job.play], lock=True)
        identity = await identity_at(tx, policy, play["id"], job.play, visitors, job.destination)
        if isinstance(identity, Identity):
            wait = ""  # the answer arrived between the claim and now
    await _settle(tx, job, state_released(wait, until, now, sent=sent))


async def _deliver(tx: Tx, job: Job, outcome: Delivered, now: int, *, several: bool) -> None:
    """The event is delivered; the first delivered event of a play puts the play on the contact.

    `several`: there are other destinations, which may have waited for that.
    """
    play = await tx.row(LOCK_PLAY, job.id)
    answer = answer_of(outcome)
    settled = await tx.value(
        SETTLE_DELIVERED, job.id, now, outcome.source, answer, outcome.contact_id
    )
    if play is not None and settled is not None:
        row, attributed, watched_by = play
        if outcome.contact_id is not None and watched_by != outcome.contact_id:
            known = decode_play(await tx.value(STATE, row))
            await tx.change(ATTRIBUTE, row, outcome.contact_id, *watched(known))
            if not attributed:
                await add_attributed(tx, known)
                await tx.change(PROVE_LATER, row, PROVEN)
                if several:
                    await tx.change(RELEASE_ELSEWHERE, row, job.destination, now)
        await count_activity(tx, now, delivered=1)
    if job.destination == MEDIA_BRIDGE:
        await accept(tx, job.play.medium)


async def _settle(tx: Tx, job: Job, state: NextState) -> None:
    await tx.row(LOCK_PLAY, job.id)
    moved = (state.status, state.due_at, state.reason)
    rest = (state.settled_at, int(state.uncounted), state.answer, state.family)
    play = await tx.value(SETTLE, job.id, job.lease_until, *moved, *rest)
    if play is not None and state.status != "rejected":
        await tx.change(MOVE_LATER, job.id, play, *moved, job.destination)


async def _next_identity(
    tx: Tx, mode: IdentityMode, job: Job, outcome: IdentityRejected, now: int
) -> NextState:
    """Remove the identity that HubSpot refused; the play's events are due with the next."""
    stored = await tx.row(LOAD_PLAY, job.id)
    if stored is None:  # erased meanwhile, and the event with it
        return state_with(job.identity, outcome, now)
    row, state, utk = stored
    play = without_identity(decode_play(state), outcome)
    by_mail = "mail" in play.refused
    await tx.change(REJECT_IDENTITY, row, encode_play(play).decode(), not by_mail)
    source, _, contact_id = outcome.identity.partition(":")
    if source == "usertoken":
        await tx.change(VOID_ANSWER, utk, int(contact_id), now)
    visitors = await load_visitors(tx, [play], lock=True)
    identity = visitors.resolve(play, mode, job.destination)
    if isinstance(identity, Unknown) and mode == "lookup" and utk is not None:
        await tx.change(ASK_NOW, utk, now)
    return state_with(identity, outcome, now)
