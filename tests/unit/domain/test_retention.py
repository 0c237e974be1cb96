"""A retention curve gives the average share, the time watched, and where people leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coverage import percent
from app.domain.figures import BINS, NONE, Figures
from app.domain.media import Medium
from app.domain.page import Page
from app.domain.play import Play
from app.domain.retention import Drop, Repeat, average_share, drops, returns, watched_seconds
from tests.unit.domain.setting import figures_of

watching = st.lists(
    st.lists(st.integers(0, 2), min_size=BINS, max_size=BINS).map(tuple), min_size=1, max_size=6
)


def figures(maps: list[tuple[int, ...]]) -> Figures:
    """The figures of plays that watched these parts."""
    page = (0, 1, Page())
    each = [figures_of(Play("s", Medium(), page, 0, maps=(spans,))) for spans in maps]
    counts = map(sum, zip(*(one.counts for one in each), strict=True))
    seen = map(sum, zip(*(one.seen for one in each), strict=True))
    return Figures.of(counts, tuple(seen))


@given(watching)
def test_average_and_time_are_those_of_the_plays(maps: list[tuple[int, ...]]) -> None:
    """The average counts coverage once a play, and the time as often as it was watched."""
    shares = [percent(spans) for spans in maps]
    found = figures(maps)
    assert average_share(found) == pytest.approx(sum(shares) / len(shares))
    assert watched_seconds(found, 60) == pytest.approx(0.6 * sum(map(sum, maps)))


def test_without_a_map_or_a_length_nothing_is_invented() -> None:
    """No average of nothing, no time without a length."""
    assert (average_share(NONE), watched_seconds(NONE, 60), drops(NONE, 3)) == (None, None, [])
    assert watched_seconds(figures([(1,) * BINS]), None) is None


def test_which_parts_are_seen_again() -> None:
    """The most repeated first; what hardly anybody repeats is not named."""
    again = (0,) * 20 + (40,) * 5 + (10,) * 5 + (0,) * 65 + (4,) + (0,) * 4
    found = returns(Figures(plays=50, mapped=50, again=again), 3)
    assert found == [Repeat(20, 25, 80), Repeat(25, 30, 20), Repeat(95, 100, 1.6)]
    assert returns(NONE, 3) == []


def test_where_people_leave() -> None:
    """The worst part first; parts in which hardly anybody leaves, or some join, are not named."""
    seen = (100,) * 20 + (70,) * 30 + (75,) * 30 + (30,) * 20
    assert drops(Figures(plays=100, mapped=100, seen=seen), 3) == [
        Drop(75, 80, 45),
        Drop(15, 20, 30),
    ]
    assert drops(Figures(plays=100, mapped=100, seen=(100,) * 99 + (50,)), 3) == [Drop(95, 100, 50)]
