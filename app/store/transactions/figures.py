"""Figures of media, updated in the transactions that change the plays.

Locks are taken in the order of the keys, after all others, and the activity's last: all
transactions share its last row.
"""

from collections import defaultdict
from collections.abc import Mapping
from operator import add
from typing import NamedTuple

from app.domain.figures import Change, Changes, Counts, cell_of, together
from app.domain.period import BLOCK_DAYS, SLOT_MS, SLOTS
from app.domain.play import Play
from app.store.reports import PAGES_A_DAY
from app.store.rules.figures import encode_medium
from app.store.transactions.figure_tables import ATTRIBUTED, COLUMNS, Place, grain, put
from app.store.transactions.figure_traits import Part, add_traits, attribute_traits
from app.store.tx import Tx

SAVE_MEDIUM = """
    INSERT INTO playrelay.media AS m (key, about, plays, last_day) VALUES ($1, $2::json, $3, $4)
    ON CONFLICT (key) DO UPDATE SET about = excluded.about, plays = m.plays + excluded.plays,
        last_day = greatest(m.last_day, excluded.last_day)
    RETURNING key, id, filtered_since
"""
MEDIUM_OF_KEY = "SELECT id, filtered_since FROM playrelay.media WHERE key = $1"
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


PUT_BLOCK = f"""
    INSERT INTO playrelay.figure_blocks AS f (medium, block, {", ".join(COLUMNS)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (medium, block) DO UPDATE SET
        {", ".join(f"{count} = f.{count} + excluded.{count}" for count in COLUMNS)}
"""
_DAYS = grain("figures", "medium", "day")
_SLOTS = grain("figure_slots", "medium", "slot")

Page = tuple[int, int, str]
"""A medium's row, a day, and a page's name."""


class SavedMedium(NamedTuple):
    """A medium's row, and the first slot from which its plays are also counted by traits."""

    row: int
    filtered_since: int


async def add_figures(tx: Tx, changes: Changes) -> Mapping[int, int]:
    """Add the changes to the stored cells; returns how many more plays began in each slot."""
    if not changes.cells:
        return {}
    media = await _save_media(tx, changes)
    slots: dict[Place, list[Change]] = defaultdict(list)
    pages: dict[Page, int] = defaultdict(int)
    by_traits: dict[Part, list[Change]] = {}
    begun: dict[int, int] = defaultdict(int)
    for (key, slot, digest), change in changes.cells.items():
        medium, filtered_since = media[key]
        slots[medium, slot].append(change)
        if change.counts[0]:
            pages[medium, slot // SLOTS, changes.traits[digest].page] += change.counts[0]
            begun[slot] += change.counts[0]
        if slot >= filtered_since:
            by_traits[(medium, slot // SLOTS, digest), slot] = [change]
    by_slot = {place: together(several) for place, several in slots.items()}
    days: dict[Place, list[Change]] = defaultdict(list)
    for (medium, slot), change in by_slot.items():
        days[medium, slot // SLOTS].append(change)
    by_day = {place: together(several) for place, several in days.items()}
    await put(tx, _SLOTS, by_slot)
    await put(tx, _DAYS, by_day)
    await _put_blocks(tx, by_day)
    await _add_pages(tx, pages)
    await add_traits(tx, by_traits, changes.traits)
    return begun


async def add_attributed(tx: Tx, play: Play) -> None:
    """Record that HubSpot has put the play on a contact."""
    key, slot, digest = cell_of(play)
    found = await tx.row(MEDIUM_OF_KEY, key)
    if found is None:  # its figures are already deleted
        return
    medium, filtered_since = found
    for table, at in ((_SLOTS, slot), (_DAYS, slot // SLOTS)):
        await tx.change(table.put, medium, at, *ATTRIBUTED, None, None)
    await tx.change(PUT_BLOCK, medium, slot // SLOTS // BLOCK_DAYS, *ATTRIBUTED)
    if slot >= filtered_since:
        await attribute_traits(tx, medium, slot, digest)


async def count_activity(
    tx: Tx, now: int, begun: Mapping[int, int] | None = None, **counts: int
) -> None:
    """Count what the relay did now. `begun`: new plays by the slot in which they began."""
    by_slot = {slot: {"plays": plays} for slot, plays in (begun or {}).items() if plays}
    by_slot[now // SLOT_MS] = {**by_slot.get(now // SLOT_MS, {}), **counts}
    rows = [(slot, *(each.get(name, 0) for name in ACTIVITY)) for slot, each in by_slot.items()]
    await tx.each(COUNT_ACTIVITY, sorted(rows))


async def _save_media(tx: Tx, changes: Changes) -> dict[str, SavedMedium]:
    """The rows of the media, by key; locked until the transaction's end."""
    media: dict[str, tuple[int, int]] = {}
    for (key, slot, _), change in changes.cells.items():
        plays, last = media.get(key, (0, slot))
        media[key] = (plays + change.counts[0], max(last, slot))
    rows = [
        (key, encode_medium(changes.media[key]).decode(), plays, last // SLOTS)
        for key, (plays, last) in sorted(media.items())
    ]
    saved = await tx.each_row(SAVE_MEDIUM, rows)
    return {key: SavedMedium(row, since) for key, row, since in saved}


async def _put_blocks(tx: Tx, days: Mapping[Place, Change]) -> None:
    """Add the plain counts to the blocks of their days."""
    blocks: dict[Place, Counts] = {}
    for (medium, day), change in days.items():
        place = medium, day // BLOCK_DAYS
        known = blocks.get(place, change.counts)
        blocks[place] = tuple(map(add, known, change.counts)) if place in blocks else known
    await tx.each(PUT_BLOCK, sorted((*at, *each) for at, each in blocks.items() if any(each)))


async def _add_pages(tx: Tx, plays: Mapping[Page, int]) -> None:
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
    added: dict[Page, int] = defaultdict(int)
    for (medium, day, name), count in new:
        place = (medium, day)
        if pages.get(place, 0) >= PAGES_A_DAY or count < 0:
            added[*place, ""] += count
        else:
            pages[place] = pages.get(place, 0) + 1
            added[*place, name] += count
    await tx.each(COUNT_PAGE, [(*page, count) for page, count in sorted(added.items())])
