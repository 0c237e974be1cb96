"""Whether a series of refusals is the account's fault rather than the events'.

HubSpot may refuse everything in words that name neither token nor scope: the app was blocked, the
account was closed, an address of the API was withdrawn. For each single event that looks like its
own fault. Several identical refusals, of different visitors and media, with no success in between,
are the account's.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

REFUSED_ALL = "refused_all"
"""The reason of the account's pause."""

IN_A_ROW = 5
VISITORS = 3
MEDIA = 2

OF_ONE_MEDIUM = 12
"""So many if all are of one medium: HubSpot may refuse only that medium, without naming it."""


class Refusal(NamedTuple):
    """An event that HubSpot refused. `kind`: status and category, or the message if it has none."""

    kind: str
    visitor: str
    medium: str


def kind_of(status: int, category: str, family: str) -> str:
    """What identical refusals share. `family`: the message without the parts that vary by event."""
    return f"{status} {category or family}"


def is_accounts_fault(latest: Sequence[Refusal]) -> bool:
    """Judge the refusals since the last accepted event, the newest first."""
    if not latest:
        return False
    alike = list(takewhile(lambda each: each.kind == latest[0].kind, latest))
    if len({each.visitor for each in alike}) < VISITORS:
        return False
    several = len({each.medium for each in alike}) >= MEDIA
    return len(alike) >= (IN_A_ROW if several else OF_ONE_MEDIUM)
