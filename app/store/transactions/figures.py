"""Figures of media, kept up in the transactions that change the plays; and how they are read.

Locks are taken in the order of the keys, after all others, and the day's last: all share it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.domain.figures import DAY_MS, Cell, Change, Figures, cell_of
from app.domain.play import Play
from app.store.reports import PAGES_A_DAY, Day, MediumFigures, MediumReport, Order
from app.store.rules.figures import (
    add_seen,
    decode_medium,
    encode_medium,
    page_name,
    report_of,
)
from app.store.tx import Tx

SAVE_MEDIUM = """
    INSERT INTO playrelay.media AS m (key, about, plays, last_day) VALUES ($1, $2::json, $3, $4)
    ON CONFLICT (key) DO UPDATE SET about = excluded.about, plays = m.plays + excluded.plays,
        last_day = greatest(m.last_day, excluded.last_day)
    RETURNING key, id
"""
SEEN = """
    SELECT medium, day, seen FROM playrelay.figures
    WHERE medium = $1 AND day = $2 AND seen IS NOT NULL
"""
ADD_FIGURES = """
    INSERT INTO playrelay.figures AS f
        (medium, day, plays, quarter, half, most, whole, attributed, mapped, seen)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (medium, day) DO UPDATE SET
        plays = f.plays + excluded.plays, quarter = f.quarter + excluded.quarter,
        half = f.half + excluded.half, most = f.most + excluded.most,
        whole = f.whole + excluded.whole, attributed = f.attributed + excluded.attributed,
        mapped = f.mapped + excluded.mapped, seen = coalesce(excluded.seen, f.seen)
"""
ADD_ATTRIBUTED = """
    UPDATE playrelay.figures SET attributed = attributed + 1
    WHERE medium = (SELECT id FROM playrelay.media WHERE key = $1) AND day = $2
"""
COUNT_KNOWN_PAGE = """
    UPDATE playrelay.figure_pages SET plays = plays + $4
    WHERE medium = $1 AND day = $2 AND page = $3 RETURNING medium, day, page
"""
PAGES = """
    SELECT medium, day, count(*) AS pages FROM playrelay.figure_pages
    WHERE medium = $1 AND day = $2 GROUP BY medium, day
"""
COUNT_PAGE = """
    INSERT INTO playrelay.figure_pages AS f (medium, day, page, plays) VALUES ($1, $2, $3, $4)
    ON CONFLICT (medium, day, page) DO UPDATE SET plays = f.plays + excluded.plays
"""
COUNT_DAY = """
    INSERT INTO playrelay.days AS d (day, pings, plays, events, delivered, rejected)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (day) DO UPDATE SET pings = d.pings + excluded.pings,
        plays = d.plays + excluded.plays, events = d.events + excluded.events,
        delivered = d.delivered + excluded.delivered, rejected = d.rejected + excluded.rejected
"""
_SUMS = ", ".join(
    f"coalesce(sum({count}), 0)::bigint AS {count}"
    for count in ("plays", "quarter", "half", "most", "whole", "attributed", "mapped")
)
SUMS = f"SELECT {_SUMS} FROM playrelay.figures WHERE medium = $1 AND day >= $2"
_MEDIA = "SELECT id, about, plays, last_day FROM playrelay.media"
MEDIA: dict[Order, str] = {
    "latest": f"{_MEDIA} WHERE (last_day, id) < ($1, $2) ORDER BY last_day DESC, id DESC LIMIT $3",
    "most": f"{_MEDIA} WHERE (plays, id) < ($1, $2) ORDER BY plays DESC, id DESC LIMIT $3",
}
MEDIUM = f"{_MEDIA} WHERE id = $1"
MEDIA_OF_IDS = f"{_MEDIA} WHERE id = ANY ($1::bigint[]) ORDER BY id"
MEDIUM_DAYS = """
    SELECT day, plays, quarter, half, most, whole, attributed, mapped, seen
    FROM playrelay.figures WHERE medium = $1 AND day >= $2 ORDER BY day
"""
MEDIUM_PAGES = """
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


async def add_figures(tx: Tx, changes: Mapping[Cell, Change]) -> None:
    """Add the changes to what the cells hold."""
    if not changes:
        return
    media = await _save_media(tx, changes)
    cells: dict[Place, Change] = {(media[key], day): each for (key, day), each in changes.items()}
    seen = await _seen(tx, cells)
    rows = [(*place, *map(int, cells[place].counts), seen.get(place)) for place in sorted(cells)]
    await tx.each(ADD_FIGURES, rows)
    await _add_pages(tx, cells)


async def add_attributed(tx: Tx, play: Play) -> None:
    """HubSpot has put the play on a contact."""
    await tx.change(ADD_ATTRIBUTED, *cell_of(play))


async def count_day(tx: Tx, now: int, **counts: int) -> None:
    """Count what the relay did today."""
    names = ("pings", "plays", "events", "delivered", "rejected")
    await tx.change(COUNT_DAY, now // DAY_MS, *[counts.get(name, 0) for name in names])


async def days(tx: Tx, since: int) -> list[Day]:
    """What the relay did, day by day."""
    return [Day(*row) for row in await tx.rows(DAYS, since)]


async def media(
    tx: Tx, order: Order, since: int, limit: int, after: tuple[int, int] | None
) -> list[MediumFigures]:
    """A page of the list."""
    value, last = after or (_FIRST, _FIRST)
    return [
        MediumFigures(
            row, decode_medium(about), plays, last_day, Figures.of(await tx.one(SUMS, row, since))
        )
        for row, about, plays, last_day in await tx.rows(MEDIA[order], value, last, limit)
    ]


async def of_ids(tx: Tx, media: Sequence[int]) -> list[MediumFigures]:
    """Media by their rows."""
    return [
        MediumFigures(row, decode_medium(about), plays, last_day)
        for row, about, plays, last_day in await tx.rows(MEDIA_OF_IDS, [*media])
    ]


async def medium(
    tx: Tx, medium: int, since: int, pages: int, before: int = 0
) -> MediumReport | None:
    """One medium; `before`: how many days before `since` are there to compare with."""
    found = await tx.row(MEDIUM, medium)
    if found is None:
        return None
    by_day = await tx.rows(MEDIUM_DAYS, medium, since - before)
    by_page = await tx.rows(MEDIUM_PAGES, medium, since, pages)
    return report_of(medium, found["about"], since, by_day, by_page)


async def _save_media(tx: Tx, changes: Mapping[Cell, Change]) -> dict[str, int]:
    """The rows of the media, by key; locked until the transaction's end."""
    media: dict[str, tuple[str, int, int]] = {}
    for (key, day), change in sorted(changes.items()):
        _, plays, _ = media.get(key, ("", 0, 0))
        about = encode_medium(change.medium).decode()
        media[key] = (about, plays + int(change.counts[0]), day)
    saved = await tx.each_row(SAVE_MEDIUM, [(key, *each) for key, each in media.items()])
    return {key: row for key, row in saved}  # noqa: C416 - rows are no pairs


async def _seen(tx: Tx, cells: Mapping[Place, Change]) -> dict[Place, bytes]:
    """How many plays saw each percent, where that changes."""
    changed = [place for place, change in cells.items() if any(change.seen)]
    stored = await tx.each_row(SEEN, changed) if changed else []
    known = {(medium, day): seen for medium, day, seen in stored}
    return {place: add_seen(known.get(place), cells[place].seen) for place in changed}


async def _add_pages(tx: Tx, cells: Mapping[Place, Change]) -> None:
    plays: dict[tuple[int, int, str], int] = defaultdict(int)
    for place, change in cells.items():
        for page, count in change.pages.items():
            plays[*place, page_name(page)] += count
    changed = sorted((page, count) for page, count in plays.items() if count)
    if not changed:
        return
    known = await tx.each_row(COUNT_KNOWN_PAGE, [(*page, count) for page, count in changed])
    found = {tuple(row) for row in known}
    new = [(page, count) for page, count in changed if page not in found]
    if not new:
        return
    places = sorted({(medium, day) for (medium, day, _), _ in new})
    pages = {(medium, day): count for medium, day, count in await tx.each_row(PAGES, places)}
    added: dict[tuple[int, int, str], int] = defaultdict(int)
    for (medium, day, name), count in new:
        place = (medium, day)
        if pages.get(place, 0) >= PAGES_A_DAY or count < 0:
            added[*place, ""] += count
        else:
            pages[place] = pages.get(place, 0) + 1
            added[*place, name] += count
    await tx.each(COUNT_PAGE, [(*page, count) for page, count in sorted(added.items())])
