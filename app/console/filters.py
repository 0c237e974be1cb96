"""How templates format figures, times, media and a visitor's identity."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from app.domain.identity import Identity, Unknown
from app.domain.retention import average_share, watched_seconds
from app.explain.words import medium_of, milestone, named, page_of, place_of, title_of
from app.formatting import ago, count, date, duration, hours, moment, number, percent, position
from app.store.reports import COUNTED


def at_least(value: int) -> str:
    """A count that ends at `COUNTED`; beyond it, a plus says that there are more."""
    return f"{number(value)}+" if value >= COUNTED else number(value)


Stretch = tuple[float, float, int]


def stretches(times: Sequence[int]) -> list[Stretch]:
    """Start and width in percent, and how often it was watched; equal neighbours are joined.

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


IDENTITY_SOURCES: Mapping[str, str] = {
    "signed": "identified by a signed contactId",
    "usertoken": "identified by usertoken",
    "mail": "identified by an email link",
    "passthrough": "usertoken, resolved by HubSpot",
    "media-bridge": "identified by the Media Bridge",
    "lookup": "being looked up at HubSpot",
    "stranger": "not known to HubSpot",
    "anonymous": "no identity",
    "refused": "identity not known to HubSpot",
}


def identity_source(identity: Identity | Unknown) -> str:
    """The visitor's identity source, or why there is none."""
    return IDENTITY_SOURCES[identity.why if isinstance(identity, Unknown) else identity.source]


def iso(ms: int) -> str:
    """A time in ms since the epoch, for machines."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": number,
    "at_least": at_least,
    "duration": duration,
    "ago": ago,
    "moment": moment,
    "iso": iso,
    "date": date,
    "hours": hours,
    "percent": percent,
    "position": position,
    "count": count,
    "named": named,
    "identity_source": identity_source,
}
GLOBALS: Mapping[str, Callable[..., object]] = {
    "stretches": stretches,
    "medium_of": medium_of,
    "page_of": page_of,
    "place_of": place_of,
    "title_of": title_of,
    "milestone": milestone,
    "average_share": average_share,
    "watched_seconds": watched_seconds,
}
