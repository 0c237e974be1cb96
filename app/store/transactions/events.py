"""Newly due events into the outbox; waiting ones are released when the visitor becomes known.

Events of visitors who brought nothing to be known by stay within their plays: a row each is what
they may cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.folding import Folded, hold, let_go
from app.domain.identity import IdentityMode, Unknown
from app.domain.play import Play
from app.store.transactions.identities import Visitors
from app.store.tx import Tx

ADD_EVENT = """
    INSERT INTO playrelay.outbox
        (play, event, value, status, occurred_at, created_at, due_at, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
RELEASE_PLAYS = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $2, reason = ''
    WHERE status = 'waiting' AND play = ANY ($1::bigint[])
"""
WAITING = """
    SELECT play, due_at, reason FROM playrelay.outbox
    WHERE status = 'waiting' AND play = ANY ($1::bigint[]) ORDER BY play, id DESC
"""


@dataclass(frozen=True, slots=True)
class ChangedPlay:
    """A play's row, what it was before, and what the fold made of it."""

    row: int
    before: Play | None
    folded: Folded


@dataclass(frozen=True, slots=True)
class _State:
    """In which state a play's new events are written."""

    status: str
    due_at: int | None
    reason: str


def held_or_due(folded: Folded, visitors: Visitors, mode: IdentityMode) -> Folded:
    """Hold the events of a play back that nobody can be known by, and let them go once one can."""
    identity = visitors.resolve(folded.play, mode)
    anonymous = isinstance(identity, Unknown) and identity.why == "anonymous"
    return hold(folded) if anonymous else let_go(folded)


async def add_events(
    tx: Tx, changes: Sequence[ChangedPlay], visitors: Visitors, mode: IdentityMode, now: int
) -> int:
    """Write the events, and release what waits if this fold changes the play's identity."""
    waiting = await _waiting(tx, changes)
    rows = []
    identified = []
    for change in changes:
        play, before = change.folded.play, change.before
        identity = visitors.resolve(play, mode)
        state = _State("due", now, "")
        if isinstance(identity, Unknown):
            state = _State("waiting", None, identity.why)
        elif before is not None and identity != visitors.resolve(before, mode):
            identified.append(change.row)
        elif before is not None:
            # HubSpot may not know the visitor by this identity: then all of the play waits.
            state = waiting.get(change.row, state)
        for event in change.folded.events:
            milestone = event.milestone
            what = (milestone.event, milestone.value, state.status, event.occurred_at)
            rows.append((change.row, *what, now, state.due_at, state.reason))
    if identified:
        await tx.change(RELEASE_PLAYS, identified, now)
    if rows:
        await tx.each(ADD_EVENT, rows)
    return len(rows)


async def _waiting(tx: Tx, changes: Sequence[ChangedPlay]) -> dict[int, _State]:
    """How the plays wait that have new events, and whose earlier ones wait."""
    plays = [each.row for each in changes if each.before is not None and each.folded.events]
    found = await tx.rows(WAITING, plays) if plays else []
    return {play: _State("waiting", due_at, reason) for play, due_at, reason in found}
