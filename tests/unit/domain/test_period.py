"""Periods of days in time zones, and the slots in which plays are counted."""

from datetime import UTC, date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.period import (
    BLOCK_DAYS,
    SLOTS,
    Period,
    Stretch,
    day_at,
    in_blocks,
    zone_of,
)

FIRST = date(2026, 11, 1)
quarters = st.integers(-12 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)
periods = st.builds(
    lambda first, days, zone: Period(first, first + timedelta(days - 1), zone),
    st.dates(FIRST, FIRST + timedelta(400)),
    st.integers(1, 9),
    quarters,
)


@given(periods)
def test_a_period_is_its_whole_days_and_its_edges(period: Period) -> None:
    """Each of its slots once, and none else; days of UTC as far as they go."""
    whole, edges = period.split()
    slots = [slot for edge in edges for slot in edge]
    slots += range(whole.start * SLOTS, whole.stop * SLOTS)
    assert sorted(slots) == list(range(period.start, period.end))
    assert all(len(edge) < 2 * SLOTS for edge in edges)


@given(periods)
def test_its_stretches_are_its_days(period: Period) -> None:
    """One after the other; where the offset stays the same, all are one stretch."""
    (stretch,) = period.stretches()
    assert stretch == Stretch(period.start, SLOTS, period.days)
    assert (stretch.start, stretch.end) == (period.start, period.end)
    assert stretch.whole == (period.start % SLOTS == 0)


@given(periods)
def test_the_period_before_ends_where_it_begins(period: Period) -> None:
    """It has as many days."""
    before = period.before()
    assert before.end == period.start
    assert before.days == period.days
    assert len([*before.dates()]) == before.days


def test_today_is_the_day_where_one_is() -> None:
    """It ends a period of the latest days."""
    now = 1_795_910_400_000  # midnight of UTC
    west = timezone(timedelta(hours=-5))
    assert day_at(now, UTC) == date(2026, 11, 29)
    assert Period.latest(7, now, west) == Period(date(2026, 11, 22), date(2026, 11, 28), west)


@pytest.mark.parametrize("name", ["Berlin", "../etc/passwd", "", "Europe", "europe/berlin"])
def test_what_is_no_time_zone(name: str) -> None:
    """It is named, with what to write."""
    with pytest.raises(ValueError, match="is not a time zone of the IANA database: write Europe"):
        zone_of(name)


def test_utc_needs_no_table_of_the_system() -> None:
    """It is there wherever the relay runs."""
    assert zone_of("UTC") is UTC


@given(st.integers(0, 30_000), st.integers(0, 500))
def test_blocks_and_the_days_beside_them_are_all_days(first: int, count: int) -> None:
    """Each once, in two stretches of days at most, both shorter than a block."""
    blocks, days = in_blocks(range(first, first + count))
    of_blocks = range(blocks.start * BLOCK_DAYS, blocks.stop * BLOCK_DAYS)
    assert sorted([*of_blocks, *(day for each in days for day in each)]) == [
        *range(first, first + count)
    ]
    assert len(days) <= 2
    assert all(len(each) < 2 * BLOCK_DAYS for each in days)
