"""Plays with their history."""

from app.domain.identity import IdentityMode
from app.store.event_reports import PlayHistory
from app.store.rules.plays import shown
from app.store.rules.presenting import entry_of, history_of
from app.store.transactions.admin import ENTRY
from app.store.transactions.identities import load_visitors
from app.store.tx import Row, Tx

_PLAYS = """
    SELECT p.id, p.state, p.pings, p.received_at, p.settles_at,
        p.watched_by, p.utk,
        c.asked, c.asked_at, c.contact_id, c.ask_by
    FROM playrelay.plays p LEFT JOIN playrelay.contacts c ON c.utk = p.utk
"""
_LATEST = "ORDER BY p.received_at DESC, p.id DESC LIMIT"
LATEST = f"{_PLAYS} {_LATEST} $1"
OF_SESSION = f"{_PLAYS} WHERE p.session = $1 {_LATEST} $2"
OF_UTK = f"{_PLAYS} WHERE p.utk = $1 {_LATEST} $2"
# Signed by the page, known by a usertoken, or named by HubSpot's own answers.
OF_CONTACT = f"""
    {_PLAYS} WHERE p.id IN (
        SELECT id FROM playrelay.plays WHERE contact_id = $1
        UNION SELECT p.id FROM playrelay.contacts c JOIN playrelay.plays p ON p.utk = c.utk
        WHERE c.contact_id = $1
        UNION SELECT id FROM playrelay.plays WHERE watched_by = $1
        UNION SELECT play FROM playrelay.outbox WHERE contact_id = $1)
    {_LATEST} $2
"""
EVENTS = f"{ENTRY} WHERE o.play = $1 ORDER BY o.id"


async def latest(tx: Tx, mode: IdentityMode, limit: int) -> list[PlayHistory]:
    """The plays with the latest pings."""
    return [await _history(tx, mode, row) for row in await tx.rows(LATEST, limit)]


async def plays_of(
    tx: Tx, mode: IdentityMode, query: str, who: str | int, limit: int
) -> list[PlayHistory]:
    """The plays that `query` (one of those above) finds for `who`."""
    return [await _history(tx, mode, row) for row in await tx.rows(query, who, limit)]


async def _history(tx: Tx, mode: IdentityMode, row: Row) -> PlayHistory:
    play = shown(row["state"])
    visitors = await load_visitors(tx, [play])
    events = [entry_of(each) for each in await tx.rows(EVENTS, row["id"])]
    return history_of(row, play, visitors.mail_owner(play), visitors.resolve(play, mode), events)
