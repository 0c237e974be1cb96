"""The statements that add changes to tables of figures."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.figures import Change, Figures
from app.store.rules.figures import add_bins
from app.store.tx import Tx

COLUMNS = Figures.__struct_fields__[:-2]
"""The columns of the plain counts, named like the fields."""

ATTRIBUTED = tuple(int(name == "attributed") for name in COLUMNS)
"""The plain counts that change when HubSpot puts a play on a contact."""

Place = tuple[int, int]
"""A row of figures: what is counted, such as a medium's row, and a day or slot."""


class Grain(NamedTuple):
    """The statements for figures by day, or by slot.

    `bins`: the packed columns; `put`: more of the plain counts, and the columns that are packed
    again.
    """

    bins: str
    put: str


def grain(table: str, owner: str, at: str) -> Grain:
    """The statements for a table with this key."""
    columns = ", ".join(COLUMNS)
    more = ", ".join(f"{count} = f.{count} + excluded.{count}" for count in COLUMNS)
    return Grain(
        f"""
            SELECT {owner}, {at}, seen, again FROM playrelay.{table}
            WHERE {owner} = $1 AND {at} = $2 AND seen IS NOT NULL
        """,
        f"""
            INSERT INTO playrelay.{table} AS f ({owner}, {at}, {columns}, seen, again)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT ({owner}, {at}) DO UPDATE SET {more},
                seen = coalesce(excluded.seen, f.seen), again = coalesce(excluded.again, f.again)
        """,
    )


async def put(tx: Tx, grain: Grain, changes: Mapping[Place, Change]) -> None:
    """Add the changes to the stored rows."""
    changed = {place: change for place, change in changes.items() if not change.is_none()}
    packed = [place for place, each in changed.items() if any(each.seen) or any(each.again)]
    stored = await tx.each_row(grain.bins, packed) if packed else []
    known = {(owner, at): (seen, again) for owner, at, seen, again in stored}
    rows = []
    for place, change in sorted(changed.items()):
        seen, again = known.get(place, (None, None))
        bins = (add_bins(seen, change.seen), add_bins(again, change.again))
        rows.append((*place, *change.counts, *bins))
    await tx.each(grain.put, rows)
