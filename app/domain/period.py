"""Periods of days in a time zone, and the quarter-hour slots in which plays are counted.

In every zone days begin at the start of a slot: all offsets from UTC are whole quarter hours.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo, available_timezones

SLOT_MS = 15 * 60 * 1000
SLOTS = 24 * 4
"""Slots in a UTC day."""

BLOCK_DAYS = 32
"""UTC days that are also counted together, as a block."""

EPOCH = date(1970, 1, 1)
UTC_NAME = "UTC"


class Stretch(NamedTuple):
    """Consecutive days of `slots` slots each; the first begins with the slot `start`."""

    start: int
    slots: int
    days: int

    @property
    def end(self) -> int:
        """The slot after the last."""
        return self.start + self.slots * self.days

    @property
    def whole(self) -> bool:
        """Whether its days are UTC days."""
        return self.slots == SLOTS and self.start % SLOTS == 0


class Period(NamedTuple):
    """The days from `first` to `last`, both included, in a time zone."""

    first: date
    last: date
    zone: tzinfo = UTC

    @classmethod
    def latest(cls, days: int, now: int, zone: tzinfo = UTC) -> Self:
        """The last so many days, ending today. `now`: ms since the epoch."""
        today = day_at(now, zone)
        return cls(today - timedelta(days - 1), today, zone)

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> int:
        """The first slot."""
        return _slot(self.first, self.zone)

    @property
    def end(self) -> int:
        """The slot after the last."""
        return _slot(self.last + timedelta(1), self.zone)

    @property
    def utc_days(self) -> tuple[int, int]:
        """The dates as UTC days, counted from the epoch."""
        return (self.first - EPOCH).days, (self.last - EPOCH).days

    def before(self) -> Self:
        """The period of the same length that ends where this one begins."""
        return self._replace(
            first=self.first - timedelta(self.days), last=self.first - timedelta(1)
        )

    def dates(self) -> Iterator[date]:
        """Each of its days."""
        return (self.first + timedelta(day) for day in range(self.days))

    def split(self) -> tuple[range, Sequence[range]]:
        """The UTC days inside the period, and the slots of days that only begin or end in it.

        There are few rows for whole days, so slots are read only at the edges.
        """
        start, end = self.start, self.end
        first, last = -(-start // SLOTS), end // SLOTS
        if first >= last:
            return range(0), [range(start, end)]
        edges = [range(start, first * SLOTS), range(last * SLOTS, end)]
        return range(first, last), [edge for edge in edges if edge]

    def stretches(self) -> list[Stretch]:
        """The days in order, grouped into runs of the same length and start hour."""
        found: list[Stretch] = []
        bounds = [*map(self._begin, self.dates()), self.end]
        for start, end in pairwise(bounds):
            last = found[-1] if found else None
            if last is not None and last.slots == end - start:
                found[-1] = last._replace(days=last.days + 1)
            else:
                found.append(Stretch(start, end - start, 1))
        return found

    def _begin(self, day: date) -> int:
        return _slot(day, self.zone)


def in_blocks(days: range) -> tuple[range, Sequence[range]]:
    """Split UTC days into the whole blocks among them and the days before and after these."""
    first, last = -(-days.start // BLOCK_DAYS), days.stop // BLOCK_DAYS
    if first >= last:
        return range(0), [days] if days else []
    edges = [range(days.start, first * BLOCK_DAYS), range(last * BLOCK_DAYS, days.stop)]
    return range(first, last), [edge for edge in edges if edge]


def zone_of(name: str) -> tzinfo:
    """The time zone of that IANA name; ValueError if there is none."""
    if name == UTC_NAME:  # UTC needs no database
        return UTC
    if name not in zone_names():
        raise ValueError(
            f"{name[:64]!r} is not a time zone of the IANA database: write Europe/Berlin, or UTC"
        )
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """The time zone names that this machine knows."""
    return frozenset(available_timezones()) | {UTC_NAME}


def day_at(now: int, zone: tzinfo) -> date:
    """The day of a time given in ms since the epoch."""
    return datetime.fromtimestamp(now / 1000, zone).date()


def _slot(day: date, zone: tzinfo) -> int:
    """The slot with which a day begins."""
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000 // SLOT_MS
