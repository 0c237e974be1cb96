"""What became of a claimed event: its one outcome, and what that means for the rest of its play.

Locks are taken in one order everywhere: account, play, contact, event.
"""

import msgspec

from app.domain.identity import Identity, IdentityMode, Unknown
from app.domain.outcome import (
    AccountNews,
    Delivered,
    Disowned,
    Outcome,
    RefusedMedium,
    Rejected,
    was_asked,
)
from app.store.postgres import figures
from app.store.postgres.account import Gate, hear, return_permit
from app.store.postgres.db import Db, Row
from app.store.postgres.refused import accept, refuse
from app.store.postgres.whom import known_of
from app.store.rules.settling import Next, answer_of, disown, next_rung, released, settled
from app.store.rules.states import decode_play, encode_play
from app.store.values import Job

# A delivery is a fact even if the lease ran out meanwhile; anything else needs the lease.
SETTLE_DELIVERED = """
    UPDATE playrelay.outbox SET status = 'delivered', lease_until = NULL, due_at = NULL,
        settled_at = $2, reason = $3, answer = $4::text::jsonb
    WHERE id = $1 AND status IN ('sending', 'due')
    RETURNING play
"""
SETTLE = """
    UPDATE playrelay.outbox SET status = $3, lease_until = NULL, due_at = $4, reason = $5,
        settled_at = $6, attempts = attempts - $7, answer = $8::text::jsonb,
        family = $9
    WHERE id = $1 AND status = 'sending' AND lease_until = $2
    RETURNING play
"""
# The rest of a play comes along: due, it would stand in the way of every claim.
COME_ALONG = """
    UPDATE playrelay.outbox SET status = $3, due_at = $4, reason = $5
    WHERE status = 'due' AND play = $2 AND id > $1
"""
LOCK_PLAY = """
    SELECT id, state, utk FROM playrelay.plays
    WHERE id = (SELECT play FROM playrelay.outbox WHERE id = $1) FOR NO KEY UPDATE
"""
SAVE_STATE = "UPDATE playrelay.plays SET state = $2::text::json WHERE id = $1"
DISOWN = "UPDATE playrelay.plays SET state = $2::text::json, mail = mail AND $3 WHERE id = $1"
# HubSpot itself named the contact: it was merged or deleted since, so the answer is void.
ASK_AFRESH = """
    UPDATE playrelay.contacts
    SET contact_id = NULL, asked_at = NULL, asked = 0, ask_at = $3, ask_by = $3
    WHERE utk = $1 AND contact_id = $2
"""
# Nobody asked, as long as another identity was good enough; or nothing waited for the answer.
ASK_AT_LAST = """
    INSERT INTO playrelay.contacts AS c (utk, ask_at, ask_by) VALUES ($1, $2, $2)
    ON CONFLICT (utk) DO UPDATE SET asked = 0, ask_at = $2, ask_by = $2
    WHERE c.contact_id IS NULL AND c.ask_at IS NULL
"""


async def settle(
    db: Db,
    gate: Gate,
    mode: IdentityMode,
    job: Job,
    outcome: Outcome,
    account: AccountNews,
    now: int,
) -> None:
    """Write the outcome, the account's state, and start the permit's ten seconds."""
    asked = was_asked(account)
    await return_permit(db, gate, job.permit, now, used=asked)
    await hear(db, account, now)
    if isinstance(outcome, Delivered):
        before = await db.row(LOCK_PLAY, job.id)
        given = (now, outcome.rung, answer_of(outcome))
        done = await db.value(SETTLE_DELIVERED, job.id, *given)
        if before is not None and done is not None:
            await _attribute(db, before)
            await figures.count_day(db, now, delivered=1)
        await accept(db, job.play.medium)
    elif isinstance(outcome, Disowned):
        await _settle(db, job, await _next_rung(db, mode, job, outcome, now))
    else:
        await _settle(db, job, settled(outcome, now, asked=asked))
    if isinstance(outcome, Rejected):
        await figures.count_day(db, now, rejected=1)
    if isinstance(outcome, RefusedMedium):
        await refuse(db, job.play.medium, outcome, now)


async def release(
    db: Db,
    gate: Gate,
    mode: IdentityMode,
    job: Job,
    now: int,
    *,
    sent: bool,
    wait: str,
    until: int | None,
) -> None:
    """Put a job back as it was. A permit that was not used is free at once."""
    await return_permit(db, gate, job.permit, now, used=sent)
    await db.row(LOCK_PLAY, job.id)
    if isinstance(job.identity, Unknown):
        identity = (await known_of(db, [job.play], lock=True)).whose(job.play, mode)
        if isinstance(identity, Identity):
            wait = ""  # the answer came between the claim and now
    await _settle(db, job, released(wait, until, now, sent=sent))


async def _settle(db: Db, job: Job, what: Next) -> None:
    await db.row(LOCK_PLAY, job.id)
    given = (what.status, what.due_at, what.reason)
    rest = (what.settled_at, int(what.blameless), what.answer, what.family)
    play = await db.value(SETTLE, job.id, job.lease_until, *given, *rest)
    if play is not None and what.status != "rejected":
        await db.change(COME_ALONG, job.id, play, *given)


async def _attribute(db: Db, stored: Row) -> None:
    """The play is on a contact: the first of its events to get there counts it."""
    before = decode_play(stored["state"])
    if not before.attributed:
        after = msgspec.structs.replace(before, attributed=True)
        await db.change(SAVE_STATE, stored["id"], encode_play(after).decode())
        await figures.move(db, before, after)


async def _next_rung(db: Db, mode: IdentityMode, job: Job, outcome: Disowned, now: int) -> Next:
    """The play forgets the identity that HubSpot knows nobody by, and is due as the next one."""
    stored = await db.row(LOCK_PLAY, job.id)
    if stored is None:  # erased meanwhile, and the event with it
        return next_rung(outcome, job.identity, now)
    play = disown(decode_play(stored["state"]), outcome)
    by_mail = "mail" in play.refused
    await db.change(DISOWN, stored["id"], encode_play(play).decode(), not by_mail)
    rung, _, contact_id = outcome.identity.partition(":")
    if rung == "usertoken":
        await db.change(ASK_AFRESH, stored["utk"], int(contact_id), now)
    identity = (await known_of(db, [play], lock=True)).whose(play, mode)
    if isinstance(identity, Unknown) and mode == "lookup" and stored["utk"] is not None:
        await db.change(ASK_AT_LAST, stored["utk"], now)
    return next_rung(outcome, identity, now)
