"""New milestones into the outbox, and what waited for the visitor to become known out of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.folding import Folded
from app.domain.identity import IdentityMode, Unknown
from app.domain.play import Play
from app.store.postgres.db import Db
from app.store.postgres.whom import Known

ADD_EVENTS = """
    INSERT INTO playrelay.outbox
        (play, event, value, status, occurred_at, created_at, due_at, reason)
    SELECT play, event, value, status, occurred_at, $8, due_at, reason
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::text[])
        WITH ORDINALITY AS n (play, event, value, status, occurred_at, due_at, reason, place)
    ORDER BY place ON CONFLICT DO NOTHING
"""
RELEASE_PLAYS = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $2, reason = ''
    WHERE status = 'waiting' AND play = ANY ($1::bigint[])
"""
WAIT_ALREADY = """
    SELECT DISTINCT ON (play) play, due_at, reason FROM playrelay.outbox
    WHERE status = 'waiting' AND play = ANY ($1::bigint[]) ORDER BY play, id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A play's row, what it was before, and what the fold made of it."""

    play_row: int
    before: Play | None
    folded: Folded


@dataclass(frozen=True, slots=True)
class _Place:
    """How a play's new events stand."""

    status: str
    due_at: int | None
    reason: str


async def add_events(
    db: Db, changes: Sequence[Change], known: Known, mode: IdentityMode, now: int
) -> int:
    """Write the events, and wake what waited if this fold told more of who the visitor is."""
    waiting = await _waiting(db, changes)
    rows = []
    told_more = []
    for change in changes:
        play, before = change.folded.play, change.before
        identity = known.whose(play, mode)
        place = _Place("due", now, "")
        if isinstance(identity, Unknown):
            place = _Place("waiting", None, identity.why)
        elif before is not None and identity != known.whose(before, mode):
            told_more.append(change.play_row)
        elif before is not None:
            # HubSpot may not know the visitor by this identity: then all of the play waits.
            place = waiting.get(change.play_row, place)
        for event in change.folded.events:
            what = (event.milestone.event, event.milestone.value, place.status, event.occurred_at)
            rows.append((change.play_row, *what, place.due_at, place.reason))
    if told_more:
        await db.change(RELEASE_PLAYS, told_more, now)
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await db.change(ADD_EVENTS, *columns, now)
    return len(rows)


async def _waiting(db: Db, changes: Sequence[Change]) -> dict[int, _Place]:
    """How the plays wait that have new events, and whose earlier ones wait."""
    plays = [each.play_row for each in changes if each.before is not None and each.folded.events]
    found = await db.rows(WAIT_ALREADY, plays) if plays else []
    return {row["play"]: _Place("waiting", row["due_at"], row["reason"]) for row in found}
