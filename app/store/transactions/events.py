"""Writes new events to the outbox, and releases waiting ones when the visitor becomes known.

Events of plays without any identity stay within the play, so that such a play costs only one row.
So do those of plays below the minimum attention.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from app.domain.destination import Destination
from app.domain.folding import Folded, hold, let_go
from app.domain.identity import IdentityMode, Unknown
from app.domain.play import Play
from app.store.rules.turns import (
    FREE_PLAYS,
    MOST_TURNS,
    RECENT_MS,
    UNPROVEN,
    asks_media_bridge,
    rank_of,
    turn_at,
)
from app.store.transactions.identities import Visitors
from app.store.tx import Tx

ADD_EVENT = """
    INSERT INTO playrelay.outbox
        (play, destination, event, value, status, occurred_at, created_at, due_at, reason, rank,
            turn_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
"""
RELEASE_PLAYS = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $2, reason = '', rank = $3
    WHERE status = 'waiting' AND play = ANY ($1::bigint[]) AND destination = $4
"""
_RECENT = """
    SELECT count(*) FROM (SELECT 1 FROM playrelay.plays
        WHERE {column} = $1 AND received_at > $2 LIMIT $3) AS found
"""
RECENT_OF_UTK = _RECENT.format(column="utk")
RECENT_OF_CONTACT = _RECENT.format(column="contact_id")
WAITING = """
    SELECT play, destination, due_at, reason FROM playrelay.outbox
    WHERE status = 'waiting' AND play = ANY ($1::bigint[]) ORDER BY play, id DESC
"""


class ChangedPlay(msgspec.Struct, frozen=True):
    """A play's row, the play before, and the result of the fold."""

    row: int
    before: Play | None
    folded: Folded
    attributed: bool = False


class _State(msgspec.Struct, frozen=True):
    """The state in which a play's new events are written."""

    status: str
    due_at: int | None
    reason: str
    rank: int = UNPROVEN


def held_or_due(folded: Folded, visitors: Visitors, mode: IdentityMode) -> Folded:
    """Hold back the events of a play without any identity, and release them once it has one.

    Events of a play below the minimum attention are held back, too.
    """
    if folded.play.short_of:
        return hold(folded)
    for destination in folded.destinations:
        identity = visitors.resolve(folded.play, mode, destination)
        if not (isinstance(identity, Unknown) and identity.why == "anonymous"):
            return let_go(folded)
    return hold(folded)


async def add_events(
    tx: Tx, changes: Sequence[ChangedPlay], visitors: Visitors, mode: IdentityMode, now: int
) -> int:
    """Write the events, and release waiting ones if this fold changes the play's identity."""
    waiting = await _waiting(tx, changes)
    recent = await _recent_plays(tx, changes, now)
    written: Counter[str] = Counter()
    rows = []
    identified: dict[tuple[Destination, int], list[int]] = {}
    for change in changes:
        folded = change.folded
        if not folded.events and change.before is None:
            continue
        visitor = _visitor(folded.play)
        states = []
        for destination in folded.destinations:
            state, released = _state(change, destination, visitors, mode, waiting, now)
            states.append((destination, state))
            if released:
                identified.setdefault((destination, state.rank), []).append(change.row)
        for event in folded.events:
            milestone = event.milestone
            turn = turn_at(now, written[visitor], recent.get(visitor, 0))
            written[visitor] += 1
            rows += [
                (
                    *(change.row, destination, milestone.event, milestone.value, state.status),
                    *(event.occurred_at, now, state.due_at, state.reason, state.rank, turn),
                )
                for destination, state in states
            ]
    for (destination, rank), plays in identified.items():
        await tx.change(RELEASE_PLAYS, plays, now, rank, destination)
    if rows:
        await tx.each(ADD_EVENT, rows)
    return len(rows)


def _state(
    change: ChangedPlay,
    destination: Destination,
    visitors: Visitors,
    mode: IdentityMode,
    waiting: Mapping[tuple[int, str], _State],
    now: int,
) -> tuple[_State, bool]:
    """The state of new events for a destination, and whether to release earlier ones.

    Earlier ones are released if the fold has changed the play's identity.
    """
    play, before = change.folded.play, change.before
    identity = visitors.resolve(play, mode, destination)
    if asks_media_bridge(identity, destination, change.folded.destinations):
        # Once it has put the play on a contact, the claim finds that contact.
        if not change.attributed:
            why = identity.why if isinstance(identity, Unknown) else "stranger"
            return _State("waiting", None, why), False
    elif isinstance(identity, Unknown):
        return _State("waiting", None, identity.why), False
    state = _State("due", now, "", rank_of(identity, attributed=change.attributed))
    if before is None:
        return state, False
    if identity != visitors.resolve(before, mode, destination):
        return state, True
    # HubSpot may not know the visitor by this identity: then all events of the play wait.
    return waiting.get((change.row, destination), state), False


def _visitor(play: Play) -> str:
    """The visitor for taking turns: by usertoken, signed contact, email link, or session."""
    known = play.utk or play.contact_id or play.hsenc
    return f"{known[1]}" if known else f"session {play.session_id}"


async def _recent_plays(tx: Tx, changes: Sequence[ChangedPlay], now: int) -> Mapping[str, int]:
    """How many plays with recent pings each visitor with new events has: counted up to a limit."""
    since, limit = now - RECENT_MS, FREE_PLAYS + MOST_TURNS
    plays = [change.folded.play for change in changes if change.folded.events]
    found: dict[str, int] = {}
    utks = sorted({play.utk[1] for play in plays if play.utk})
    contacts = sorted({play.contact_id[1] for play in plays if play.contact_id and not play.utk})
    for sql, visitors in ((RECENT_OF_UTK, utks), (RECENT_OF_CONTACT, contacts)):
        counts = await tx.each_row(sql, [(each, since, limit) for each in visitors])
        found |= {f"{each}": count for each, (count,) in zip(visitors, counts, strict=True)}
    return found


async def _waiting(tx: Tx, changes: Sequence[ChangedPlay]) -> dict[tuple[int, str], _State]:
    """How each play waits, by destination, if it has new events and its earlier ones wait."""
    plays = [each.row for each in changes if each.before is not None and each.folded.events]
    found = await tx.rows(WAITING, plays) if plays else []
    return {
        (play, destination): _State("waiting", due_at, reason)
        for play, destination, due_at, reason in found
    }
