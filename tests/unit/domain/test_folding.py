"""Folding a session's pings: any order, repetition and batching comes to the same."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.folding import Event, close, fold
from app.domain.milestones import ATTENTION, earned, reached
from app.domain.observation import Observation
from app.domain.play import Play
from tests.unit.domain.setting import ALL, NOW, observations, play, seen


def in_batches(batches: Sequence[Sequence[Observation]]) -> tuple[list[Play], list[Event]]:
    """The state after each batch, and all the events."""
    known: Play | None = None
    states, events = [], []
    for batch in batches:
        folded = fold(known, batch, ALL)
        known = folded.play
        states.append(known)
        events += folded.events
    return states, events


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Observation], list[list[Observation]]]:
    """A session's pings, and the same in another order, some twice, in batches."""
    pings = draw(st.lists(observations(), min_size=1, max_size=6))
    again = draw(st.lists(st.sampled_from(pings), max_size=4))
    shuffled = draw(st.permutations([*pings, *again]))
    cuts = draw(st.sets(st.integers(1, len(shuffled) - 1))) if len(shuffled) > 1 else set()
    edges = [0, *sorted(cuts), len(shuffled)]
    return pings, [shuffled[start:end] for start, end in pairwise(edges)]


@given(histories())
def test_order_repetition_and_batches_make_no_difference(
    history: tuple[list[Observation], list[list[Observation]]],
) -> None:
    """However a session's pings arrive, the state and the set of milestones are the same.

    But for when a milestone was earned: it is sent as soon as it is, and never again.
    """
    pings, batches = history
    states, events = in_batches(batches)
    straight_states, straight_events = in_batches([[each] for each in pings])
    ends = [replace(known[-1], earned_at=0) for known in (states, straight_states)]
    assert ends[0] == ends[1]
    assert {event.milestone for event in events} == {event.milestone for event in straight_events}


@given(histories())
def test_each_milestone_once(history: tuple[list[Observation], list[list[Observation]]]) -> None:
    """A session hands each milestone on once, and exactly those that its end state has earned."""
    states, events = in_batches(history[1])
    handed_on = [event.milestone for event in events]
    assert len(handed_on) == len(set(handed_on))
    assert set(handed_on) == set(earned(states[-1], ALL))
    assert states[-1].handed_on == {milestone.key for milestone in handed_on}


@given(histories())
def test_the_percentage_never_falls(
    history: tuple[list[Observation], list[list[Observation]]],
) -> None:
    """From batch to batch a play only comes further."""
    states, _ = in_batches(history[1])
    assert all(reached(after) >= reached(before) for before, after in pairwise(states))


@given(st.lists(observations(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_one_batch_is_a_set(pings: list[Observation], chance: Random) -> None:
    """Within a batch not even the times of the events depend on the order of the rows."""
    shuffled = list(pings)
    chance.shuffle(shuffled)
    assert fold(None, shuffled, ALL) == fold(None, pings, ALL)


def test_a_jump_yields_what_lies_below() -> None:
    """A session whose first ping says 60 % yields the start, 25, 50 and the view."""
    folded = fold(None, [seen(played_percent=60)], ALL)
    values = [event.milestone.value for event in folded.events]
    assert values == ["STARTED", "25", "50", "VIEWED"]


def test_events_carry_the_time_of_the_ping_that_reached_them() -> None:
    """A late ping that tells of earlier progress dates the milestone to then."""
    pings = [seen(NOW + 9000, played_percent=30), seen(NOW), seen(NOW + 4000, played_percent=10)]
    times = {e.milestone.value: e.occurred_at - NOW for e in fold(None, pings, ALL).events}
    assert times == {"STARTED": 0, "25": 9000}


def test_what_is_known_is_not_handed_on_again() -> None:
    """A repeated ping neither changes the play nor yields anything."""
    first = fold(None, [seen(played_percent=60)], ALL)
    again = fold(first.play, [seen(NOW + 5000, played_percent=60)], ALL)
    assert again.events == []
    assert again.play == first.play


def test_closing_yields_the_attention_span_once() -> None:
    """Silence makes the span due; a second silence yields nothing."""
    closed = close(play(40, 1, 0), NOW + 7, ALL)
    assert closed.events == [Event(ATTENTION, NOW + 7)]
    assert close(closed.play, NOW + 9, ALL).events == []
    late = fold(closed.play, [seen(NOW + 8000, watched=[(1, 2)])], ALL).play
    assert late.spans == (1, 1)
    assert close(late, NOW + 9000, ALL).events == []


def test_the_attention_span_is_dated_to_when_the_furthest_was_reached() -> None:
    """Neither a ping that comes again nor an older one that was held up for days moves it."""
    furthest = seen(NOW + 4000, watched=[(1, 2)])
    older = seen(NOW + 90_000, watched=[(1, 1), (0, 1)])
    again = seen(NOW + 99_000, watched=[(1, 2)])
    for pings in ([furthest, older, again], [again, older, furthest]):
        known = fold(None, pings, ALL).play
        assert close(known, NOW + 99_000, ALL).events == [Event(ATTENTION, NOW + 4000)]


def test_the_attention_span_is_not_dated_before_what_came_ahead_of_it() -> None:
    """An end that completes the play later than its last span is the later of the two."""
    watched = seen(NOW, watched=[(1, 19), (0, 1)])
    end = seen(NOW + 3000, watched=[(1, 18), (0, 2)], ended=True)
    known = fold(fold(None, [watched], ALL).play, [end], ALL)
    assert [event.occurred_at for event in known.events] == [NOW + 3000]
    assert close(known.play, NOW + 9000, ALL).events == [Event(ATTENTION, NOW + 3000)]


def test_closing_nothing_yields_nothing() -> None:
    """A play of which nothing is known to have been watched has no attention span."""
    assert close(play(40), NOW, ALL).events == []


def test_nothing_cannot_be_folded() -> None:
    """A fold without a known play and without observations is the caller's mistake."""
    with pytest.raises(ValueError, match="at least one"):
        fold(None, [], ALL)
