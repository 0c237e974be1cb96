"""A play's way through the house, for whoever asks what became of it."""

from app.domain.identity import IdentityMode
from app.store.postgres.db import Db, Row
from app.store.postgres.people import ENTRY
from app.store.postgres.whom import known_of
from app.store.rules.showing import entry_of, walk_of
from app.store.rules.states import shown
from app.store.values import Walk

PLAY = """
    SELECT p.id, p.state, p.pings, p.begun_at, p.received_at, p.settles_at, p.utk,
        c.asked, c.asked_at, c.contact_id, c.ask_by
    FROM playrelay.plays p LEFT JOIN playrelay.contacts c ON c.utk = p.utk
"""
_LATEST = "ORDER BY p.received_at DESC, p.id DESC LIMIT $2"
OF_SESSION = f"{PLAY} WHERE p.session = $1 {_LATEST}"
OF_UTK = f"{PLAY} WHERE p.utk = $1 {_LATEST}"
# Signed by the page, known by a usertoken, or named by HubSpot's own answers.
OF_CONTACT = f"""
    {PLAY} WHERE p.id IN (
        SELECT id FROM playrelay.plays WHERE contact_id = $1
        UNION SELECT p.id FROM playrelay.contacts c JOIN playrelay.plays p ON p.utk = c.utk
        WHERE c.contact_id = $1
        UNION SELECT play FROM playrelay.outbox
        WHERE status = 'delivered' AND answer ->> 'contact_id' = $1::bigint::text)
    {_LATEST}
"""  # noqa: S608 - ours
EVENTS = f"{ENTRY} WHERE o.play = $1 ORDER BY o.id"


async def walks(db: Db, mode: IdentityMode, query: str, who: str | int, limit: int) -> list[Walk]:
    """The plays that `query` (one of those above) finds for `who`."""
    return await walks_of(db, mode, query, who, limit)


async def walks_of(db: Db, mode: IdentityMode, query: str, *given: object) -> list[Walk]:
    """The plays that a query on `PLAY` finds."""
    return [await _walk(db, mode, row) for row in await db.rows(query, *given)]


async def _walk(db: Db, mode: IdentityMode, row: Row) -> Walk:
    play = shown(row["state"])
    known = await known_of(db, [play])
    events = [entry_of(each) for each in await db.rows(EVENTS, row["id"])]
    return walk_of(row, play, known.mail_owner(play), known.whose(play, mode), events)
