"""When a summary is due, and of which days it is, in zones and when their clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.timestamps import DAY_MS
from app.domain.weekly import WEEKDAYS, Weekly

BERLIN = "Europe/Berlin"


def ms(text: str, zone: str = "UTC") -> int:
    """A local time, in ms since the epoch."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "due", "first", "last"),
    [
        ("2026-11-23T07:59", "2026-11-16T08:00", date(2026, 11, 9), date(2026, 11, 15)),
        ("2026-11-23T08:00", "2026-11-23T08:00", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-11-29T23:00", "2026-11-23T08:00", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-10-26T08:00", "2026-10-26T08:00", date(2026, 10, 19), date(2026, 10, 25)),
    ],
)
def test_the_week_ends_with_the_day_before(now: str, due: str, first: date, last: date) -> None:
    """Seven days of the zone, a change of its clock among them."""
    at, period = Weekly("monday", 8, BERLIN).due(ms(now, BERLIN))
    assert at == ms(due, BERLIN)
    assert (period.first, period.last, period.days) == (first, last, 7)


def test_an_hour_that_is_skipped_comes_nevertheless() -> None:
    """On the last Sunday of March the clocks of Berlin go from 2 to 3."""
    weekly = Weekly("sunday", 2, BERLIN)
    assert weekly.due(ms("2026-03-29T03:00", BERLIN))[0] == ms("2026-03-29T01:00", "UTC")


@given(
    st.integers(ms("2020-01-01"), ms("2035-01-01")),
    st.sampled_from(WEEKDAYS),
    st.integers(0, 23),
    st.sampled_from(["UTC", BERLIN, "America/St_Johns", "Pacific/Apia"]),
)
def test_one_is_due_a_week(now: int, day: str, hour: int, zone: str) -> None:
    """Never in the future, never more than a week and an hour ago, and on that day."""
    at, period = Weekly(day, hour, zone).due(now)
    assert now - 7 * DAY_MS - 3_600_000 < at <= now
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    assert WEEKDAYS[local.weekday()] == day
    assert (local.date() - period.last).days == 1
