"""What media come to, kept up in the transactions that change the plays.

Locks are taken in the order of the keys, after all others, and the day's last: it is everybody's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.domain.figures import DAY_MS, Cell, Change, Figures, changes
from app.domain.play import Play
from app.store.insights import (
    PAGES_A_DAY,
    Day,
    MediumFigures,
    MediumReport,
    Order,
)
from app.store.postgres.db import Db
from app.store.rules.figures import (
    add_seen,
    decode_medium,
    encode_medium,
    page_name,
    report_of,
)

MEDIA = """
    INSERT INTO playrelay.media AS m (key, about, plays, last_day)
    SELECT key, about::json, plays, day
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS n (key, about, plays, day)
    ORDER BY key COLLATE "C"
    ON CONFLICT (key) DO UPDATE SET about = excluded.about, plays = m.plays + excluded.plays,
        last_day = greatest(m.last_day, excluded.last_day)
    RETURNING key, id
"""
SEEN = """
    SELECT f.medium, f.day, f.seen FROM playrelay.figures f
    JOIN unnest($1::bigint[], $2::bigint[]) AS n (medium, day) USING (medium, day)
    WHERE f.seen IS NOT NULL
"""
ADD = """
    INSERT INTO playrelay.figures AS f
        (medium, day, plays, quarter, half, most, whole, attributed, mapped, seen)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
        $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[])
    ON CONFLICT (medium, day) DO UPDATE SET
        plays = f.plays + excluded.plays, quarter = f.quarter + excluded.quarter,
        half = f.half + excluded.half, most = f.most + excluded.most,
        whole = f.whole + excluded.whole, attributed = f.attributed + excluded.attributed,
        mapped = f.mapped + excluded.mapped, seen = coalesce(excluded.seen, f.seen)
"""
_PAGES = """
    unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS n (medium, day, page, plays)
"""
KNOWN_PAGES = f"""
    UPDATE playrelay.figure_pages f SET plays = f.plays + n.plays FROM {_PAGES}
    WHERE f.medium = n.medium AND f.day = n.day AND f.page = n.page
    RETURNING f.medium, f.day, f.page
"""  # noqa: S608 - ours
COUNT_PAGES = """
    SELECT f.medium, f.day, count(*) FROM playrelay.figure_pages f
    JOIN unnest($1::bigint[], $2::bigint[]) AS n (medium, day) USING (medium, day)
    GROUP BY f.medium, f.day
"""
NEW_PAGES = f"""
    INSERT INTO playrelay.figure_pages AS f (medium, day, page, plays) SELECT * FROM {_PAGES}
    ON CONFLICT (medium, day, page) DO UPDATE SET plays = f.plays + excluded.plays
"""  # noqa: S608 - ours
COUNT_DAY = """
    INSERT INTO playrelay.days AS d (day, pings, plays, events, delivered, rejected)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (day) DO UPDATE SET pings = d.pings + excluded.pings,
        plays = d.plays + excluded.plays, events = d.events + excluded.events,
        delivered = d.delivered + excluded.delivered, rejected = d.rejected + excluded.rejected
"""
_SUMS = ", ".join(
    f"coalesce(sum({count}), 0)::bigint"
    for count in ("plays", "quarter", "half", "most", "whole", "attributed", "mapped")
)
SUMS = f"SELECT {_SUMS} FROM playrelay.figures WHERE medium = $1 AND day >= $2"  # noqa: S608 - ours
_MEDIA = "SELECT id, about, plays, last_day FROM playrelay.media"
LATEST = f"{_MEDIA} WHERE (last_day, id) < ($1, $2) ORDER BY last_day DESC, id DESC LIMIT $3"
MOST = f"{_MEDIA} WHERE (plays, id) < ($1, $2) ORDER BY plays DESC, id DESC LIMIT $3"
ONE = f"{_MEDIA} WHERE id = $1"
DAYS_OF = """
    SELECT day, plays, quarter, half, most, whole, attributed, mapped, seen
    FROM playrelay.figures WHERE medium = $1 AND day >= $2 ORDER BY day
"""
PAGES_OF = """
    SELECT page, sum(plays)::bigint AS plays FROM playrelay.figure_pages
    WHERE medium = $1 AND day >= $2
    GROUP BY page HAVING sum(plays) > 0 ORDER BY sum(plays) DESC, page LIMIT $3
"""
DAYS = """
    SELECT day, pings, plays, events, delivered, rejected FROM playrelay.days
    WHERE day >= $1 ORDER BY day
"""

_FIRST = 2**62

Place = tuple[int, int]
"""A medium's row and a day."""


async def keep(db: Db, found: Mapping[Cell, Change]) -> None:
    """Add the changes to what the cells hold."""
    if not found:
        return
    ids = await _media(db, found)
    cells: dict[Place, Change] = {(ids[key], day): each for (key, day), each in found.items()}
    seen = await _seen(db, cells)
    rows = [(*place, *map(int, cells[place].counts), seen.get(place)) for place in sorted(cells)]
    await db.change(ADD, *_columns(rows))
    await _keep_pages(db, cells)


async def move(db: Db, before: Play, after: Play) -> None:
    """One play has changed."""
    await keep(db, changes([(before, after)]))


async def count_day(db: Db, now: int, **counts: int) -> None:
    """Count what the relay did today."""
    given = [counts.get(name, 0) for name in ("pings", "plays", "events", "delivered", "rejected")]
    await db.change(COUNT_DAY, now // DAY_MS, *given)


async def days(db: Db, since: int) -> list[Day]:
    """What the relay did, day by day."""
    return [Day(*row) for row in await db.rows(DAYS, since)]


async def media(
    db: Db, order: Order, since: int, limit: int, after: tuple[int, int] | None
) -> list[MediumFigures]:
    """A page of the list."""
    value, last = after or (_FIRST, _FIRST)
    rows = await db.rows(LATEST if order == "latest" else MOST, value, last, limit)
    return [
        MediumFigures(
            row,
            decode_medium(about),
            plays,
            last_day,
            Figures.of(await db.row(SUMS, row, since) or ()),
        )
        for row, about, plays, last_day in rows
    ]


async def medium(db: Db, row: int, since: int, pages: int) -> MediumReport | None:
    """One medium."""
    found = await db.row(ONE, row)
    if found is None:
        return None
    days_of = await db.rows(DAYS_OF, row, since)
    return report_of(row, found["about"], days_of, await db.rows(PAGES_OF, row, since, pages))


async def _media(db: Db, found: Mapping[Cell, Change]) -> dict[str, int]:
    """The rows of the media, by key; held until the transaction's end."""
    told: dict[str, tuple[str, int, int]] = {}
    for (key, day), change in sorted(found.items()):
        _, plays, _ = told.get(key, ("", 0, 0))
        about = encode_medium(change.medium).decode()
        told[key] = (about, plays + int(change.counts[0]), day)
    rows = [(key, *each) for key, each in told.items()]
    return {row["key"]: row["id"] for row in await db.rows(MEDIA, *_columns(rows))}


async def _seen(db: Db, cells: Mapping[Place, Change]) -> dict[Place, bytes]:
    """How many plays saw each percent, where that changes."""
    mapped = [place for place, change in cells.items() if any(change.seen)]
    if not mapped:
        return {}
    known = {
        (row["medium"], row["day"]): row["seen"] for row in await db.rows(SEEN, *_columns(mapped))
    }
    return {place: add_seen(known.get(place), cells[place].seen) for place in mapped}


async def _keep_pages(db: Db, cells: Mapping[Place, Change]) -> None:
    plays: dict[tuple[int, int, str], int] = defaultdict(int)
    for place, change in cells.items():
        for page, count in change.pages.items():
            plays[*place, page_name(page)] += count
    changed = {page: count for page, count in plays.items() if count}
    if not changed:
        return
    known = await db.rows(KNOWN_PAGES, *_columns([(*page, changed[page]) for page in changed]))
    new = sorted(changed.keys() - {tuple(row) for row in known})
    if not new:
        return
    places = sorted({(medium, day) for medium, day, _ in new})
    counts = {
        (row["medium"], row["day"]): row["count"]
        for row in await db.rows(COUNT_PAGES, *_columns(places))
    }
    added: dict[tuple[int, int, str], int] = defaultdict(int)
    for medium_row, day, name in new:
        count, place = changed[medium_row, day, name], (medium_row, day)
        if counts.get(place, 0) >= PAGES_A_DAY or count < 0:
            added[*place, ""] += count
        else:
            counts[place] = counts.get(place, 0) + 1
            added[*place, name] += count
    await db.change(NEW_PAGES, *_columns([(*page, count) for page, count in added.items()]))


def _columns(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
