"""Whether refusals in a row are the account's fault, and not the events'.

HubSpot may refuse everything in words that name neither token nor scope: the app was blocked, the
account was closed, an address of the API was withdrawn. Event by event that looks like an event's
own fault. Several refusals alike, of different visitors and media, with no success in between, are
the account's.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

REFUSED_ALL = "refused_all"
"""Why the account pauses then."""

IN_A_ROW = 5
VISITORS = 3
MEDIA = 2

OF_ONE_MEDIUM = 12
"""So many where all are of one medium: HubSpot may refuse that alone, without naming it."""


class Refusal(NamedTuple):
    """An event that HubSpot refused. `kind`: status and category, or words where it names none."""

    kind: str
    visitor: str
    medium: str


def kind_of(status: int, category: str, family: str) -> str:
    """What makes refusals alike. `family`: HubSpot's words without what differs by event."""
    return f"{status} {category or family}"


def is_accounts_fault(latest: Sequence[Refusal]) -> bool:
    """Judge the refusals since the last event that was kept, the newest first."""
    if not latest:
        return False
    alike = list(takewhile(lambda each: each.kind == latest[0].kind, latest))
    if len({each.visitor for each in alike}) < VISITORS:
        return False
    several = len({each.medium for each in alike}) >= MEDIA
    return len(alike) >= (IN_A_ROW if several else OF_ONE_MEDIUM)
