"""Links that show one medium without a sign-in, stored so that they can be listed and ended."""

from app.store.console_records import LinkRecord
from app.store.tx import Tx

MAX_LINKS = 1_000
"""At a time. The same number of ended links is kept, to distinguish them from invented ones."""

ENDED_KEPT_MS = 30 * 24 * 60 * 60 * 1000

_COLUMNS = "link, medium, query, made_by, made_at, ends_at, stops_at"
ADD = f"INSERT INTO playrelay.shared_links ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $6)"
PRUNE = """
    DELETE FROM playrelay.shared_links WHERE stops_at <= $1 OR link IN (
        SELECT link FROM playrelay.shared_links WHERE stops_at <= $2
        ORDER BY stops_at DESC, link LIMIT 1000000 OFFSET $3)
"""
COUNT = "SELECT count(*) FROM playrelay.shared_links WHERE stops_at > $1"
FIND = f"SELECT {_COLUMNS} FROM playrelay.shared_links WHERE link = $1"
LISTED = f"""
    SELECT {_COLUMNS} FROM playrelay.shared_links WHERE stops_at > $1 ORDER BY made_at DESC, link
"""
END = "UPDATE playrelay.shared_links SET stops_at = $2 WHERE link = $1 AND stops_at > $2"
END_ALL = "UPDATE playrelay.shared_links SET stops_at = $1 WHERE stops_at > $1"


async def add(tx: Tx, link: LinkRecord) -> bool:
    """Save a link; False if there are too many already."""
    now = link.made_at
    await tx.change(PRUNE, now - ENDED_KEPT_MS, now, MAX_LINKS)
    if await tx.value(COUNT, now) >= MAX_LINKS:
        return False
    await tx.change(ADD, link.id, link.medium, link.query, link.made_by, link.made_at, link.ends_at)
    return True


async def find(tx: Tx, link_id: str) -> LinkRecord | None:
    """A link, even if it has ended."""
    row = await tx.row(FIND, link_id)
    return None if row is None else LinkRecord(*row)


async def listed(tx: Tx, now: int) -> list[LinkRecord]:
    """The links that have not ended, the newest first."""
    return [LinkRecord(*row) for row in await tx.rows(LISTED, now)]


async def end(tx: Tx, link_id: str, now: int) -> bool:
    """End one; False if it has already ended or does not exist."""
    return await tx.change(END, link_id, now) > 0


async def end_all(tx: Tx, now: int) -> int:
    """End all; returns how many."""
    return await tx.change(END_ALL, now)
