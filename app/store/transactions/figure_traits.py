"""Figures of media by the traits of their plays, for filters: updated when plays change.

For each medium and day the first `TRAITS_A_DAY` traits get rows of their own; the others are
counted together. So a play whose traits have a row counts there, and any other with the others:
rows are never removed while a day lasts.

Plays are counted by slot. Once a day is over its slots are summed up, so that pages read few rows;
later changes are added to both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from app.domain.figures import Change, together
from app.domain.period import SLOTS
from app.domain.traits import OTHERS, OTHERS_DIGEST, Traits
from app.store.reports import TRAITS_A_DAY
from app.store.rules.figures import add_bins, total
from app.store.transactions.figure_tables import ATTRIBUTED, COLUMNS, grain
from app.store.tx import Tx

FIND = """
    SELECT t.medium, t.day, t.digest, $4::bigint AS slot, t.id, t.summed, s.seen, s.again
    FROM playrelay.figure_traits t
    LEFT JOIN playrelay.figure_trait_slots s ON s.trait = t.id AND s.slot = $4
    WHERE t.medium = $1 AND t.day = $2 AND t.digest = $3
"""
COUNT = """
    SELECT medium, day, count(*) AS traits FROM playrelay.figure_traits
    WHERE medium = $1 AND day = $2 AND digest <> 0 GROUP BY medium, day
"""
ADD = f"""
    INSERT INTO playrelay.figure_traits (medium, day, digest, {", ".join(Traits._fields)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING medium, day, digest, id
"""
PUT = grain("figure_trait_slots", "trait", "slot").put
BINS = "SELECT id, seen, again FROM playrelay.figure_traits WHERE id = $1"
MORE = f"""
    UPDATE playrelay.figure_traits SET
        {", ".join(f"{count} = {count} + ${place}" for place, count in enumerate(COLUMNS, 2))},
        seen = coalesce($11, seen), again = coalesce($12, again)
    WHERE id = $1
"""
FIND_COUNTED = """
    SELECT id, summed FROM playrelay.figure_traits
    WHERE medium = $1 AND day = $2 AND digest IN ($3, 0) ORDER BY digest = 0 LIMIT 1
    FOR NO KEY UPDATE
"""
# Nobody else changes these rows or their slots meanwhile: counting locks the medium or the row.
TO_SUM = """
    SELECT t.id FROM playrelay.figure_traits t JOIN playrelay.media m ON m.id = t.medium
    WHERE NOT t.summed AND t.day < $1 ORDER BY t.day LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""
SLOTS_OF = f"""
    SELECT {", ".join(COLUMNS)}, seen, again FROM playrelay.figure_trait_slots WHERE trait = $1
"""
SUMMED = "UPDATE playrelay.figure_traits SET summed = true WHERE id = $1"

Group = tuple[int, int, int]
"""A medium's row, a day, and the digest of traits: they identify a row of figures."""

Part = tuple[Group, int]
"""A group, and one of its slots."""


class Found(NamedTuple):
    """The row of a group, whether its slots are summed up, and one slot's packed columns."""

    row: int
    summed: bool = False
    seen: bytes | None = None
    again: bytes | None = None


async def add_traits(tx: Tx, parts: dict[Part, list[Change]], traits: Mapping[int, Traits]) -> None:
    """Add the changes. The media are locked already: nobody else adds to the same groups.

    `traits`: by their digests.
    """
    if not parts:
        return
    found = await _find(tx, parts)
    missing = [part for part in parts if part not in found]
    if missing:
        beyond = await _beyond(tx, {group for group, _ in missing})
        for part in missing:
            (medium, day, digest), slot = part
            if (medium, day, digest) in beyond:
                others = (medium, day, OTHERS_DIGEST), slot
                parts[others] = parts.get(others, []) + parts.pop(part)
        found |= await _find(tx, [part for part in parts if part[0][2] == OTHERS_DIGEST])
        new = [part for part in parts if part not in found]
        found |= await _add(tx, new, {**traits, OTHERS_DIGEST: OTHERS})
    rows = []
    sums: dict[int, list[Change]] = defaultdict(list)
    for part, several in parts.items():
        change, (row, summed, seen, again) = together(several), found[part]
        bins = (add_bins(seen, change.seen), add_bins(again, change.again))
        rows.append((row, part[1], *change.counts, *bins))
        if summed:
            sums[row].append(change)
    await tx.each(PUT, sorted(rows))
    if sums:
        await _add_to_sums(tx, {row: together(several) for row, several in sums.items()})


async def attribute_traits(tx: Tx, medium: int, slot: int, digest: int) -> None:
    """Record that HubSpot has put a play on a contact."""
    found = await tx.row(FIND_COUNTED, medium, slot // SLOTS, digest)
    if found is not None:  # otherwise its figures are already deleted
        row, is_summed = found
        await tx.change(PUT, row, slot, *ATTRIBUTED, None, None)
        if is_summed:
            await tx.change(MORE, row, *ATTRIBUTED, None, None)


async def sum_days(tx: Tx, day: int, limit: int) -> int:
    """Sum up the slots of days before this one; returns how many groups, at most `limit`."""
    rows = sorted(row for (row,) in await tx.rows(TO_SUM, day, limit))
    for row in rows:
        await tx.checkpoint()
        figures = total(await tx.rows(SLOTS_OF, row))
        change = Change()
        change.counts, change.seen, change.again = figures.counts, figures.seen, figures.again
        await _add_to_sums(tx, {row: change})
        await tx.change(SUMMED, row)
    return len(rows)


async def _find(tx: Tx, parts: Iterable[Part]) -> dict[Part, Found]:
    rows = await tx.each_row(FIND, sorted((*group, slot) for group, slot in parts))
    return {
        ((medium, day, digest), slot): Found(*found) for medium, day, digest, slot, *found in rows
    }


async def _beyond(tx: Tx, new: AbstractSet[Group]) -> set[Group]:
    """The new groups whose medium and day already have too many."""
    days = sorted({(medium, day) for medium, day, _ in new})
    counts = {(medium, day): count for medium, day, count in await tx.each_row(COUNT, days)}
    beyond = set()
    for medium, day, digest in sorted(new):
        count = counts.get((medium, day), 0)
        if count >= TRAITS_A_DAY:
            beyond.add((medium, day, digest))
        counts[medium, day] = count + 1
    return beyond


async def _add(tx: Tx, parts: Sequence[Part], traits: Mapping[int, Traits]) -> dict[Part, Found]:
    """Add the rows of the groups."""
    groups = sorted({group for group, _ in parts})
    added = await tx.each_row(ADD, [(*group, *traits[group[2]]) for group in groups])
    rows = {(medium, day, digest): row for medium, day, digest, row in added}
    return {(group, slot): Found(rows[group]) for group, slot in parts}


async def _add_to_sums(tx: Tx, changes: Mapping[int, Change]) -> None:
    known = {row: bins for row, *bins in await tx.each_row(BINS, [(row,) for row in changes])}
    rows = []
    for row, change in sorted(changes.items()):
        seen, again = known[row]
        bins = (add_bins(seen, change.seen), add_bins(again, change.again))
        rows.append((row, *change.counts, *bins))
    await tx.each(MORE, rows)
