"""The state: random, valid once, for ten minutes, for the browser that started it."""

import itertools

import pytest

from app.oauth.pending import (
    MAX_PENDING,
    MINUTES,
    OAuthCallback,
    PendingAuthorization,
    PendingAuthorizations,
)
from tests.unit.hubspot.vault import Clock

BACK = "https://relay.example.com/console/connect/callback"


@pytest.fixture
def clock() -> Clock:
    """The test's own time."""
    return Clock()


@pytest.fixture
def pending(clock: Clock) -> PendingAuthorizations:
    """With states that a test can count: s-1, then s-2."""
    number = itertools.count(1)
    return PendingAuthorizations(clock, lambda: f"s-{next(number)}")


def test_a_callback_in_time_is_accepted(pending: PendingAuthorizations, clock: Clock) -> None:
    """A callback in time is accepted, with the redirect address that its code needs."""
    state = pending.start("me", BACK)
    clock.now += MINUTES * 60_000
    authorization = pending.take(state, "me")
    assert isinstance(authorization, PendingAuthorization)
    assert authorization.redirect_uri == BACK


def test_a_state_is_good_once(pending: PendingAuthorizations) -> None:
    """A second use is refused, by its owner too."""
    state = pending.start("me", BACK)
    assert isinstance(pending.take(state, "me"), PendingAuthorization)
    assert pending.take(state, "me") == "unknown"


@pytest.mark.parametrize("state", ["", "s-2", "S-1", "s-1 "])
def test_a_state_that_was_not_given_out_is_unknown(
    pending: PendingAuthorizations, state: str
) -> None:
    """Empty, guessed or nearly right: and the right one stays good."""
    right = pending.start("me", BACK)
    assert pending.take(state, "me") == "unknown"
    assert isinstance(pending.take(right, "me"), PendingAuthorization)


def test_a_state_expires(pending: PendingAuthorizations, clock: Clock) -> None:
    """A minute too late is too late, and then it is used up."""
    state = pending.start("me", BACK)
    clock.now += MINUTES * 60_000 + 1
    assert pending.take(state, "me") == "expired"
    assert pending.take(state, "me") == "unknown"


def test_a_state_belongs_to_one_browser(pending: PendingAuthorizations) -> None:
    """Another browser's state is refused and used up: its owner starts again."""
    state = pending.start("me", BACK)
    assert pending.take(state, "another browser") == "foreign"
    assert pending.take(state, "me") == "unknown"


def test_memory_is_bounded(pending: PendingAuthorizations) -> None:
    """The oldest of very many pending authorizations are dropped."""
    first = pending.start("me", BACK)
    later = [pending.start("me", BACK) for _ in range(MAX_PENDING)]
    assert pending.take(first, "me") == "unknown"
    assert isinstance(pending.take(later[-1], "me"), PendingAuthorization)


def test_the_address_is_read_as_a_person_copies_it() -> None:
    """White space around it does no harm, and neither code nor anything else is shown."""
    callback = OAuthCallback.of_address(f"  {BACK}?code=c%2F1&state=s-1\n")
    assert callback.code is not None
    assert (callback.code.get_secret_value(), callback.state) == ("c/1", "s-1")
    assert "c/1" not in repr(callback)


def test_hubspots_refusal_is_fit_for_a_terminal() -> None:
    """The description, else the word; without control characters, and not too long."""
    said = {"error": "access_denied", "error_description": "No\x1b[2J way" + "!" * 999}
    assert OAuthCallback.of(said).error.startswith("No[2J way!")
    assert len(OAuthCallback.of(said).error) == 200
    assert OAuthCallback.of({"error": "access_denied"}).error == "access_denied"
    assert OAuthCallback.of({}).code is None
