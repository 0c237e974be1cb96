"""The state: random, good once, for ten minutes, for who was sent out with it."""

import itertools

import pytest

from app.oauth.pending import MINUTES, MOST_OUT, Errand, Errands, Return
from tests.hubspot.vault import Clock

BACK = "https://relay.example.com/console/connect/callback"


@pytest.fixture
def clock() -> Clock:
    """The test's own time."""
    return Clock()


@pytest.fixture
def errands(clock: Clock) -> Errands:
    """With states that a test can count: s-1, then s-2."""
    number = itertools.count(1)
    return Errands(clock, lambda: f"s-{next(number)}")


def test_who_comes_back_in_time_is_known(errands: Errands, clock: Clock) -> None:
    """With the address that the page was given, for that is exchanged along with the code."""
    state = errands.begin("me", BACK)
    clock.now += MINUTES * 60_000
    errand = errands.end(state, "me")
    assert isinstance(errand, Errand)
    assert errand.redirect_uri == BACK


def test_a_state_is_good_once(errands: Errands) -> None:
    """Who comes a second time is unknown, the rightful owner included."""
    state = errands.begin("me", BACK)
    assert isinstance(errands.end(state, "me"), Errand)
    assert errands.end(state, "me") == "unknown"


@pytest.mark.parametrize("state", ["", "s-2", "S-1", "s-1 "])
def test_a_state_that_was_not_given_out_is_unknown(errands: Errands, state: str) -> None:
    """Empty, guessed or nearly right: and the right one stays good."""
    right = errands.begin("me", BACK)
    assert errands.end(state, "me") == "unknown"
    assert isinstance(errands.end(right, "me"), Errand)


def test_a_state_expires(errands: Errands, clock: Clock) -> None:
    """A minute too late is too late, and then it is used up."""
    state = errands.begin("me", BACK)
    clock.now += MINUTES * 60_000 + 1
    assert errands.end(state, "me") == "expired"
    assert errands.end(state, "me") == "unknown"


def test_a_state_is_nobody_elses(errands: Errands) -> None:
    """Another browser's state is refused, and used up: its owner begins again."""
    state = errands.begin("me", BACK)
    assert errands.end(state, "somebody else") == "foreign"
    assert errands.end(state, "me") == "unknown"


def test_memory_is_bounded(errands: Errands) -> None:
    """Of very many who were sent out the first are forgotten."""
    first = errands.begin("me", BACK)
    later = [errands.begin("me", BACK) for _ in range(MOST_OUT)]
    assert errands.end(first, "me") == "unknown"
    assert isinstance(errands.end(later[-1], "me"), Errand)


def test_the_address_is_read_as_a_person_copies_it() -> None:
    """White space around it does no harm, and neither code nor anything else is shown."""
    back = Return.of_address(f"  {BACK}?code=c%2F1&state=s-1\n")
    assert back.code is not None
    assert (back.code.get_secret_value(), back.state) == ("c/1", "s-1")
    assert "c/1" not in repr(back)


def test_hubspots_refusal_is_fit_for_a_terminal() -> None:
    """The description, else the word; without control characters, and not too long."""
    said = {"error": "access_denied", "error_description": "No\x1b[2J way" + "!" * 999}
    assert Return.of(said).error.startswith("No[2J way!")
    assert len(Return.of(said).error) == 200
    assert Return.of({"error": "access_denied"}).error == "access_denied"
    assert Return.of({}).code is None
