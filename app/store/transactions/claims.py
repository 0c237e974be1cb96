"""Claims the event to send next: a lease, with a permit of the rate window.

Visitors with a proven identity go before the others. Within both groups, events of the last minutes
go first, in turns, so that neither a flood nor a backlog delays new plays. One in ten permits is
for the oldest due event of all. A play that another transaction has locked is skipped. Several
destinations take turns in going first; paused ones are left out.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import Identity
from app.store.policy import StorePolicy
from app.store.records import Claim, Job
from app.store.rules.plays import UNREADABLE, readable
from app.store.rules.send_decision import FRESH_MS, SendDecision
from app.store.rules.turns import PROVEN, UNPROVEN
from app.store.transactions.destinations import Standing, destinations_in_turn
from app.store.transactions.figures import count_activity
from app.store.transactions.identities import identity_at, load_visitors
from app.store.transactions.permits import send_decision, take_permit
from app.store.transactions.refused_media import refusal_of
from app.store.tx import Row, Tx

LOCKED_MS = 50
"""After so long, a play that was locked by another transaction is tried again."""

# No earlier event of the same play, for the same destination, is in flight, waiting, or due later.
_UNBLOCKED = """
    o.status = 'due' AND o.due_at <= $1 AND o.destination = $2 AND NOT EXISTS (
        SELECT 1 FROM playrelay.outbox e
        WHERE e.play = o.play AND e.destination = o.destination AND e.id < o.id
        AND (e.status IN ('sending', 'waiting') OR e.status = 'due' AND e.due_at > $1))
"""
_UNLOCKED = "LIMIT 1 FOR NO KEY UPDATE OF p SKIP LOCKED"
NEXT_IN_TURN = f"""
    SELECT o.play, p.state FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
    WHERE o.rank = $3 AND o.turn_at > $4 AND {_UNBLOCKED} ORDER BY o.turn_at, o.id {_UNLOCKED}
"""
NEXT_DUE = f"""
    SELECT o.play, p.state FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
    WHERE {_UNBLOCKED} ORDER BY o.due_at, o.id {_UNLOCKED}
"""
ANY_DUE = f"SELECT 1 FROM playrelay.outbox o WHERE {_UNBLOCKED} LIMIT 1"
# The play's first event: a fresh event may follow older ones of its own play. The one-element list
# keeps a planner without statistics from reading the index of everything that is due for it.
LEASE = """
    UPDATE playrelay.outbox SET status = 'sending', lease_until = $2, attempts = attempts + 1
    WHERE status = 'due'
    AND id = (SELECT min(id) FROM playrelay.outbox
        WHERE play = $1 AND destination = $3 AND status IN ('due', ''))
    RETURNING id, event, value, occurred_at, created_at, attempts
"""
# A play that can't be read can't be sent, and must not delay the others.
SET_ASIDE = """
    UPDATE playrelay.outbox SET status = 'rejected', due_at = NULL, settled_at = $2,
        reason = 'unreadable', family = 'unreadable', answer = $3
    WHERE play = $1 AND status = 'due'
"""
NEXT_DUE_AT = "SELECT min(due_at) FROM playrelay.outbox WHERE status = 'due' AND due_at > $1"
DELIVERED_BEFORE = """
    SELECT 1 FROM playrelay.outbox
    WHERE play = $1 AND status = 'delivered' AND reason = $2 AND destination = $3 LIMIT 1
"""


async def claim(tx: Tx, policy: StorePolicy, now: int, lease_ms: int) -> Claim:
    """Lease the next event and a permit for it, or say when to try again."""
    account = await send_decision(tx, policy.quota, now)
    no_job = account.no_job()
    if account.wait_until is not None:
        return no_job
    standings = await destinations_in_turn(tx, policy, account.turn, now)
    resting = any(each.rests_until is not None for each in standings)
    for standing in standings:
        destination, found = standing.destination, None
        if standing.rests_until is None:
            found = await _next_play(tx, destination, account, now, resting=resting)
        if found is not None:
            break
    else:
        return replace(no_job, next_at=await _next_time(tx, standings, now))
    row, state = found
    play = readable(state)
    if play is None:
        set_aside = await tx.change(SET_ASIDE, row, now, UNREADABLE)
        await count_activity(tx, now, rejected=set_aside)
        return replace(no_job, next_at=now)
    leased = await tx.row(LEASE, row, now + lease_ms, destination)
    if leased is None:  # an operator was quicker
        return replace(no_job, next_at=now)
    visitors = await load_visitors(tx, [play])
    identity = await identity_at(tx, policy, row, play, visitors, destination)
    proven, refusal = False, None
    if isinstance(identity, Identity):
        proven = await tx.value(DELIVERED_BEFORE, row, identity.source, destination) is not None
        if destination == MEDIA_BRIDGE:
            refusal = await refusal_of(tx, play.medium, now, lease_ms, strained=account.strained)
    job = Job(
        permit=await take_permit(tx, policy.quota, now, lease_ms),
        lease_until=now + lease_ms,
        play=play,
        identity=identity,
        proven=proven,
        refusal=refusal,
        destination=destination,
        **dict(leased),
    )
    return replace(
        no_job,
        job=job,
        quota_left=account.left - 1,
        failures=max(no_job.failures, standing.failures),
        refused_all=no_job.refused_all or standing.refused_all,
    )


async def _next_play(
    tx: Tx,
    destination: Destination,
    account: SendDecision,
    now: int,
    *,
    resting: bool,
) -> Row | None:
    """The play whose first due event is next; locked until the transaction's end.

    `resting`: another destination is paused, so there may be many of its due events to skip.
    """
    if not account.is_backlog_turn or resting:
        fresh_from = now - FRESH_MS
        for rank, since in ((PROVEN, fresh_from), (PROVEN, 0), (UNPROVEN, fresh_from)):
            found = await tx.row(NEXT_IN_TURN, now, destination, rank, since)
            if found is not None:
                return found
    if resting:
        for rank in (PROVEN, UNPROVEN):
            found = await tx.row(NEXT_IN_TURN, now, destination, rank, -1)
            if found is not None:
                return found
        return None
    return await tx.row(NEXT_DUE, now, destination)


async def _next_time(tx: Tx, standings: Sequence[Standing], now: int) -> int | None:
    """When to try again, if no event can be claimed now."""
    for standing in standings:
        if standing.rests_until is None and await tx.value(ANY_DUE, now, standing.destination):
            return now + LOCKED_MS
    times = [await tx.value(NEXT_DUE_AT, now), *(each.rests_until for each in standings)]
    return min((each for each in times if each is not None), default=None)
