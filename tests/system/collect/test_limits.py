"""One address may send a limited number of pings; only trusted proxies may name addresses."""

from pathlib import Path

import pytest

from app.collect.rate import ADDRESSES, WINDOW_SECONDS, AddressRate
from tests.system.collect.test_progress import PATH, PLAY, problem
from tests.system.live.relay import live_relay, settings_for


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


def test_a_window_passes_its_pings_and_no_more(clock: Clock) -> None:
    """After so many pings an address is told how long to wait; then it may send again."""
    rate = AddressRate(3, clock)
    assert [rate.retry_after("1.2.3.4") for _ in range(3)] == [0, 0, 0]
    clock.now += 20
    assert rate.retry_after("1.2.3.4") == 41
    assert rate.retry_after("1.2.3.5") == 0
    clock.now += WINDOW_SECONDS
    assert rate.retry_after("1.2.3.4") == 0


def test_refused_pings_do_not_prolong_the_window(clock: Clock) -> None:
    """A sender that goes on trying is accepted again when the window ends."""
    rate = AddressRate(1, clock)
    for _ in range(59):
        rate.retry_after("1.2.3.4")
        clock.now += 1
    assert rate.retry_after("1.2.3.4") > 0
    clock.now += 1
    assert rate.retry_after("1.2.3.4") == 0


def test_an_ipv6_subscriber_is_one_address(clock: Clock) -> None:
    """All of a /64 counts together, and its neighbour apart."""
    rate = AddressRate(1, clock)
    assert rate.retry_after("2001:db8:1:2::1") == 0
    assert rate.retry_after("2001:db8:1:2:ffff::9") > 0
    assert rate.retry_after("2001:db8:1:3::1") == 0


def test_memory_is_bounded(clock: Clock) -> None:
    """However many addresses come, only so many are remembered."""
    rate = AddressRate(1, clock)
    for number in range(ADDRESSES + 1000):
        rate.retry_after(str(number))
    assert len(rate) == ADDRESSES


def test_ended_windows_are_forgotten(clock: Clock) -> None:
    """Memory follows the addresses of the last minute; one that stays away leaves nothing."""
    rate = AddressRate(5, clock)
    for number in range(100):
        rate.retry_after(str(number))
    clock.now += WINDOW_SECONDS - 1
    rate.retry_after("late")
    clock.now += 1
    rate.retry_after("new")
    assert len(rate) == 2


def test_a_minute_passes_at_most_twice_the_limit(clock: Clock) -> None:
    """A window that has ended counts until its limit is reached; then the next one begins."""
    rate = AddressRate(3, clock)
    rate.retry_after("1.2.3.4")
    clock.now += WINDOW_SECONDS
    assert [rate.retry_after("1.2.3.4") for _ in range(6)] == [0, 0, 0, 0, 0, 61]


def test_further_plays_count_after_the_window_has_ended(clock: Clock) -> None:
    """An address that sends many plays at a time is limited however long it has been quiet."""
    rate = AddressRate(10, clock)
    rate.retry_after("1.2.3.4")
    clock.now += WINDOW_SECONDS
    sent = 0
    while not rate.retry_after("1.2.3.4"):
        rate.charge("1.2.3.4", 9)
        sent += 1
    assert sent == 2


def test_no_limit_is_no_limit(clock: Clock) -> None:
    """0 lets everything pass and remembers nobody."""
    rate = AddressRate(0, clock)
    assert {rate.retry_after("1.2.3.4") for _ in range(1000)} == {0}
    assert len(rate) == 0


def test_the_limit_answers_429_with_retry_after(tmp_path: Path) -> None:
    """A page that sends too much is told when to come back."""
    with live_relay(settings_for(tmp_path, pings_per_minute=2)) as live:
        assert [live.client.post(PATH, json=PLAY).status_code for _ in range(2)] == [202, 202]
        answer = live.client.post(PATH, json=PLAY)
        assert problem(answer)["reason"] == "rate_limited"
        assert 1 <= int(answer.headers["retry-after"]) <= 61
        assert answer.headers["access-control-expose-headers"] == "Retry-After"


def test_forwarded_addresses_of_strangers_are_not_believed(tmp_path: Path) -> None:
    """Without PLAYRELAY_TRUSTED_PROXIES nobody gets round the limit by inventing addresses."""
    with live_relay(settings_for(tmp_path, pings_per_minute=1)) as live:
        live.client.post(PATH, json=PLAY)
        answer = live.client.post(PATH, json=PLAY, headers={"x-forwarded-for": "9.9.9.9"})
        assert answer.status_code == 429
