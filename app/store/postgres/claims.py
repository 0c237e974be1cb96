"""Which event goes next: leases, with a permit of the rate window.

What was earned in the last minutes goes first, so that a backlog never delays what happens now;
every tenth permit is the backlog's all the same, so that it always moves. A play that somebody is
working on at this moment is passed over.
"""

from dataclasses import replace

from app.domain.identity import Identity, IdentityMode
from app.store.postgres import figures
from app.store.postgres.account import Gate, allowance, take_permit
from app.store.postgres.db import Db, Row
from app.store.postgres.refused import refusal_of
from app.store.postgres.whom import known_of
from app.store.rules.account import FRESH_MS
from app.store.rules.states import UNREADABLE, readable
from app.store.values import Claim, Job

SOON_MS = 50
"""After so long a play that is being worked on is looked at again."""

# No earlier event of the same play stands before it: in flight, waiting, or put off.
_UNBLOCKED = """
    o.status = 'due' AND o.due_at <= $1 AND NOT EXISTS (
        SELECT 1 FROM playrelay.outbox e WHERE e.play = o.play AND e.id < o.id
        AND (e.status IN ('sending', 'waiting') OR e.status = 'due' AND e.due_at > $1))
"""
_NOBODY_ELSES = "LIMIT 1 FOR NO KEY UPDATE OF p SKIP LOCKED"
FRESH = f"""
    SELECT o.play, p.state FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
    WHERE o.created_at > $2 AND {_UNBLOCKED} ORDER BY o.created_at, o.id {_NOBODY_ELSES}
"""  # noqa: S608 - ours
LONGEST_DUE = f"""
    SELECT o.play, p.state FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
    WHERE {_UNBLOCKED} ORDER BY o.due_at, o.id {_NOBODY_ELSES}
"""  # noqa: S608 - ours
ANYBODYS = f"SELECT 1 FROM playrelay.outbox o WHERE {_UNBLOCKED} LIMIT 1"  # noqa: S608 - ours
# The play's first: a fresh event may have late ones of its own play before it.
LEASE = """
    UPDATE playrelay.outbox SET status = 'sending', lease_until = $2, attempts = attempts + 1
    WHERE status = 'due'
    AND id = (SELECT min(id) FROM playrelay.outbox WHERE play = $1 AND status = 'due')
    RETURNING id, event, value, occurred_at, created_at, attempts
"""
# What can't be read can't be sent, and must not hold up the others.
SET_ASIDE = """
    UPDATE playrelay.outbox SET status = 'rejected', due_at = NULL, settled_at = $2,
        reason = 'unreadable', family = 'unreadable', answer = $3::text::jsonb
    WHERE play = $1 AND status = 'due'
"""
NEXT_DUE = "SELECT min(due_at) FROM playrelay.outbox WHERE status = 'due' AND due_at > $1"
PROVEN = """
    SELECT 1 FROM playrelay.outbox
    WHERE play = $1 AND status = 'delivered' AND reason = $2 LIMIT 1
"""


async def claim(db: Db, gate: Gate, mode: IdentityMode, now: int, lease_ms: int) -> Claim:
    """Lease the next event and a permit for it, or say when to ask again."""
    account = await allowance(db, gate, now)
    none = account.nothing()
    if account.wait_until is not None:
        return none
    found = await _next_play(db, now, backlogs_turn=account.backlogs_turn)
    if found is None:
        if await db.value(ANYBODYS, now):
            return replace(none, next_at=now + SOON_MS)
        return replace(none, next_at=await db.value(NEXT_DUE, now))
    play = readable(found["state"])
    if play is None:
        set_aside = await db.change(SET_ASIDE, found["play"], now, UNREADABLE)
        await figures.count_day(db, now, rejected=set_aside)
        return replace(none, next_at=now)
    leased = await db.row(LEASE, found["play"], now + lease_ms)
    if leased is None:  # a person was quicker
        return replace(none, next_at=now)
    identity = (await known_of(db, [play])).whose(play, mode)
    proven, refusal = False, None
    if isinstance(identity, Identity):
        proven = await db.value(PROVEN, found["play"], identity.rung) is not None
        refusal = await refusal_of(db, play.medium, now, lease_ms, strained=account.strained)
    job = Job(
        permit=await take_permit(db, gate, now, lease_ms),
        lease_until=now + lease_ms,
        play=play,
        identity=identity,
        proven=proven,
        refusal=refusal,
        **dict(leased),
    )
    return replace(none, job=job, quota_left=account.left - 1)


async def _next_play(db: Db, now: int, *, backlogs_turn: bool) -> Row | None:
    """The play whose first due event is next; held until the transaction's end."""
    if not backlogs_turn:
        fresh = await db.row(FRESH, now, now - FRESH_MS)
        if fresh is not None:
            return fresh
    return await db.row(LONGEST_DUE, now)
