"""When a summary of the week is due, and which week it is of. Pure."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from app.domain.period import Period, day_at, zone_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = timedelta(7)


class Weekly(NamedTuple):
    """A day of the week and an hour of it, in a time zone by its name."""

    day: str
    hour: int
    zone: str

    def due(self, now: int) -> tuple[int, Period]:
        """When one was due last, up to now, and the seven days before that day.

        Times in ms since the epoch. An hour that a change of the clock skips begins with the next.
        """
        zone = zone_of(self.zone)
        today = day_at(now, zone)
        day = today - timedelta((today.weekday() - WEEKDAYS.index(self.day)) % 7)
        at = round(datetime.combine(day, time(self.hour), zone).timestamp() * 1000)
        if at > now:
            day -= _WEEK
            at = round(datetime.combine(day, time(self.hour), zone).timestamp() * 1000)
        return at, Period(day - _WEEK, day - timedelta(1), zone)
