"""What people ask of the store: looking, requeueing, discarding, forgetting."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.outcome import Status
from app.store.interface import OnProgress
from app.store.rules.showing import entry_of
from app.store.rules.states import PAGE, names
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
UNREAD = "SELECT id, referer, body FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
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


def forget(
    db: sqlite3.Connection, utk: str | None, contact_id: int | None, progress: OnProgress
) -> int:
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
    wanted = sorted(utks)
    looked = 0
    for table, rows in _unread(db):
        found = [(r,) for r, referer, body in rows if names(body, referer, wanted, contact_id)]
        db.executemany(FORGET_UNREAD.format(table=table), found)
        erased += len(found)
        looked += len(rows)
        progress(looked)
    return erased


def _unread(db: sqlite3.Connection) -> Iterator[tuple[str, list[Any]]]:
    """A page of unread pings after the other, with the table where they stand."""
    for table in ("inbox", "quarantine"):
        latest = 0
        while rows := db.execute(UNREAD.format(table=table), (latest, PAGE)).fetchall():
            latest = rows[-1][0]
            yield table, rows
