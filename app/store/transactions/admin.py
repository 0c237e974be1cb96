"""Transactions for people: how much is stored, single events, the audit log."""

from collections.abc import Sequence

from app.domain.destination import DESTINATIONS, MEDIA_BRIDGE
from app.domain.outcome import STATUSES, Status
from app.store.console_records import AuditEntry
from app.store.event_reports import Depths, OutboxEntry
from app.store.rules.presenting import counts, depths_of, entry_of
from app.store.transactions.refused_media import accept_all
from app.store.tx import Tx

# The query repeats the partial index's condition: SQLite does not infer that it applies.
_SETTLED = dict.fromkeys(
    ("delivered", "unattributed", "discarded"),
    "status IN ('delivered', 'unattributed', 'discarded') AND ",
)
COUNTED_ROWS: dict[str, str] = {
    "inbox": "playrelay.inbox",
    "strangers": "playrelay.contacts WHERE ask_at IS NOT NULL",
    "quarantined": "playrelay.quarantine",
    **{
        each: f"playrelay.outbox WHERE {_SETTLED.get(each, '')}status = '{each}'"
        for each in STATUSES
    },
}
DEPTHS = """
    SELECT {counts},
        (SELECT received_at FROM playrelay.inbox ORDER BY id LIMIT 1) AS inbox_oldest,
        (SELECT min(due_at) FROM playrelay.outbox WHERE status = 'due') AS oldest_due,
        (SELECT count(*) FROM playrelay.permits WHERE frees_at > $1) AS quota_used,
        paused_until, reason, day, requests, errors
    FROM playrelay.account
"""
# The words of the partial index stand in the query, as above.
ELSEWHERE = """
    SELECT status, count(*) FROM (
        SELECT status FROM playrelay.outbox
        WHERE destination = $1 AND destination <> 'media-bridge' LIMIT $2) AS found
    GROUP BY status
"""
RESTING = """
    SELECT destination, paused_until, reason FROM playrelay.resting WHERE paused_until > $1
    ORDER BY destination
"""
ENTRY = """
    SELECT o.id, o.status, o.event, o.value, o.occurred_at, o.created_at,
        coalesce(o.due_at, 0) AS due_at, o.attempts, o.reason, o.destination, o.answer, p.state
    FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
"""
EVENTS = f"{ENTRY} ORDER BY o.id DESC LIMIT $1"
EVENTS_OF = f"{ENTRY} WHERE o.status = $2 ORDER BY o.id DESC LIMIT $1"
EVENT = f"{ENTRY} WHERE o.id = $1"
REQUEUE = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $1, settled_at = NULL, attempts = 0,
        reason = 'requeued'
    WHERE id = ANY ($2::bigint[])
    AND status IN ('rejected', 'unattributed', 'discarded', 'waiting')
"""
DISCARD = """
    UPDATE playrelay.outbox SET status = 'discarded', settled_at = $1, due_at = NULL
    WHERE id = ANY ($2::bigint[]) AND status IN ('due', 'waiting', 'rejected', 'unattributed')
"""
ADD_AUDIT_ENTRY = """
    INSERT INTO playrelay.audit (at, who, what, subject, count) VALUES ($1, $2, $3, $4, $5)
    RETURNING id
"""
AUDIT_LOG = """
    SELECT id, at, who, what, subject, count FROM playrelay.audit
    WHERE id < $1 ORDER BY id DESC LIMIT $2
"""
_LAST = 2**62


async def depths(tx: Tx, now: int, most: int | None) -> Depths:
    """How many rows are in which state."""
    row = await tx.one(DEPTHS.format(counts=counts(COUNTED_ROWS, most)), now)
    limit = _LAST if most is None else most
    elsewhere = {
        each: await tx.rows(ELSEWHERE, each, limit) for each in DESTINATIONS if each != MEDIA_BRIDGE
    }
    return depths_of(row, now, elsewhere, await tx.rows(RESTING, now))


async def events(tx: Tx, status: Status | None, limit: int) -> list[OutboxEntry]:
    """The newest first."""
    found = tx.rows(EVENTS, limit) if status is None else tx.rows(EVENTS_OF, limit, status)
    return [entry_of(row) for row in await found]


async def event(tx: Tx, event_id: int) -> OutboxEntry | None:
    """One event."""
    row = await tx.row(EVENT, event_id)
    return entry_of(row) if row else None


async def requeue(tx: Tx, event_ids: Sequence[int], now: int) -> int:
    """Make events due again, with no attempts counted; refused media may be sent again."""
    done = await tx.change(REQUEUE, now, list(event_ids))
    await accept_all(tx)
    return done


async def discard(tx: Tx, event_ids: Sequence[int], now: int) -> int:
    """Give events up, because an operator said so."""
    return await tx.change(DISCARD, now, list(event_ids))


async def note(tx: Tx, who: str, what: str, subject: str, now: int, count: int) -> int:
    """Record a change."""
    return int(await tx.value(ADD_AUDIT_ENTRY, now, who, what, subject, count))


async def audit_log(tx: Tx, limit: int, before: int | None) -> list[AuditEntry]:
    """The changes, the latest first."""
    return [AuditEntry(*row) for row in await tx.rows(AUDIT_LOG, before or _LAST, limit)]
