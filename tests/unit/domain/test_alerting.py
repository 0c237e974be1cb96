"""Alerts report advice that comes, lasts, goes, or was never reported."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerting import Known, Sentence, State, decide
from app.domain.timestamps import DAY_MS

NOW = 1_790_000_000_000
MINUTE = 60_000
AFTER = 5 * MINUTE
WRONG = Sentence("bad_token", "HubSpot refuses the access token.", "Make a new one.")


def reported(looks: Iterable[tuple[float, bool]], after: int = AFTER) -> list[tuple[float, State]]:
    """The reports on one piece of advice: at each of these minutes, it applies or not."""
    known: list[Known] = []
    found = []
    for minutes, holds in looks:
        now = NOW + round(minutes * MINUTE)
        known, changes = decide(known, [WRONG] if holds else [], now, after)
        found += [(minutes, each.state) for each in changes]
    return found


@pytest.mark.parametrize(
    ("looks", "says"),
    [
        ([(0, True), (4.9, True), (5, True), (6, True)], [(5, "bad")]),
        ([(0, True), (4, False), (6, False), (7, True), (11, True)], []),
        ([(0, True), (5, True), (6, False), (10, False), (11, False)], [(5, "bad"), (11, "good")]),
        ([(0, True), (5, True), (6, False), (9, True), (12, False), (16, False)], [(5, "bad")]),
        ([(0, True), (4, False), (4.5, True), (5, True)], [(5, "bad")]),
        ([(0, True), (4, False), (5, False), (5.5, True), (9, True)], []),
        ([(0, False), (5, False)], []),
    ],
)
def test_a_sentence_is_told_once(
    looks: list[tuple[float, bool]], says: list[tuple[float, State]]
) -> None:
    """Advice is reported once it has lasted for a while, and once it has been gone as long."""
    assert reported(looks) == says


def test_without_a_wait_it_is_told_at_once() -> None:
    """Without a wait, advice and its end are reported at once."""
    assert reported([(0, True), (1, True), (2, False)], after=0) == [(0, "bad"), (2, "good")]


def test_what_goes_on_is_repeated_daily() -> None:
    """However often somebody looks."""
    hours = [(60.0 * hour, True) for hour in range(60)]
    assert reported(hours, after=0) == [(0, "bad"), (24 * 60, "still"), (48 * 60, "still")]


def test_good_again_repeats_the_sentence_and_says_since_when_it_held() -> None:
    """It is no longer among what is found."""
    known, _ = decide([], [WRONG], NOW, 0)
    (change,) = decide(known, [], NOW + MINUTE, 0)[1]
    assert (change.sentence.says, change.since) == (WRONG.says, NOW)


def test_two_sentences_do_not_affect_each_other() -> None:
    """Each has its own times."""
    other = Sentence("quarantined", "3 pings are set aside.")
    known, _ = decide([], [WRONG], NOW, AFTER)
    known, changes = decide(known, [other, WRONG], NOW + AFTER, AFTER)
    assert [each.sentence for each in changes] == [WRONG]
    _, changes = decide(known, [other, WRONG], NOW + 2 * AFTER, AFTER)
    assert [each.sentence for each in changes] == [other]


def test_a_clock_that_was_ahead_silences_nothing() -> None:
    """Times that lie after now count as now."""
    ahead = NOW + 365 * DAY_MS
    known = [Known(WRONG.key, WRONG.says, ahead)]
    known, changes = decide(known, [WRONG], NOW, AFTER)
    assert changes == []
    _, changes = decide(known, [WRONG], NOW + AFTER, AFTER)
    assert [each.state for each in changes] == ["bad"]


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60), st.integers(0, 20))
def test_what_is_told_takes_turns(steps: list[tuple[int, bool]], after: int) -> None:
    """Bad and good alternate, and two of them are never closer than the wait."""
    minute, looks = 0, []
    for step, holds in steps:
        minute += step
        looks.append((float(minute), holds))
    turns = [each for each in reported(looks, after * MINUTE) if each[1] != "still"]
    assert [state for _, state in turns] == ["bad", "good"] * (len(turns) // 2) + ["bad"] * (
        len(turns) % 2
    )
    assert all(
        later - sooner >= after
        for (sooner, _), (later, state) in pairwise(turns)
        if state == "good"
    )
