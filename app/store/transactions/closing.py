"""Close plays that have been silent long enough: their attention span becomes an event."""

from msgspec.structs import replace

from app.store.policy import StorePolicy
from app.store.records import FoldReport, FoldRules
from app.store.rules.plays import close_play, encode_play
from app.store.transactions import figures
from app.store.transactions.events import ChangedPlay, add_events, held_or_due
from app.store.transactions.identities import load_visitors
from app.store.tx import Tx

SILENT_PLAYS = """
    SELECT id, received_at, state, attributed FROM playrelay.plays
    WHERE settles_at <= $1 ORDER BY settles_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""
LEAVE_PLAYS = "UPDATE playrelay.plays SET settles_at = NULL WHERE id = ANY ($1::bigint[])"
CLOSE_PLAY = "UPDATE playrelay.plays SET settles_at = NULL, state = $2::json WHERE id = $1"


async def close_quiet(
    tx: Tx, policy: StorePolicy, limit: int, rules: FoldRules, now: int
) -> FoldReport:
    """Close the plays whose silence is over. A play that can't be closed is left as it is."""
    silent = await tx.rows(SILENT_PLAYS, now, limit)
    if not silent:
        return FoldReport()
    changes = []
    broken = []
    for row, received_at, state, attributed in silent:
        result = close_play(rules, state, received_at)
        if result is None:
            broken.append(row)
        else:
            changes.append(ChangedPlay(row, *result, bool(attributed)))
    if broken:
        await tx.change(LEAVE_PLAYS, broken)
    visitors = await load_visitors(tx, [change.folded.play for change in changes], lock=True)
    changes = [
        replace(each, folded=held_or_due(each.folded, visitors, policy.identity))
        for each in changes
    ]
    closed = [(each.row, encode_play(each.folded.play).decode()) for each in changes]
    await tx.each(CLOSE_PLAY, sorted(closed))
    events = await add_events(tx, changes, visitors, policy.identity, now)
    if events:
        await figures.count_activity(tx, now, events=events)
    full = len(silent) >= limit
    return FoldReport(plays=len(silent), events=events, unfoldable=len(broken), full=full)
