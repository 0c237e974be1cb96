"""A play's way through the house, for whoever asks what became of it."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from app.domain.identity import IdentityMode
from app.store.rules.showing import entry_of, walk_of
from app.store.rules.states import shown
from app.store.sqlite.people import ENTRY
from app.store.sqlite.whom import mail_owner, whose
from app.store.values import Walk

PLAY = """
    SELECT p.id, p.state, p.pings, p.begun_at, p.received_at, p.settles_at, p.utk,
        c.asked, c.asked_at, c.contact_id, c.ask_by
    FROM plays p LEFT JOIN contacts c ON c.utk = p.utk
"""
LATEST_FIRST = "ORDER BY p.received_at DESC, p.id DESC LIMIT :n"
OF_SESSION = f"{PLAY} WHERE p.session = :who {LATEST_FIRST}"
OF_UTK = f"{PLAY} WHERE p.utk = :who {LATEST_FIRST}"
# Signed by the page, known by a usertoken, or named by HubSpot's own answers.
OF_CONTACT = f"""
    {PLAY} WHERE p.id IN (
        SELECT id FROM plays WHERE contact_id = :who
        UNION SELECT p.id FROM contacts c JOIN plays p ON p.utk = c.utk WHERE c.contact_id = :who
        UNION SELECT play FROM outbox WHERE json_extract(answer, '$.contact_id') = :who)
    {LATEST_FIRST}
"""  # noqa: S608 - ours
EVENTS = f"{ENTRY} WHERE o.play = ? ORDER BY o.id"


def walks(
    db: sqlite3.Connection, mode: IdentityMode, query: str, who: str | int, limit: int
) -> list[Walk]:
    """The plays that `query` (one of those above) finds for `who`."""
    return walks_of(db, mode, query, {"who": who, "n": limit})


def walks_of(
    db: sqlite3.Connection, mode: IdentityMode, query: str, given: Mapping[str, object]
) -> list[Walk]:
    """The plays that a query on `PLAY` finds."""
    return [_walk(db, mode, row) for row in db.execute(query, dict(given)).fetchall()]


def _walk(db: sqlite3.Connection, mode: IdentityMode, row: tuple[Any, ...]) -> Walk:
    play = shown(row[1])
    events = [entry_of(each) for each in db.execute(EVENTS, row[:1])]
    return walk_of(row, play, mail_owner(db, play), whose(db, play, mode), events)
