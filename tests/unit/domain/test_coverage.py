"""The attention map: run-length lists, and the maximum per span."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import coverage
from tests.unit.domain.setting import attention

maps = st.lists(attention((1, 4, 10)), max_size=3).map(
    lambda several: tuple({len(spans): spans for spans in sorted(several, key=len)}.values())
)


@given(attention((1, 10, 100)))
def test_run_length_lists_lose_nothing(spans: coverage.Spans) -> None:
    """A compressed map expands to the same map, and is counted without expanding it."""
    runs = coverage.compress(spans)
    assert coverage.expand(runs) == spans
    assert coverage.spans_in(runs) == len(spans)
    assert len(runs) <= len(spans)


def test_the_published_example() -> None:
    """`[[1, 40], [0, 60]]` is forty spans watched once and sixty not at all: 40 percent."""
    spans = coverage.expand([(1, 40), (0, 60)])
    assert spans == (1,) * 40 + (0,) * 60
    assert coverage.percent(spans) == 40
    assert coverage.compress(spans) == [(1, 40), (0, 60)]


@pytest.mark.parametrize(
    ("spans", "percent"),
    [((), 0), ((0, 0), 0), ((0, 7), 50), ((1, 1), 100), ((3, 0, 0, 1), 50), ((9,), 100)],
)
def test_percent_counts_spans_not_repeats(spans: coverage.Spans, percent: float) -> None:
    """A span watched seven times covers no more than one watched once."""
    assert coverage.percent(spans) == percent


def test_the_maximum_per_span_decides() -> None:
    """Each span keeps the largest figure that ever arrived for it."""
    assert coverage.merge(((1, 0, 3),), ((0, 2, 2),)) == ((1, 2, 3),)


def test_resolutions_stand_side_by_side() -> None:
    """A map of another resolution replaces nothing, and the finest comes last."""
    assert coverage.merge(((1, 0, 0, 1),), ((1, 1),)) == ((1, 1), (1, 0, 0, 1))
    assert coverage.merge(((1, 0), (1, 0, 0, 0)), ((0, 1),)) == ((1, 1), (1, 0, 0, 0))


@given(maps, maps, maps)
def test_merging_is_a_semilattice(
    one: coverage.Maps, other: coverage.Maps, third: coverage.Maps
) -> None:
    """Order, grouping and repetition make no difference, and nothing is a neutral element."""
    assert coverage.merge(one, other) == coverage.merge(other, one)
    assert coverage.merge(coverage.merge(one, other), third) == coverage.merge(
        one, coverage.merge(other, third)
    )
    assert coverage.merge(one, one) == one
    assert coverage.merge(one, ()) == one


@given(maps, maps)
def test_merging_forgets_nothing(one: coverage.Maps, other: coverage.Maps) -> None:
    """No map covers less after a merge than before it."""
    merged = {len(spans): spans for spans in coverage.merge(one, other)}
    for spans in (*one, *other):
        assert all(after >= before for after, before in zip(merged[len(spans)], spans, strict=True))
