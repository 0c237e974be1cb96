"""What media come to, kept up in the transactions that change the plays."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from app.domain.figures import DAY_MS, Cell, Change, Figures, changes
from app.domain.play import Play
from app.store.insights import (
    PAGES_A_DAY,
    Day,
    MediumFigures,
    MediumReport,
    Order,
)
from app.store.rules.figures import (
    add_seen,
    decode_medium,
    encode_medium,
    page_name,
    report_of,
)

MEDIUM = """
    INSERT INTO media (key, about, plays, last_day) VALUES (:key, :about, :plays, :day)
    ON CONFLICT (key) DO UPDATE SET about = excluded.about, plays = plays + excluded.plays,
        last_day = max(last_day, excluded.last_day)
    RETURNING id
"""
SEEN = "SELECT seen FROM figures WHERE medium = ? AND day = ?"
ADD = """
    INSERT INTO figures
        (medium, day, plays, quarter, half, most, whole, attributed, mapped, seen)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (medium, day) DO UPDATE SET
        plays = plays + excluded.plays, quarter = quarter + excluded.quarter,
        half = half + excluded.half, most = most + excluded.most, whole = whole + excluded.whole,
        attributed = attributed + excluded.attributed, mapped = mapped + excluded.mapped,
        seen = coalesce(excluded.seen, seen)
"""
KNOWN_PAGE = """
    UPDATE figure_pages SET plays = plays + :plays
    WHERE medium = :medium AND day = :day AND page = :page
"""
PAGES = "SELECT count(*) FROM figure_pages WHERE medium = ? AND day = ?"
NEW_PAGE = """
    INSERT INTO figure_pages (medium, day, page, plays) VALUES (:medium, :day, :page, :plays)
    ON CONFLICT DO UPDATE SET plays = plays + excluded.plays
"""
COUNT_DAY = """
    INSERT INTO days (day, pings, plays, events, delivered, rejected)
    VALUES (:day, :pings, :plays, :events, :delivered, :rejected)
    ON CONFLICT (day) DO UPDATE SET pings = pings + excluded.pings, plays = plays + excluded.plays,
        events = events + excluded.events, delivered = delivered + excluded.delivered,
        rejected = rejected + excluded.rejected
"""
_SUMS = """
    coalesce(sum(plays), 0), coalesce(sum(quarter), 0), coalesce(sum(half), 0),
    coalesce(sum(most), 0), coalesce(sum(whole), 0), coalesce(sum(attributed), 0),
    coalesce(sum(mapped), 0)
"""
SUMS = f"SELECT {_SUMS} FROM figures WHERE medium = ? AND day >= ?"  # noqa: S608 - ours
_MEDIA = "SELECT id, about, plays, last_day FROM media"
LATEST = f"""
    {_MEDIA} WHERE (last_day, id) < (:value, :id) ORDER BY last_day DESC, id DESC LIMIT :n
"""
MOST = f"{_MEDIA} WHERE (plays, id) < (:value, :id) ORDER BY plays DESC, id DESC LIMIT :n"
ONE = f"{_MEDIA} WHERE id = ?"
DAYS_OF = """
    SELECT day, plays, quarter, half, most, whole, attributed, mapped, seen FROM figures
    WHERE medium = ? AND day >= ? ORDER BY day
"""
PAGES_OF = """
    SELECT page, sum(plays) FROM figure_pages WHERE medium = ? AND day >= ?
    GROUP BY page HAVING sum(plays) > 0 ORDER BY sum(plays) DESC, page LIMIT ?
"""
DAYS = "SELECT day, pings, plays, events, delivered, rejected FROM days WHERE day >= ? ORDER BY day"

_FIRST = 2**62


def keep(db: sqlite3.Connection, found: Mapping[Cell, Change]) -> None:
    """Add the changes to what the cells hold."""
    for (key, day), change in sorted(found.items()):
        given = {
            "key": key,
            "about": encode_medium(change.medium),
            "plays": change.counts[0],
            "day": day,
        }
        (medium,) = db.execute(MEDIUM, given).fetchone()
        seen = _seen(db, medium, day, change) if any(change.seen) else None
        db.execute(ADD, (medium, day, *map(int, change.counts), seen))
        for page, plays in change.pages.items():
            if plays:
                _keep_page(
                    db, {"medium": medium, "day": day, "page": page_name(page), "plays": plays}
                )


def move(db: sqlite3.Connection, before: Play, after: Play) -> None:
    """One play has changed."""
    keep(db, changes([(before, after)]))


def count_day(db: sqlite3.Connection, now: int, **counts: int) -> None:
    """Count what the relay did today."""
    none = {"pings": 0, "plays": 0, "events": 0, "delivered": 0, "rejected": 0}
    db.execute(COUNT_DAY, {"day": now // DAY_MS, **none, **counts})


def days(db: sqlite3.Connection, since: int) -> list[Day]:
    """What the relay did, day by day."""
    return [Day(*row) for row in db.execute(DAYS, (since,))]


def media(
    db: sqlite3.Connection, order: Order, since: int, limit: int, after: tuple[int, int] | None
) -> list[MediumFigures]:
    """A page of the list."""
    value, last = after or (_FIRST, _FIRST)
    query = LATEST if order == "latest" else MOST
    rows = db.execute(query, {"value": value, "id": last, "n": limit}).fetchall()
    return [
        MediumFigures(
            row,
            decode_medium(about),
            plays,
            last_day,
            Figures.of(db.execute(SUMS, (row, since)).fetchone()),
        )
        for row, about, plays, last_day in rows
    ]


def medium(db: sqlite3.Connection, row: int, since: int, pages: int) -> MediumReport | None:
    """One medium."""
    found = db.execute(ONE, (row,)).fetchone()
    if found is None:
        return None
    days_of, pages_of = db.execute(DAYS_OF, (row, since)), db.execute(PAGES_OF, (row, since, pages))
    return report_of(row, found[1], days_of, pages_of)


def _seen(db: sqlite3.Connection, medium: int, day: int, change: Change) -> bytes:
    row = db.execute(SEEN, (medium, day)).fetchone()
    return add_seen(row[0] if row else None, change.seen)


def _keep_page(db: sqlite3.Connection, given: dict[str, Any]) -> None:
    if db.execute(KNOWN_PAGE, given).rowcount:
        return
    (pages,) = db.execute(PAGES, (given["medium"], given["day"])).fetchone()
    if pages >= PAGES_A_DAY or given["plays"] < 0:
        given |= {"page": ""}
    db.execute(NEW_PAGE, given)
