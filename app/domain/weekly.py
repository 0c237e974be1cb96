"""When a weekly summary is due, and which week it covers. Pure."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from app.domain.period import Period, day_at, zone_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = timedelta(7)


class Weekly(NamedTuple):
    """A weekday and hour in a named time zone."""

    day: str
    hour: int
    zone: str

    def due(self, now: int) -> tuple[int, Period]:
        """When the last summary was due, up to now, and the seven days before that day.

        Times in ms since the epoch. If a clock change skips the hour, the next one counts.
        """
        zone = zone_of(self.zone)
        today = day_at(now, zone)
        day = today - timedelta((today.weekday() - WEEKDAYS.index(self.day)) % 7)
        at = round(datetime.combine(day, time(self.hour), zone).timestamp() * 1000)
        if at > now:
            day -= _WEEK
            at = round(datetime.combine(day, time(self.hour), zone).timestamp() * 1000)
        return at, Period(day - _WEEK, day - timedelta(1), zone)
