"""The milestones of a play are a function of its state."""

import pytest
from hypothesis import given

from app.domain.media import Medium
from app.domain.milestones import (
    ATTENTION,
    STARTED,
    VIEWED,
    Milestone,
    MilestonePolicy,
    due,
    due_when_quiet,
    earned,
    reached,
    shortfall,
)
from app.domain.observation import Observation
from app.domain.play import Play, merge
from tests.unit.domain.setting import ALL, observations, play

STARTED_KEY = "media-played:STARTED"


def keys(milestones: list[Milestone]) -> str:
    """The milestones in a line, percentages by their figure alone."""
    return " ".join(milestone.value for milestone in milestones)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(play(), "STARTED", id="just begun"),
        pytest.param(play(24.99), "STARTED", id="short of a quarter"),
        pytest.param(play(25), "STARTED 25", id="a quarter to the point"),
        pytest.param(play(60), "STARTED 25 50 VIEWED", id="jumped to 60"),
        pytest.param(play(100), "STARTED 25 50 VIEWED 75 100", id="all of it"),
        pytest.param(play(0, 1, 1, 0, 0), "STARTED 25 50 VIEWED", id="from the map alone"),
        pytest.param(play(96), "STARTED 25 50 VIEWED 75", id="nearly all, not ended"),
        pytest.param(play(90, ended=True), "STARTED 25 50 VIEWED 75 100", id="ended at 90"),
        pytest.param(play(89.9, ended=True), "STARTED 25 50 VIEWED 75", id="ended too early"),
        pytest.param(play(1, ended=True), "STARTED", id="skipped to the end"),
    ],
)
def test_earned(known: Play, expected: str) -> None:
    """All marks up to the coverage, in the order in which they were passed."""
    assert keys(earned(known, ALL)) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(MilestonePolicy(percents=(10, 60)), "STARTED 10 VIEWED 60", id="own marks"),
        pytest.param(MilestonePolicy(percents=()), "STARTED VIEWED", id="no marks"),
        pytest.param(MilestonePolicy(viewed_percent=61), "STARTED 25 50", id="VIEWED later"),
        pytest.param(MilestonePolicy(viewed_percent=1), "STARTED VIEWED 25 50", id="VIEWED soon"),
        pytest.param(MilestonePolicy(send_percent=False), "STARTED VIEWED", id="no percentages"),
        pytest.param(MilestonePolicy(send_played=False), "25 50", id="no plays"),
        pytest.param(MilestonePolicy(send_played=False, send_percent=False), "", id="neither"),
    ],
)
def test_policy(policy: MilestonePolicy, expected: str) -> None:
    """The operator chooses the percentages, the VIEWED mark and the kinds of event."""
    assert keys(earned(play(60), policy)) == expected


def test_due_is_what_was_not_handed_on() -> None:
    """A milestone that went out is due no more."""
    handed_on = frozenset({STARTED_KEY, "media-played-percent:25"})
    assert keys(due(play(60, handed_on=handed_on), ALL)) == "50 VIEWED"
    everything = frozenset(milestone.key for milestone in earned(play(60), ALL))
    assert due(play(60, handed_on=everything), ALL) == []


def test_keys_tell_milestones_apart() -> None:
    """No two milestones of a play share the key under which they go out once."""
    milestones = [*earned(play(100), MilestonePolicy(percents=tuple(range(1, 101)))), ATTENTION]
    assert len({milestone.key for milestone in milestones}) == len(milestones) == 103
    assert STARTED.key == STARTED_KEY
    assert VIEWED.key != STARTED.key


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(play(50, 1, 0), [ATTENTION], id="something watched"),
        pytest.param(play(50), [], id="no map"),
        pytest.param(play(50, 0, 0), [], id="a map of nothing"),
        pytest.param(play(50, 1, 0, handed_on=frozenset({ATTENTION.key})), [], id="sent already"),
    ],
)
def test_attention(known: Play, expected: list[Milestone]) -> None:
    """A play that fell silent earns its attention span once, if anything of it was watched."""
    assert due_when_quiet(known, ALL) == expected


def test_attention_can_be_switched_off() -> None:
    """Attention spans are sent only if the operator wants them."""
    assert due_when_quiet(play(50, 1, 0), MilestonePolicy(send_attention=False)) == []


@given(observations(), observations())
def test_progress_never_falls(one: Observation, other: Observation) -> None:
    """Reached milestones stay reached, and earned ones stay earned, whatever else arrives."""
    merged = merge(one.play, other.play)
    assert reached(merged) >= max(reached(one.play), reached(other.play))
    assert set(earned(merged, ALL)) >= set(earned(one.play, ALL)) | set(earned(other.play, ALL))


MINUTE_LONG = Medium(type="VIDEO", bridge_id=42, duration=60)


@pytest.mark.parametrize(
    ("known", "percent", "seconds", "expected"),
    [
        pytest.param(play(), 0, 0, "", id="no bound"),
        pytest.param(play(24.99), 25, 0, "25 %", id="short of the percentage"),
        pytest.param(play(25), 25, 0, "", id="at the percentage"),
        pytest.param(play(16, medium=MINUTE_LONG), 0, 10, "10 s", id="short of the seconds"),
        pytest.param(play(17, medium=MINUTE_LONG), 0, 10, "", id="long enough"),
        pytest.param(play(17, medium=MINUTE_LONG), 20, 10, "20 %", id="one of both"),
        pytest.param(play(1), 0, 10, "", id="of an unknown duration"),
        pytest.param(play(99, medium=MINUTE_LONG), 0, 90, "90 s", id="most of a short medium"),
        pytest.param(play(100, medium=MINUTE_LONG), 0, 90, "", id="all of a short medium"),
        pytest.param(play(91, ended=True), 100, 0, "", id="ended"),
    ],
)
def test_a_play_is_short_of_the_least_attention(
    known: Play, percent: int, seconds: int, expected: str
) -> None:
    """Whichever bound it has not reached; seconds by the medium's duration, where that is known."""
    policy = MilestonePolicy(least_percent=percent, least_seconds=seconds)
    assert shortfall(known, policy) == expected
