"""Figures of media, kept up in the transactions that change the plays.

Locks are taken in the order of the keys, after all others, and those of the activity last: all
share its last row.
"""

from collections import defaultdict
from collections.abc import Mapping
from operator import add
from typing import NamedTuple

from app.domain.figures import Cell, Change, Counts, Figures, cell_of, together
from app.domain.period import BLOCK_DAYS, SLOT_MS, SLOTS
from app.domain.play import Play
from app.domain.traits import page_name
from app.store.reports import PAGES_A_DAY
from app.store.rules.figures import add_bins, encode_medium
from app.store.tx import Tx

COLUMNS = Figures.__struct_fields__[:-2]
"""Of the plain counts, as the fields are called."""

SAVE_MEDIUM = """
    INSERT INTO playrelay.media AS m (key, about, plays, last_day) VALUES ($1, $2::json, $3, $4)
    ON CONFLICT (key) DO UPDATE SET about = excluded.about, plays = m.plays + excluded.plays,
        last_day = greatest(m.last_day, excluded.last_day)
    RETURNING key, id
"""
MEDIUM_OF_KEY = "SELECT id FROM playrelay.media WHERE key = $1"
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
COUNT_ACTIVITY = """
    INSERT INTO playrelay.activity AS a (slot, pings, plays, events, delivered, rejected)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (slot) DO UPDATE SET pings = a.pings + excluded.pings,
        plays = a.plays + excluded.plays, events = a.events + excluded.events,
        delivered = a.delivered + excluded.delivered, rejected = a.rejected + excluded.rejected
"""
ACTIVITY = ("pings", "plays", "events", "delivered", "rejected")


class Grain(NamedTuple):
    """The statements for figures by day, or by slot.

    `bins`: what is packed; `put`: more of the plain counts, and what is packed anew.
    """

    bins: str
    put: str


def _grain(table: str, at: str) -> Grain:
    columns = ", ".join(COLUMNS)
    more = ", ".join(f"{count} = f.{count} + excluded.{count}" for count in COLUMNS)
    return Grain(
        f"""
            SELECT medium, {at}, seen, again FROM playrelay.{table}
            WHERE medium = $1 AND {at} = $2 AND seen IS NOT NULL
        """,
        f"""
            INSERT INTO playrelay.{table} AS f (medium, {at}, {columns}, seen, again)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (medium, {at}) DO UPDATE SET {more},
                seen = coalesce(excluded.seen, f.seen), again = coalesce(excluded.again, f.again)
        """,
    )


PUT_BLOCK = f"""
    INSERT INTO playrelay.figure_blocks AS f (medium, block, {", ".join(COLUMNS)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (medium, block) DO UPDATE SET
        {", ".join(f"{count} = f.{count} + excluded.{count}" for count in COLUMNS)}
"""
_DAYS = _grain("figures", "day")
_SLOTS = _grain("figure_slots", "slot")

Place = tuple[int, int]
"""A medium's row, and a day or slot."""


async def add_figures(tx: Tx, changes: Mapping[Cell, Change]) -> Mapping[int, int]:
    """Add the changes to what the cells hold; returns how many more plays began in each slot."""
    if not changes:
        return {}
    media = await _save_media(tx, changes)
    slots = {(media[key], slot): each for (key, slot), each in changes.items()}
    days: dict[Place, list[Change]] = defaultdict(list)
    for (medium, slot), change in slots.items():
        days[medium, slot // SLOTS].append(change)
    await _put(tx, _SLOTS, slots)
    by_day = {place: together(several) for place, several in days.items()}
    await _put(tx, _DAYS, by_day)
    await _put_blocks(tx, by_day)
    await _add_pages(tx, by_day)
    begun: dict[int, int] = defaultdict(int)
    for (_, slot), change in slots.items():
        begun[slot] += change.counts[0]
    return begun


async def add_attributed(tx: Tx, play: Play) -> None:
    """HubSpot has put the play on a contact."""
    key, slot = cell_of(play)
    medium = await tx.value(MEDIUM_OF_KEY, key)
    if medium is not None:  # else its figures have ended
        counts = [int(name == "attributed") for name in COLUMNS]
        for grain, at in ((_SLOTS, slot), (_DAYS, slot // SLOTS)):
            await tx.change(grain.put, medium, at, *counts, None, None)
        await tx.change(PUT_BLOCK, medium, slot // SLOTS // BLOCK_DAYS, *counts)


async def count_activity(
    tx: Tx, now: int, begun: Mapping[int, int] | None = None, **counts: int
) -> None:
    """Count what the relay did now. `begun`: plays by the slot in which they began."""
    by_slot = {slot: {"plays": plays} for slot, plays in (begun or {}).items() if plays}
    by_slot[now // SLOT_MS] = {**by_slot.get(now // SLOT_MS, {}), **counts}
    rows = [(slot, *(each.get(name, 0) for name in ACTIVITY)) for slot, each in by_slot.items()]
    await tx.each(COUNT_ACTIVITY, sorted(rows))


async def _save_media(tx: Tx, changes: Mapping[Cell, Change]) -> dict[str, int]:
    """The rows of the media, by key; locked until the transaction's end."""
    media: dict[str, tuple[str, int, int]] = {}
    for (key, slot), change in sorted(changes.items()):
        _, plays, _ = media.get(key, ("", 0, 0))
        about = encode_medium(change.medium).decode()
        media[key] = (about, plays + change.counts[0], slot // SLOTS)
    saved = await tx.each_row(SAVE_MEDIUM, [(key, *each) for key, each in media.items()])
    return {key: row for key, row in saved}  # noqa: C416 - rows are no pairs


async def _put(tx: Tx, grain: Grain, cells: Mapping[Place, Change]) -> None:
    """Add the changes to what the cells hold."""
    changed = {place: change for place, change in cells.items() if not change.is_none()}
    packed = [place for place, each in changed.items() if any(each.seen) or any(each.again)]
    stored = await tx.each_row(grain.bins, packed) if packed else []
    known = {(medium, at): (seen, again) for medium, at, seen, again in stored}
    rows = []
    for place, change in sorted(changed.items()):
        seen, again = known.get(place, (None, None))
        bins = (add_bins(seen, change.seen), add_bins(again, change.again))
        rows.append((*place, *change.counts, *bins))
    await tx.each(grain.put, rows)


async def _put_blocks(tx: Tx, days: Mapping[Place, Change]) -> None:
    """Add the plain counts to the blocks of their days."""
    blocks: dict[Place, Counts] = {}
    for (medium, day), change in days.items():
        place = medium, day // BLOCK_DAYS
        known = blocks.get(place, change.counts)
        blocks[place] = tuple(map(add, known, change.counts)) if place in blocks else known
    await tx.each(PUT_BLOCK, sorted((*at, *each) for at, each in blocks.items() if any(each)))


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
