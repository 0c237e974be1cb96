"""When progress was made: the browser's clock set right, and times that can't be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ping import InvalidPingError
from app.domain.timestamps import DAY_MS, TRACKER_QUEUE_MS, Dated, date, longest_age
from tests.unit.domain.setting import NOW, seen
from tests.unit.domain.wire import PLAY, read

MINUTE = 60_000
YEAR = 365 * DAY_MS
LONGEST = 31 * DAY_MS

ARRIVAL = Dated(NOW, replaced=True)


@pytest.mark.parametrize(
    ("occurred", "sent", "expected"),
    [
        pytest.param(None, None, Dated(NOW), id="neither"),
        pytest.param(None, NOW - YEAR, Dated(NOW), id="when it left, alone"),
        pytest.param(NOW - MINUTE, None, Dated(NOW - MINUTE), id="believed, without sentAt"),
        pytest.param(NOW + MINUTE, None, Dated(NOW), id="a clock a little fast"),
        pytest.param(NOW + YEAR, None, ARRIVAL, id="not into the future"),
        pytest.param(NOW - MINUTE, NOW, Dated(NOW - MINUTE), id="a right clock"),
        pytest.param(NOW - YEAR - MINUTE, NOW - YEAR, Dated(NOW - MINUTE), id="a year slow"),
        pytest.param(NOW + YEAR - MINUTE, NOW + YEAR, Dated(NOW - MINUTE), id="a year fast"),
        pytest.param(500, 1500, Dated(NOW - 1000), id="a clock that never was set"),
        pytest.param(NOW, NOW - MINUTE, Dated(NOW), id="set back a little in between"),
        pytest.param(NOW, NOW - YEAR, ARRIVAL, id="set back a year in between"),
        pytest.param(NOW - 1000.75, NOW - 0.25, Dated(NOW - 1000), id="performance.timeOrigin"),
        pytest.param(NOW - LONGEST, None, Dated(NOW - LONGEST), id="as old as may be"),
        pytest.param(NOW - LONGEST - 1, None, ARRIVAL, id="older"),
        pytest.param(NOW - LONGEST - 1, NOW, ARRIVAL, id="older, by the same clock"),
        pytest.param(0, None, ARRIVAL, id="1970"),
        pytest.param(12.5, None, ARRIVAL, id="the player's position"),
        pytest.param(12.5, NOW, ARRIVAL, id="the player's position, with sentAt"),
    ],
)
def test_the_browsers_clock_is_set_right(
    occurred: float | None, sent: float | None, expected: Dated
) -> None:
    """The age of a ping comes from the browser's clock, the current time from the relay's."""
    assert date(occurred, sent, received_at=NOW, longest_age_ms=LONGEST) == expected
    observation = seen(occurred_timestamp=occurred, sent_at=sent)
    assert observation.occurred_at == observation.play.started_at == expected.at


@given(st.integers(-YEAR, YEAR), st.integers(0, LONGEST))
def test_no_clock_is_too_wrong(wrong: int, ago: int) -> None:
    """However wrong the browser's clock, what happened some time ago is dated that long ago."""
    left = NOW + wrong
    dated = date(left - ago, left, received_at=NOW, longest_age_ms=LONGEST)
    assert dated == Dated(NOW - ago)


@given(
    st.none() | st.floats(0, 1e14),
    st.none() | st.floats(0, 1e14),
    st.integers(0, 400 * DAY_MS),
)
def test_whatever_is_sent_stays_between_floor_and_arrival(
    occurred: float | None, sent: float | None, park_ms: int
) -> None:
    """No sender dates anything into the future, or before what a queue can have held."""
    longest = longest_age(park_ms)
    at = date(occurred, sent, received_at=NOW, longest_age_ms=longest).at
    assert NOW - longest <= at <= NOW


def test_the_floor_lies_below_what_the_tracker_holds() -> None:
    """However short strangers' plays are kept, a ping out of the tracker's queue keeps its time."""
    assert longest_age(0) > TRACKER_QUEUE_MS
    assert longest_age(30 * DAY_MS) == 31 * DAY_MS


def refused(request: object) -> str:
    """The fault that the sender of such a request gets, for its one play or for the request."""
    try:
        (fault,) = read(request).faults
    except InvalidPingError as error:
        return str(error)
    return fault.detail


@pytest.mark.parametrize("field", ["occurredTimestamp", "sentAt"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1_790_000_000, id="seconds"),
        pytest.param(1_790_000_000.25, id="seconds with a fraction"),
        pytest.param("1790000000", id="seconds as text"),
        pytest.param(1_790_000_000_000_000, id="microseconds"),
        pytest.param(1_790_000_000_000_000_000, id="nanoseconds"),
        pytest.param("2026-11-28T10:00:00Z", id="ISO 8601"),
        pytest.param(-1, id="before the epoch"),
    ],
)
def test_another_unit_is_refused_and_named(field: str, value: object) -> None:
    """A time in another unit would be wrong by years: the sender learns which one to send."""
    for request in (
        PLAY | {field: value},
        {"plays": [PLAY | {field: value}]},
        {"plays": [PLAY], "sentAt": value},
    ):
        detail = refused(request)
        assert detail.startswith(("sentAt: ", f"{field}: "))
        assert "send milliseconds since the epoch" in detail
