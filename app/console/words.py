"""How the pages write figures and times."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from app.domain.identity import Identity, Unknown
from app.store.insights import COUNTED
from app.why.words import medium_of, milestone, moment, named, page_of

_SECOND = 1_000
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,.0f}"


def many(value: int) -> str:
    """A count that ends at `COUNTED`: beyond it, that it is at least so much."""
    return f"{number(value)}+" if value >= COUNTED else number(value)


def duration(ms: float) -> str:
    """In the largest unit of which there is at least one: `3 minutes`."""
    seconds = max(0, int(ms // _SECOND))
    for length, unit in _UNITS:
        if seconds >= length:
            return counted(seconds // length, unit)
    return "less than a second"


def percent(part: float, whole: float) -> str:
    """`25 %`; a dash where there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def clock(length: float) -> str:
    """Seconds of a medium as players show them: `1:05`."""
    minutes, seconds = divmod(int(length), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def date(day: int) -> str:
    """A day counted from the epoch: `2026-11-24`."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


Stretch = tuple[float, float, int]


def stretches(times: Sequence[int]) -> list[Stretch]:
    """Start and width in percent, and how often it was watched; neighbours alike are one.

    Four times and more look the same.
    """
    width = 100 / len(times) if times else 0
    found: list[Stretch] = []
    place = 0
    for seen, run in groupby(times):
        length = len(list(run))
        if seen:
            found.append((round(place * width, 3), round(length * width, 3), min(seen, 4)))
        place += length
    return found


RUNGS: Mapping[str, str] = {
    "signed": "known: signed contactId",
    "usertoken": "known: usertoken",
    "mail": "known: link of a mail",
    "passthrough": "usertoken, HubSpot converts",
    "lookup": "HubSpot is being asked",
    "stranger": "a stranger to HubSpot",
    "anonymous": "brought nothing to be known by",
    "refused": "HubSpot knows nobody by it",
}


def rung(identity: Identity | Unknown) -> str:
    """By what the visitor is known, or why not."""
    return RUNGS[identity.why if isinstance(identity, Unknown) else identity.rung]


def counted(value: int, what: str) -> str:
    """`1 event`, `2,000 events`."""
    return f"{number(value)} {what}{'' if value == 1 else 's'}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": number,
    "many": many,
    "duration": duration,
    "moment": moment,
    "percent": percent,
    "clock": clock,
    "count": counted,
    "date": date,
    "named": named,
    "rung": rung,
}
GLOBALS: Mapping[str, Callable[..., object]] = {
    "stretches": stretches,
    "medium_of": medium_of,
    "page_of": page_of,
    "milestone": milestone,
}
