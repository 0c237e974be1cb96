"""Erases a visitor everywhere, in small transactions: see `store.erasing`."""

from collections.abc import AsyncIterator, Sequence

from app.store.rules.plays import carries_identity
from app.store.tx import Row, Tx

# If HubSpot resolves the usertokens, only its answers show which visitor they belong to.
UTKS_OF_CONTACT = """
    SELECT utk FROM playrelay.contacts WHERE contact_id = $1
    UNION SELECT p.utk FROM playrelay.plays p JOIN playrelay.outbox o ON o.play = p.id
    WHERE o.contact_id = $1 AND o.reason = 'passthrough' AND p.utk IS NOT NULL
"""
_OF_CONTACT = """
    SELECT id FROM playrelay.plays WHERE contact_id = $1
    UNION SELECT id FROM playrelay.plays WHERE watched_by = $1
    UNION SELECT play FROM playrelay.outbox WHERE contact_id = $1
"""
# Their events go with them, by foreign key. The rows that show which usertokens belong to the
# contact go last: after an interruption a repetition must still find all of them.
FORGET_PLAYS = """
    DELETE FROM playrelay.plays WHERE id IN (
        SELECT id FROM playrelay.plays p WHERE p.utk = ANY ($1::text[]) AND NOT EXISTS (
            SELECT 1 FROM playrelay.outbox o WHERE o.play = p.id AND o.contact_id = $2::bigint)
        LIMIT $3)
"""
FORGET_PLAYS_OF = f"""
    DELETE FROM playrelay.plays WHERE id IN (SELECT id FROM ({_OF_CONTACT}) AS theirs LIMIT $2)
"""
COUNT_PLAYS = f"""
    SELECT count(*) FROM (
        SELECT id FROM playrelay.plays WHERE utk = ANY ($2::text[]) UNION {_OF_CONTACT}) AS theirs
"""
CONTACTS_OF = """
    SELECT contact_id FROM playrelay.contacts WHERE utk = ANY ($1::text[])
    UNION SELECT watched_by FROM playrelay.plays WHERE utk = ANY ($1::text[])
"""
FORGET_NAMES = "DELETE FROM playrelay.contact_names WHERE contact = ANY ($1::bigint[])"
FORGET_CONTACTS = "DELETE FROM playrelay.contacts WHERE utk = ANY ($1::text[])"
FORGET_MAILS = "DELETE FROM playrelay.mails WHERE utk = ANY ($1::text[])"
TABLES = ("inbox", "quarantine")
"""Of unread pings."""

UNREAD = {
    table: f"SELECT id, referer, body FROM playrelay.{table} WHERE id > $1 ORDER BY id LIMIT $2"
    for table in TABLES
}
FORGET_UNREAD = {
    table: f"DELETE FROM playrelay.{table} WHERE id = ANY ($1::bigint[])" for table in TABLES
}

PORTION = 250
"""Unread pings that are searched, or plays that are erased, in one transaction."""


async def usertokens(tx: Tx, utk: str | None, contact_id: int | None) -> list[str]:
    """All usertokens of the visitor."""
    utks = {utk} if utk else set()
    if contact_id is not None:
        utks |= {found for (found,) in await tx.rows(UTKS_OF_CONTACT, contact_id)}
    return sorted(utks)


async def count_plays(tx: Tx, utks: Sequence[str], contact_id: int | None) -> int:
    """How many plays the visitor has."""
    return int(await tx.value(COUNT_PLAYS, contact_id, utks))


async def unread_of(
    tx: Tx, table: str, after: int, utks: Sequence[str], contact_id: int | None
) -> tuple[list[Row], list[int]]:
    """The next portion of unread pings, and which of them belong to the visitor."""
    rows = await tx.rows(UNREAD[table], after, PORTION)
    theirs = [
        row for row, referer, body in rows if carries_identity(body, referer, utks, contact_id)
    ]
    return rows, theirs


async def forget_unread(
    tx: Tx, table: str, after: int, utks: Sequence[str], contact_id: int | None
) -> tuple[list[Row], int]:
    """Erase these; returns how many. Pings that are being folded are waited for."""
    rows, theirs = await unread_of(tx, table, after, utks, contact_id)
    return rows, await tx.change(FORGET_UNREAD[table], theirs)


async def forget_plays(tx: Tx, utks: Sequence[str], contact_id: int | None) -> int:
    """Erase some plays of these usertokens; returns how many."""
    return await tx.change(FORGET_PLAYS, utks, contact_id, PORTION)


async def forget_plays_of(tx: Tx, contact_id: int) -> int:
    """Erase some plays of a contact; returns how many."""
    return await tx.change(FORGET_PLAYS_OF, contact_id, PORTION)


async def contacts(tx: Tx, utks: Sequence[str], contact_id: int | None) -> list[int]:
    """The contacts that belong to the visitor."""
    found = {contact for (contact,) in await tx.rows(CONTACTS_OF, list(utks))} | {contact_id}
    return sorted(contact for contact in found if contact is not None)


async def forget_names(tx: Tx, contacts: Sequence[int]) -> None:
    """Erase their names."""
    await tx.change(FORGET_NAMES, contacts)


async def forget_usertokens(tx: Tx, utks: Sequence[str]) -> None:
    """Erase their look-ups."""
    await tx.change(FORGET_CONTACTS, utks)
    await tx.change(FORGET_MAILS, utks)


async def unread(tx: Tx) -> AsyncIterator[tuple[str, list[Row]]]:
    """One portion of unread pings after the other, with the table that they are in."""
    for table, query in UNREAD.items():
        latest = 0
        while rows := await tx.rows(query, latest, PORTION):
            latest = rows[-1]["id"]
            yield table, rows
