"""A medium's figures for some of its plays, from the figures that are kept by traits.

UTC days that are summed up are read as days, and slots for the rest: for recent days, and for days
that only begin or end in the period. All are rows of one medium.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from operator import add

from app.domain.figures import COUNTS, Counts, Figures
from app.domain.period import SLOTS, Period, Stretch
from app.domain.traits import Traits
from app.store.reports import Choices, FilteredReport, MediumReport
from app.store.rules import filtering
from app.store.rules.figures import decode_medium, plus, total
from app.store.rules.filtering import Group
from app.store.transactions.figure_tables import COLUMNS
from app.store.transactions.viewers import viewers_of_traits
from app.store.tx import Tx

STEP = 100
"""Groups whose figures are added up before the event loop gets a turn."""

MEDIUM = "SELECT key, about, filtered_since FROM playrelay.media WHERE id = $1"
SINCE = "SELECT filtered_since FROM playrelay.media WHERE id = $1"
GROUPS = f"""
    SELECT id, day, digest, summed, plays, {", ".join(Traits._fields)} FROM playrelay.figure_traits
    WHERE medium = $1 AND day >= $2 AND day < $3
"""
_COLUMNS = ", ".join(COLUMNS)
_SUMS = ", ".join(f"sum({count})::bigint AS {count}" for count in COLUMNS)
_DAYS = "FROM playrelay.figure_traits WHERE id = ANY ($1::bigint[])"
_SLOTS = """
    FROM playrelay.figure_trait_slots
    WHERE trait = ANY ($1::bigint[]) AND slot >= $2 AND slot < $3
"""
PLAYS_OF_SLOTS = f"SELECT trait, sum(plays)::bigint AS plays {_SLOTS} GROUP BY trait"
ALL_OF_DAYS = f"SELECT {_COLUMNS}, seen, again {_DAYS}"
ALL_OF_SLOTS = f"SELECT {_COLUMNS}, seen, again {_SLOTS}"
BY_DAY = f"""
    SELECT day - $2 AS number, {_SUMS} {_DAYS} AND day >= $2 AND day < $3 GROUP BY number
"""
BY_SLOTS = f"SELECT (slot - $2) / $4 AS number, {_SUMS} {_SLOTS} GROUP BY number"


async def choices(tx: Tx, medium: int, period: Period) -> Choices | None:
    """The values by which a medium's plays can be filtered. None: there is no such medium."""
    since = await tx.value(SINCE, medium)
    if since is None:
        return None
    return filtering.choices(await _groups(tx, medium, period), since)


async def filtered(
    tx: Tx,
    medium: int,
    period: Period,
    wanted: Traits,
    pages: int,
    *,
    compared: bool = False,
) -> FilteredReport | None:
    """One medium; `compared`: with as many days before. None: there is no such medium."""
    found = await tx.row(MEDIUM, medium)
    if found is None:
        return None
    key, about, since = found
    groups = await _groups(tx, medium, period)
    now = [each for each in groups if wanted.allow(each.traits)]
    earlier = period.before()
    compared = compared and earlier.start >= since
    groups_before = await _groups(tx, medium, earlier) if compared else []
    before = [each for each in groups_before if wanted.allow(each.traits)]
    report = MediumReport(
        id=medium,
        medium=decode_medium(about),
        figures=await _total(tx, period, now),
        days=await _by_day(tx, period, now),
        pages=filtering.pages(now, pages),
        before=await _total(tx, earlier, before),
    )
    viewers, viewers_before = [
        await viewers_of_traits(tx, key, max(each.start, since), each.end, digests)
        for each, digests in (
            (period, {group.digest for group in now}),
            (earlier, {group.digest for group in before}),
        )
    ]
    return FilteredReport(
        report, viewers, viewers_before if compared else None, filtering.choices(groups, since)
    )


async def _groups(tx: Tx, medium: int, period: Period) -> list[Group]:
    """All groups that have plays in the period."""
    whole, _ = period.split()
    first, end = period.start // SLOTS, -(-period.end // SLOTS)
    rows = await tx.rows(GROUPS, medium, first, end)
    by_slot = [row for row, day, _, summed, *_ in rows if not summed or day not in whole]
    counted = await tx.rows(PLAYS_OF_SLOTS, by_slot, period.start, period.end) if by_slot else []
    plays = {row: count for row, count in counted}  # noqa: C416 - rows are no pairs
    partly = set(by_slot)
    groups = [
        Group(row, digest, Traits(*traits), plays.get(row, 0), whole=False)
        if row in partly
        else Group(row, digest, Traits(*traits), of_day, whole=True)
        for row, _, digest, _, of_day, *traits in rows
    ]
    return [each for each in groups if each.plays]


async def _total(tx: Tx, period: Period, groups: Sequence[Group]) -> Figures:
    figures = Figures()
    for some in _portions(groups):
        await tx.checkpoint()
        days, slots = _rows_of(some)
        rows = await tx.rows(ALL_OF_DAYS, days) if days else []
        if slots:
            rows += await tx.rows(ALL_OF_SLOTS, slots, period.start, period.end)
        figures = plus(figures, total(rows))
    return figures


async def _by_day(tx: Tx, period: Period, groups: Sequence[Group]) -> list[tuple[date, Figures]]:
    """The plain counts of each day that has any."""
    counts: dict[int, Counts] = defaultdict(lambda: (0,) * COUNTS)
    first = 0
    for stretch in period.stretches():
        for number, *more in await _days_of(tx, stretch, groups):
            counts[first + number] = tuple(map(add, counts[first + number], more))
        first += stretch.days
    dates = [*period.dates()]
    return [(dates[day], Figures.of(each)) for day, each in sorted(counts.items()) if any(each)]


async def _days_of(tx: Tx, stretch: Stretch, groups: Sequence[Group]) -> list[Sequence[int]]:
    """Rows of days: the number of each day within its run, and the plain counts."""
    start, slots, _ = stretch
    whole, partly = _rows_of(groups) if stretch.whole else ([], [each.row for each in groups])
    rows: list[Sequence[int]] = []
    if whole:
        rows += await tx.rows(BY_DAY, whole, start // SLOTS, stretch.end // SLOTS)
    if partly:
        rows += await tx.rows(BY_SLOTS, partly, start, stretch.end, slots)
    return rows


def _portions(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    return (groups[start : start + STEP] for start in range(0, len(groups), STEP))


def _rows_of(groups: Sequence[Group]) -> tuple[list[int], list[int]]:
    """The rows of the groups that are summed up, and of the others."""
    return (
        [each.row for each in groups if each.whole],
        [each.row for each in groups if not each.whole],
    )
