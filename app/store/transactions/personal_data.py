"""Everything that the store has about one visitor, for a request for access."""

import msgspec

from app.store.rules.plays import carries_identity
from app.store.transactions.erasure import UTKS_OF_CONTACT, contacts, unread
from app.store.tx import Row, Tx

PLAYS = """
    SELECT id, session, pings, begun_at, received_at, utk, contact_id, watched_by, state
    FROM playrelay.plays WHERE utk = ANY ($1::text[]) OR contact_id = $2
        OR watched_by = $2 OR id IN (SELECT play FROM playrelay.outbox WHERE contact_id = $2)
    ORDER BY id
"""
EVENTS = """
    SELECT event, value, status, occurred_at, settled_at, reason, contact_id, destination, answer
    FROM playrelay.outbox WHERE play = $1 ORDER BY id
"""
LOOKUPS = """
    SELECT utk, contact_id, asked_at, asked FROM playrelay.contacts
    WHERE utk = ANY ($1::text[]) ORDER BY utk
"""


NAMES = """
    SELECT sealed FROM playrelay.contact_names WHERE contact = ANY ($1::bigint[]) AND sealed <> ''
"""


class PlayData(msgspec.Struct, rename="camel"):
    """A play as it is stored; times in ms since the epoch.

    `contact_id`: as the site signed it; `watched_by`: the contact on which HubSpot put the play.
    """

    session: str
    pings: int
    begun_at: int
    received_at: int
    contact_utk: str | None
    contact_id: int | None
    watched_by: int | None
    state: object
    events: list[dict[str, object]]


class PersonalData(msgspec.Struct, rename="camel"):
    """Everything stored about a visitor. `lookups`: HubSpot's answers about the usertokens.

    `unread_pings`: bodies that have arrived and are not folded yet. `names`: the encrypted names of
    the visitor's contacts, which are kept for the console.
    """

    plays: list[PlayData]
    lookups: list[dict[str, object]]
    unread_pings: list[str]
    names: list[str] = []


async def personal_data(tx: Tx, utk: str | None, contact_id: int | None) -> PersonalData:
    """Collect by usertoken, or by contact: then for all usertokens of this contact."""
    utks = {utk} if utk else set()
    if contact_id is not None:
        utks |= {found for (found,) in await tx.rows(UTKS_OF_CONTACT, contact_id)}
    wanted = sorted(utks)
    plays = [await _play(tx, row) for row in await tx.rows(PLAYS, wanted, contact_id)]
    lookups = [
        {"contactUtk": token, "contactId": contact, "askedAt": at, "asked": times}
        for token, contact, at, times in await tx.rows(LOOKUPS, wanted)
    ]
    pings = [
        bytes(body).decode("utf-8", "replace")
        async for _table, rows in unread(tx)
        for _id, referer, body in rows
        if carries_identity(body, referer, wanted, contact_id)
    ]
    theirs = await contacts(tx, wanted, contact_id)
    names = [sealed for (sealed,) in await tx.rows(NAMES, theirs)]
    return PersonalData(plays, lookups, pings, names)


async def _play(tx: Tx, row: Row) -> PlayData:
    events = [_event(each) for each in await tx.rows(EVENTS, row["id"])]
    return PlayData(
        row["session"],
        row["pings"],
        row["begun_at"],
        row["received_at"],
        row["utk"],
        row["contact_id"],
        row["watched_by"],
        _json(row["state"]),
        events,
    )


def _event(row: Row) -> dict[str, object]:
    return {
        "event": row["event"],
        "value": row["value"],
        "destination": row["destination"],
        "status": row["status"],
        "occurredAt": row["occurred_at"],
        "settledAt": row["settled_at"],
        "reason": row["reason"],
        "contactId": row["contact_id"],
        "answer": _json(row["answer"]),
    }


def _json(stored: bytes | str) -> object:
    """The value; text that is not JSON stays text."""
    try:
        return msgspec.json.decode(stored)
    except msgspec.DecodeError:
        return bytes(stored).decode("utf-8", "replace") if isinstance(stored, bytes) else stored
