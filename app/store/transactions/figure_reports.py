"""Figures of media in a period, as pages and programs read them.

Whole UTC days are read as days. Slots are read for the edges of a period in another time zone, and
for its single days. All are rows of one medium, found by the key.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.domain.figures import Figures
from app.domain.period import EPOCH, Period, Stretch, in_blocks
from app.store.reports import MEDIA_SORTED, Day, MediumFigures, MediumReport, Order, PageFigures
from app.store.rules.figures import decode_medium, total
from app.store.transactions.figure_tables import COLUMNS
from app.store.tx import Row, Tx

_COLUMNS = ", ".join(COLUMNS)
_SUMS = ", ".join(f"coalesce(sum({count}), 0)::bigint AS {count}" for count in COLUMNS)
_MEDIA = "SELECT id, about, plays, last_day FROM playrelay.media"
MEDIA: dict[Order, str] = {
    "latest": f"{_MEDIA} WHERE (last_day, id) < ($1, $2) ORDER BY last_day DESC, id DESC LIMIT $3",
    "most": f"{_MEDIA} WHERE (plays, id) < ($1, $2) ORDER BY plays DESC, id DESC LIMIT $3",
}
MEDIA_SINCE = f"{_MEDIA} WHERE last_day >= $1 ORDER BY last_day DESC, id DESC LIMIT $2"
MEDIUM = f"{_MEDIA} WHERE id = $1"
MEDIA_OF_IDS = f"{_MEDIA} WHERE id = ANY ($1::bigint[]) ORDER BY id"
_DAYS_WITHIN = "FROM playrelay.figures WHERE medium = $1 AND day >= $2 AND day < $3"
_SLOTS_WITHIN = "FROM playrelay.figure_slots WHERE medium = $1 AND slot >= $2 AND slot < $3"


def _sums(tables: Sequence[tuple[str, str]]) -> str:
    """The sums of a medium's rows in these tables, each over its own range."""
    parts = " UNION ALL ".join(
        f"SELECT {_COLUMNS} FROM playrelay.{table} WHERE medium = $1 "
        f"AND {at} >= ${place} AND {at} < ${place + 1}"
        for place, (table, at) in zip(range(2, 12, 2), tables, strict=False)
    )
    return f"SELECT $1::bigint AS medium, {_SUMS} FROM ({parts}) AS counted"


SUMS = {
    f"{blocks}{days}{slots}": _sums(
        [("figure_blocks", "block")] * blocks
        + [("figures", "day")] * days
        + [("figure_slots", "slot")] * slots
    )
    for blocks in (0, 1)
    for days in (0, 1, 2)
    for slots in (0, 1, 2)
    if blocks or days or slots
}
"""The numbers of ranges of blocks, of days and of slots in a period."""

ALL_OF_DAYS = f"SELECT {_COLUMNS}, seen, again {_DAYS_WITHIN}"
ALL_OF_SLOTS = f"SELECT {_COLUMNS}, seen, again {_SLOTS_WITHIN}"
BY_DAY = f"SELECT day - $4 AS number, {_COLUMNS} {_DAYS_WITHIN} ORDER BY day"
BY_LOCAL_DAY = f"""
    SELECT (slot - $4) / $5 AS number, {_SUMS} {_SLOTS_WITHIN} GROUP BY number ORDER BY number
"""
MEDIUM_PAGES = """
    SELECT page, sum(plays)::bigint AS plays FROM playrelay.figure_pages
    WHERE medium = $1 AND day >= $2 AND day <= $3
    GROUP BY page HAVING sum(plays) > 0 ORDER BY sum(plays) DESC, page LIMIT $4
"""
_DONE = ("pings", "plays", "events", "delivered", "rejected")
DAYS = f"""
    SELECT (slot - $3) / $4 AS number, {", ".join(f"sum({each})::bigint" for each in _DONE)}
    FROM playrelay.activity WHERE slot >= $1 AND slot < $2 GROUP BY number ORDER BY number
"""

_FIRST = 2**62


async def days(tx: Tx, period: Period) -> list[Day]:
    """What the relay did on each day."""
    found, first = [], (period.first - EPOCH).days
    for start, slots, count in period.stretches():
        rows = await tx.rows(DAYS, start, start + slots * count, start, slots)
        found += [Day(first + number, *counts) for number, *counts in rows]
        first += count
    return found


async def media(
    tx: Tx, order: Order, period: Period | None, limit: int, after: tuple[int, int] | None
) -> list[MediumFigures]:
    """A page of the list of all media, whenever they were played (period None: without figures)."""
    value, last = after or (_FIRST, _FIRST)
    rows = await tx.rows(MEDIA[order], value, last, limit)
    figures = await _figures_of(tx, [row["id"] for row in rows], period) if period else {}
    return [_medium(row, figures) for row in rows]


async def played(tx: Tx, period: Period, search: str) -> list[MediumFigures]:
    """The media that were played in the period and whose names, ids or addresses match `search`.

    If there are more than `MEDIA_SORTED`, those played last.
    """
    first, _ = period.utc_days
    looked_through = 10 * MEDIA_SORTED if search else MEDIA_SORTED
    rows = await tx.rows(MEDIA_SINCE, first - 1, looked_through)
    listed = [_medium(row, {}) for row in rows]
    found = [each for each in listed if each.matches(search)][:MEDIA_SORTED]
    figures = await _figures_of(tx, [each.id for each in found], period)
    return [
        MediumFigures(each.id, each.medium, each.plays, each.last_day, figures[each.id])
        for each in found
        if figures[each.id].plays
    ]


async def of_ids(tx: Tx, media: Sequence[int]) -> list[MediumFigures]:
    """Media by their row ids."""
    return [_medium(row, {}) for row in await tx.rows(MEDIA_OF_IDS, [*media])]


async def medium(
    tx: Tx, medium: int, period: Period, pages: int, *, compared: bool = False
) -> MediumReport | None:
    """One medium; `compared`: with the same number of days before."""
    found = await tx.row(MEDIUM, medium)
    if found is None:
        return None
    by_page = await tx.rows(MEDIUM_PAGES, medium, *period.utc_days, pages)
    return MediumReport(
        id=medium,
        medium=decode_medium(found["about"]),
        figures=await _total(tx, medium, period),
        days=await _by_day(tx, medium, period),
        pages=[PageFigures(*each) for each in by_page],
        before=await _total(tx, medium, period.before()) if compared else Figures(),
    )


def _medium(row: Row, figures: Mapping[int, Figures]) -> MediumFigures:
    number, about, plays, last_day = row
    own = figures.get(number, Figures())
    return MediumFigures(number, decode_medium(about), plays, last_day, own)


async def _figures_of(tx: Tx, media: Sequence[int], period: Period) -> dict[int, Figures]:
    """The plain counts. One query per medium, so that each uses the key, however many there are."""
    if not media:
        return {}
    whole, slots = period.split()
    blocks, days = in_blocks(whole)
    ranges = [*([blocks] if blocks else []), *days, *slots]
    bounds = [bound for each in ranges for bound in (each.start, each.stop)]
    question = SUMS[f"{int(bool(blocks))}{len(days)}{len(slots)}"]
    found = await tx.each_row(question, [(row, *bounds) for row in media])
    return {row: Figures.of(counts) for row, *counts in found}


async def _total(tx: Tx, medium: int, period: Period) -> Figures:
    """The sums of a period."""
    whole, edges = period.split()
    rows = await tx.rows(ALL_OF_DAYS, medium, whole.start, whole.stop) if whole else []
    for edge in edges:
        rows += await tx.rows(ALL_OF_SLOTS, medium, edge.start, edge.stop)
    return total(rows)


async def _by_day(tx: Tx, medium: int, period: Period) -> list[tuple[date, Figures]]:
    """The plain counts of each day that has any."""
    dates = [*period.dates()]
    found: list[tuple[date, Figures]] = []
    first = 0
    for stretch in period.stretches():
        for number, *counts in await _days_of(tx, medium, stretch):
            if any(counts):
                found.append((dates[first + number], Figures.of(counts)))
        first += stretch.days
    return found


async def _days_of(tx: Tx, medium: int, stretch: Stretch) -> Iterable[Sequence[int]]:
    """Rows of days: the number of each day within its run, and the plain counts."""
    start, slots, _ = stretch
    if stretch.whole:
        first, end = start // slots, stretch.end // slots
        return await tx.rows(BY_DAY, medium, first, end, first)
    return await tx.rows(BY_LOCAL_DAY, medium, start, stretch.end, start, slots)
