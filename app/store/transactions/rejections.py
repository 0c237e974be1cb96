"""Rejected events by kind, and operators' actions on them: limited by indexes and limits."""

from app.domain.identity import IdentityMode
from app.store.event_reports import Action, Family, RejectedEvent, Selection
from app.store.reports import COUNTED
from app.store.rules.presenting import entry_of
from app.store.transactions.admin import ENTRY, EVENT
from app.store.transactions.identities import load_visitors
from app.store.transactions.refused_media import accept_all
from app.store.tx import Tx

# Jumps from each family to the next along the index, instead of reading all rejections.
FAMILIES = """
    WITH RECURSIVE kinds (family) AS (
        SELECT min(family) FROM playrelay.outbox WHERE status = 'rejected'
        UNION ALL
        SELECT (SELECT min(family) FROM playrelay.outbox
            WHERE status = 'rejected' AND family > kinds.family)
        FROM kinds WHERE kinds.family IS NOT NULL
    )
    SELECT family FROM kinds WHERE family IS NOT NULL LIMIT $1
"""
OF_FAMILY = f"""
    SELECT count(*) AS count, max(id) AS latest FROM (
        SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND family = $1
        ORDER BY id DESC LIMIT {COUNTED}) AS found
"""
REJECTED = f"""
    {ENTRY} WHERE o.status = 'rejected' AND o.family = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3
"""
SELECT_FAMILY = """
    SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND family = $3
    AND settled_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
SELECT_ALL = """
    SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND settled_at <= $1
    ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
ACTIONS: dict[Action, str] = {
    "requeue": """
        UPDATE playrelay.outbox SET status = 'due', due_at = $1, settled_at = NULL, attempts = 0,
            reason = 'requeued'
        WHERE id = ANY ($2::bigint[]) AND status = 'rejected' AND settled_at <= $3
    """,
    "discard": """
        UPDATE playrelay.outbox SET status = 'discarded', settled_at = $1, due_at = NULL
        WHERE id = ANY ($2::bigint[]) AND status = 'rejected' AND settled_at <= $3
    """,
}
COUNT_AT_NOTE = "UPDATE playrelay.audit SET count = count + $1 WHERE id = $2"
_LAST = 2**62


async def families(tx: Tx, limit: int) -> list[Family]:
    """The kinds of rejections, the most frequent first."""
    found = []
    for (family,) in await tx.rows(FAMILIES, limit):
        count, latest = await tx.one(OF_FAMILY, family)
        entry = await tx.row(EVENT, latest)
        if entry is not None:
            found.append(Family(family, count, entry_of(entry)))
    return sorted(found, key=lambda each: -each.count)


async def rejected(
    tx: Tx, mode: IdentityMode, family: str, limit: int, before: int | None
) -> list[RejectedEvent]:
    """Rejected events of one kind, each with the identity with which it would be sent now."""
    rows = await tx.rows(REJECTED, family, before or _LAST, limit)
    entries = [entry_of(row) for row in rows]
    visitors = await load_visitors(tx, [entry.play for entry in entries])
    return [RejectedEvent(entry, visitors.resolve(entry.play, mode)) for entry in entries]


async def change_rejected(
    tx: Tx, action: Action, selection: Selection, note: int, limit: int, now: int
) -> int:
    """A portion of the selected events."""
    if selection.ids is not None:
        ids = list(selection.ids)
    else:
        ids = await _selected(tx, selection, limit)
    done = await tx.change(ACTIONS[action], now, ids, selection.before)
    if action == "requeue":
        await accept_all(tx)
    await tx.change(COUNT_AT_NOTE, done, note)
    return done


async def _selected(tx: Tx, selection: Selection, limit: int) -> list[int]:
    if selection.family is None:
        rows = await tx.rows(SELECT_ALL, selection.before, limit)
    else:
        rows = await tx.rows(SELECT_FAMILY, selection.before, limit, selection.family)
    return [row for (row,) in rows]
