"""What people ask of the store: looking, requeueing, discarding, forgetting."""

from collections.abc import AsyncIterator, Sequence

from app.domain.outcome import Status
from app.store.interface import OnProgress
from app.store.postgres.db import Db, Row
from app.store.postgres.refused import accept_all
from app.store.rules.showing import entry_of
from app.store.rules.states import PAGE, names
from app.store.values import OutboxEntry

ENTRY = """
    SELECT o.id, o.status, o.event, o.value, o.occurred_at, o.created_at,
        coalesce(o.due_at, 0) AS due_at, o.attempts, o.reason, o.answer, p.state
    FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play
"""
NEWEST = f"{ENTRY} ORDER BY o.id DESC LIMIT $1"
NEWEST_OF = f"{ENTRY} WHERE o.status = $2 ORDER BY o.id DESC LIMIT $1"
ONE = f"{ENTRY} WHERE o.id = $1"
_REQUEUE = """
    UPDATE playrelay.outbox SET status = 'due', due_at = $1, settled_at = NULL, attempts = 0,
        reason = 'requeued'
"""
REQUEUE = f"""
    {_REQUEUE} WHERE id = ANY ($2::bigint[])
    AND status IN ('rejected', 'unattributed', 'discarded', 'waiting')
"""
DISCARD = """
    UPDATE playrelay.outbox SET status = 'discarded', settled_at = $1, due_at = NULL
    WHERE id = ANY ($2::bigint[]) AND status IN ('due', 'waiting', 'rejected', 'unattributed')
"""

# Where HubSpot converts the usertokens, only its answers tell whose they are.
UTKS_OF_CONTACT = """
    SELECT utk FROM playrelay.contacts WHERE contact_id = $1
    UNION SELECT p.utk FROM playrelay.plays p JOIN playrelay.outbox o ON o.play = p.id
    WHERE o.status = 'delivered' AND o.reason = 'passthrough' AND p.utk IS NOT NULL
    AND o.answer ->> 'contact_id' = $1::bigint::text
"""
# Their events go with them, by foreign key.
FORGET_PLAYS = "DELETE FROM playrelay.plays WHERE utk = ANY ($1::text[])"
FORGET_PLAYS_OF = """
    DELETE FROM playrelay.plays WHERE contact_id = $1 OR id IN (
        SELECT play FROM playrelay.outbox
        WHERE status = 'delivered' AND answer ->> 'contact_id' = $1::bigint::text)
"""
FORGET_CONTACTS = "DELETE FROM playrelay.contacts WHERE utk = ANY ($1::text[])"
FORGET_MAILS = "DELETE FROM playrelay.mails WHERE utk = ANY ($1::text[])"
UNREAD = {
    table: f"SELECT id, referer, body FROM playrelay.{table} WHERE id > $1 ORDER BY id LIMIT $2"  # noqa: S608 - ours
    for table in ("inbox", "quarantine")
}
FORGET_UNREAD = {
    table: f"DELETE FROM playrelay.{table} WHERE id = ANY ($1::bigint[])"  # noqa: S608 - ours
    for table in UNREAD
}


async def outbox_list(db: Db, status: Status | None, limit: int) -> list[OutboxEntry]:
    """Newest first."""
    found = db.rows(NEWEST, limit) if status is None else db.rows(NEWEST_OF, limit, status)
    return [entry_of(row) for row in await found]


async def outbox_show(db: Db, event_id: int) -> OutboxEntry | None:
    """One event."""
    row = await db.row(ONE, event_id)
    return entry_of(row) if row else None


async def outbox_requeue(db: Db, event_ids: Sequence[int], now: int) -> int:
    """Due again, with a clean slate, as are the media that HubSpot refused."""
    done = await db.change(REQUEUE, now, list(event_ids))
    await accept_all(db)
    return done


async def outbox_discard(db: Db, event_ids: Sequence[int], now: int) -> int:
    """Out of the way, by a person's word."""
    return await db.change(DISCARD, now, list(event_ids))


async def forget(db: Db, utk: str | None, contact_id: int | None, progress: OnProgress) -> int:
    """Erase plays, events, look-ups and pings not read yet, by usertoken or by contact.

    The unread ones first: those that are being folded at this moment are waited for, and their
    plays are then there to be erased.
    """
    utks = {utk} if utk else set()
    if contact_id is not None:
        utks |= {row["utk"] for row in await db.rows(UTKS_OF_CONTACT, contact_id)}
    wanted = sorted(utks)
    erased = looked = 0
    async for table, rows in _unread(db):
        found = [r["id"] for r in rows if names(r["body"], r["referer"], wanted, contact_id)]
        erased += await db.change(FORGET_UNREAD[table], found)
        looked += len(rows)
        progress(looked)
    erased += await db.change(FORGET_PLAYS, wanted)
    if contact_id is not None:
        erased += await db.change(FORGET_PLAYS_OF, contact_id)
    await db.change(FORGET_CONTACTS, wanted)
    await db.change(FORGET_MAILS, wanted)
    return erased


async def _unread(db: Db) -> AsyncIterator[tuple[str, list[Row]]]:
    """A page of unread pings after the other, with the table where they stand."""
    for table, query in UNREAD.items():
        latest = 0
        while rows := await db.rows(query, latest, PAGE):
            latest = rows[-1]["id"]
            yield table, rows
