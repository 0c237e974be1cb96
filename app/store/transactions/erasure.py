"""Erase a visitor everywhere."""

import contextlib
from collections.abc import AsyncIterator

from app.store.reports import OnProgress
from app.store.rules.plays import carries_identity
from app.store.tx import Row, Tx

# Where HubSpot converts the usertokens, only its answers show which visitor they belong to.
UTKS_OF_CONTACT = """
    SELECT utk FROM playrelay.contacts WHERE contact_id = $1
    UNION SELECT p.utk FROM playrelay.plays p JOIN playrelay.outbox o ON o.play = p.id
    WHERE o.contact_id = $1 AND o.reason = 'passthrough' AND p.utk IS NOT NULL
"""
# Their events go with them, by foreign key.
FORGET_PLAYS = "DELETE FROM playrelay.plays WHERE utk = ANY ($1::text[])"
FORGET_PLAYS_OF = """
    DELETE FROM playrelay.plays WHERE id IN (
        SELECT id FROM playrelay.plays WHERE contact_id = $1
        UNION SELECT id FROM playrelay.plays WHERE watched_by = $1
        UNION SELECT play FROM playrelay.outbox WHERE contact_id = $1)
"""
FORGET_CONTACTS = "DELETE FROM playrelay.contacts WHERE utk = ANY ($1::text[])"
FORGET_MAILS = "DELETE FROM playrelay.mails WHERE utk = ANY ($1::text[])"
UNREAD = {
    table: f"SELECT id, referer, body FROM playrelay.{table} WHERE id > $1 ORDER BY id LIMIT $2"
    for table in ("inbox", "quarantine")
}
FORGET_UNREAD = {
    table: f"DELETE FROM playrelay.{table} WHERE id = ANY ($1::bigint[])" for table in UNREAD
}

PORTION = 1_000
"""Unread pings that are looked through at a time."""


class _UndoError(Exception):
    """Rolls a savepoint back."""


async def count(tx: Tx, utk: str | None, contact_id: int | None, progress: OnProgress) -> int:
    """How many plays and unread pings `forget` would erase: it erases them, and rolls back."""
    erased = 0
    with contextlib.suppress(_UndoError):
        async with tx.savepoint():
            erased = await forget(tx, utk, contact_id, progress)
            raise _UndoError
    return erased


async def forget(tx: Tx, utk: str | None, contact_id: int | None, progress: OnProgress) -> int:
    """Erase plays, events, look-ups and unread pings, by usertoken or by contact.

    The unread ones first: those that are being folded at this moment are waited for, and their
    plays are then there to be erased.
    """
    utks = {utk} if utk else set()
    if contact_id is not None:
        utks |= {found for (found,) in await tx.rows(UTKS_OF_CONTACT, contact_id)}
    wanted = sorted(utks)
    erased = looked_through = 0
    async for table, rows in unread(tx):
        found = [
            row
            for row, referer, body in rows
            if carries_identity(body, referer, wanted, contact_id)
        ]
        erased += await tx.change(FORGET_UNREAD[table], found)
        looked_through += len(rows)
        progress(looked_through)
    erased += await tx.change(FORGET_PLAYS, wanted)
    if contact_id is not None:
        erased += await tx.change(FORGET_PLAYS_OF, contact_id)
    await tx.change(FORGET_CONTACTS, wanted)
    await tx.change(FORGET_MAILS, wanted)
    return erased


async def unread(tx: Tx) -> AsyncIterator[tuple[str, list[Row]]]:
    """A portion of unread pings after the other, with the table they are in."""
    for table, query in UNREAD.items():
        latest = 0
        while rows := await tx.rows(query, latest, PORTION):
            latest = rows[-1]["id"]
            yield table, rows
