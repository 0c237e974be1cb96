"""Figures of plays are updated as the plays change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.figures import (
    BINS,
    MOST_REPEATS,
    NONE,
    Cell,
    Figures,
    changes,
    medium_key,
)
from app.domain.media import Medium
from app.domain.page import Page
from app.domain.period import SLOT_MS
from app.domain.play import Play, merge
from app.domain.timestamps import DAY_MS
from app.domain.traits import digest_of
from tests.unit.domain.setting import figures_of

FILM = Medium(external_id="film")
PAGES = [(0, n, Page(url=f"https://www.example.com/{n}")) for n in range(3)]

plays = st.builds(
    Play,
    session_id=st.just("session"),
    medium=st.sampled_from([FILM, Medium(external_id="film", name="Film"), Medium(bridge_id=4)]),
    page=st.sampled_from(PAGES),
    started_at=st.integers(0, 3 * DAY_MS),
    percent=st.floats(0, 100),
    maps=st.lists(st.integers(0, 3), max_size=BINS).map(lambda s: (tuple(s),) if s else ()),
    ended=st.booleans(),
)


def play(**fields: object) -> Play:
    """One of the film."""
    given: dict[str, object] = {"medium": FILM, "page": PAGES[0], "started_at": 0, **fields}
    return Play(session_id="session", **given)  # type: ignore[arg-type]


@given(st.lists(plays, min_size=1, max_size=6), st.booleans())
def test_however_a_play_grew_it_counts_once(seen: list[Play], attributed: bool) -> None:  # noqa: FBT001 - drawn
    """Fold by fold, wherever it moved meanwhile, the cells hold what the last state comes to."""
    states = [seen[0]]
    for each in seen[1:]:
        states.append(merge(states[-1], each))
    totals: dict[Cell, Figures] = {}
    for before, after in zip([None, *states], states, strict=False):
        for cell, change in changes([(before, after, attributed)]).cells.items():
            one, two = totals.get(cell, NONE), change.figures()
            counts, seen_, again = (
                tuple(map(sum, zip(*both, strict=True)))
                for both in (
                    (one.counts, two.counts),
                    (one.seen, two.seen),
                    (one.again, two.again),
                )
            )
            totals[cell] = Figures.of(counts, seen_, again)
    last = states[-1]
    here = (medium_key(last.medium), last.started_at // SLOT_MS, digest_of(last))
    assert {cell: figures for cell, figures in totals.items() if figures != NONE} == {
        here: figures_of(last, attributed=attributed)
    }


@pytest.mark.parametrize(
    ("percent", "marks"), [(0, 0), (24.9, 0), (25, 1), (50, 2), (75, 3), (99, 3), (100, 4)]
)
def test_quartiles(percent: float, marks: int) -> None:
    """Each mark that is reached counts, whatever the policy on events."""
    found = figures_of(play(percent=percent))
    assert (found.quarter, found.half, found.most, found.whole) == tuple(
        int(mark < marks) for mark in range(4)
    )


@pytest.mark.parametrize(
    ("spans", "seen"),
    [
        ((1, 0), [1] * 50 + [0] * 50),
        ((0, 3, 1), [0] * 33 + [1] * 67),
        (tuple([0] * 99 + [1]), [0] * 99 + [1]),
        ((), [0] * 100),
    ],
)
def test_the_parts_seen(spans: tuple[int, ...], seen: list[int]) -> None:
    """Maps of any resolution say the same of each percent; how often does not matter."""
    found = figures_of(play(maps=(spans,) if spans else ()))
    assert list(found.seen) == seen
    assert (found.mapped, found.parts) == (bool(spans), sum(seen))


def test_the_parts_seen_again() -> None:
    """Each time but the first, up to a bound: a play that runs for days says no more."""
    found = figures_of(play(maps=((0, 1, 3, 10**9),)))
    assert found.again == (0,) * 50 + (2,) * 25 + (MOST_REPEATS - 1,) * 25
    assert (found.parts, found.repeats) == (75, sum(found.again))


def test_what_does_not_change_is_no_change() -> None:
    """A play that is the same as before is left alone."""
    assert not changes([(play(percent=30), play(percent=40), True)]).cells
