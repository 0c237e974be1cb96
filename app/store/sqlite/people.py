"""What people ask of the store: looking, requeueing, discarding, forgetting."""

import sqlite3
from collections.abc import Iterator, Sequence

from app.domain.outcome import Status
from app.store.rules.showing import entry_of
from app.store.rules.states import names
from app.store.sqlite.refused import accept_all
from app.store.values import OutboxEntry

ENTRY = """
    SELECT o.id, o.status, o.event, o.value, o.occurred_at, o.created_at, coalesce(o.due_at, 0),
        o.attempts, o.reason, o.answer, p.state
    FROM outbox o JOIN plays p ON p.id = o.play
"""
NEWEST = f"{ENTRY} ORDER BY o.id DESC LIMIT ?"
NEWEST_OF = f"{ENTRY} WHERE o.status = ? ORDER BY o.id DESC LIMIT ?"
ONE = f"{ENTRY} WHERE o.id = ?"
REQUEUE = """
    UPDATE outbox SET status = 'due', due_at = :now, settled_at = NULL, attempts = 0,
        reason = 'requeued'
    WHERE id = :id AND status IN ('rejected', 'unattributed', 'discarded', 'waiting')
"""
DISCARD = """
    UPDATE outbox SET status = 'discarded', settled_at = :now, due_at = NULL
    WHERE id = :id AND status IN ('due', 'waiting', 'rejected', 'unattributed')
"""

# Where HubSpot converts the usertokens, only its answers tell whose they are.
UTKS_OF_CONTACT = """
    SELECT utk FROM contacts WHERE contact_id = :id
    UNION SELECT p.utk FROM plays p JOIN outbox o ON o.play = p.id
    WHERE o.reason = 'passthrough' AND json_extract(o.answer, '$.contact_id') = :id
"""
GIVEN_TO_CONTACT = "id IN (SELECT play FROM outbox WHERE json_extract(answer, '$.contact_id') = ?)"
FORGET_PLAYS = "DELETE FROM plays WHERE {where}"  # their events go with them, by foreign key
FORGET_CONTACT = "DELETE FROM contacts WHERE utk = ?"
FORGET_MAILS = "DELETE FROM mails WHERE utk = ?"
UNREAD = "SELECT id, referer, body FROM {table}"
FORGET_UNREAD = "DELETE FROM {table} WHERE id = ?"


def outbox_list(db: sqlite3.Connection, status: Status | None, limit: int) -> list[OutboxEntry]:
    """Newest first."""
    rows = (
        db.execute(NEWEST, (limit,)) if status is None else db.execute(NEWEST_OF, (status, limit))
    )
    return [entry_of(row) for row in rows]


def outbox_show(db: sqlite3.Connection, event_id: int) -> OutboxEntry | None:
    """One event."""
    row = db.execute(ONE, (event_id,)).fetchone()
    return entry_of(row) if row else None


def outbox_requeue(db: sqlite3.Connection, event_ids: Sequence[int], now: int) -> int:
    """Due again, with a clean slate, as are the media that HubSpot refused."""
    done = sum(db.execute(REQUEUE, {"now": now, "id": each}).rowcount for each in event_ids)
    accept_all(db)
    return done


def outbox_discard(db: sqlite3.Connection, event_ids: Sequence[int], now: int) -> int:
    """Out of the way, by a person's word."""
    return sum(db.execute(DISCARD, {"now": now, "id": each}).rowcount for each in event_ids)


def forget(db: sqlite3.Connection, utk: str | None, contact_id: int | None) -> int:
    """Erase plays, events, look-ups and pings not read yet, by usertoken or by contact."""
    utks = {utk} if utk else set()
    if contact_id is not None:
        utks |= {row[0] for row in db.execute(UTKS_OF_CONTACT, {"id": contact_id})}
    erased = 0
    wheres: list[tuple[str, str | int]] = [("utk = ?", each) for each in sorted(utks)]
    if contact_id is not None:
        wheres += [("contact_id = ?", contact_id), (GIVEN_TO_CONTACT, contact_id)]
    for where, value in wheres:
        erased += db.execute(FORGET_PLAYS.format(where=where), (value,)).rowcount
    for query in (FORGET_CONTACT, FORGET_MAILS):
        db.executemany(query, [(each,) for each in utks])
    for table in ("inbox", "quarantine"):
        unread = list(_naming(db, table, utks, contact_id))
        db.executemany(FORGET_UNREAD.format(table=table), [(row,) for row in unread])
        erased += len(unread)
    return erased


def _naming(
    db: sqlite3.Connection, table: str, utks: set[str], contact_id: int | None
) -> Iterator[int]:
    """Rows whose pings carry one of the identities."""
    wanted = sorted(utks)
    for row, referer, body in db.execute(UNREAD.format(table=table)).fetchall():
        if names(body, referer, wanted, contact_id):
            yield row
