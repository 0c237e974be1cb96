"""Decides the truth beforehand: who visits, what they watch, and who they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.watching import State

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Medium:
    """`known`: HubSpot has a media object of it."""

    external_id: str
    name: str
    url: str
    spans: int
    span_seconds: float
    known: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """`said`: what a ping says of it; `referer`: what the browser does; `expected`: what HubSpot
    is to hear."""  # noqa: D205, D209

    said: Mapping[str, Any]
    referer: str | None
    expected: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """The identity in a ping. `signed`: its signature is valid."""

    utk: str | None = None
    hsenc: str | None = None
    contact_id: int | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One session's view of one medium."""

    session: str
    medium: Medium
    page: Page


@dataclass(frozen=True, slots=True)
class Ping:
    """A request of the tracker's, ready at `at`: seconds of the run, by the true clock."""

    at: float
    carried: Carried
    plays: tuple[tuple[View, State], ...]


@dataclass(slots=True)
class Visitor:
    """A browser with somebody before it. `clock_error`: seconds that its clock is ahead.

    `stamps`: whether its pings say `sentAt`. `gone_at`: when consent was withdrawn, after which
    nothing is sent.
    """

    name: str
    clock_error: float = 0.0
    stamps: bool = True
    gone_at: float = float("inf")
    pings: list[Ping] = field(default_factory=list)


@dataclass(slots=True)
class Truth:
    """HubSpot's knowledge and its beginning, in seconds of the run.

    `known`: usertoken → (contact, since). `seen`: usertokens HubSpot knows before, as nobody's.
    `mails`: `_hsenc` → the recipient. `merges`: (at, old contact, new contact). `erased`: usertoken
    → when the operator erased its visitor. `contacts`: those that exist from the beginning.
    """

    visitors: list[Visitor] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    known: dict[str, tuple[int, float]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    mails: dict[str, int] = field(default_factory=dict)
    merges: list[tuple[float, int, int]] = field(default_factory=list)
    erased: dict[str, float] = field(default_factory=dict)
    contacts: set[int] = field(default_factory=set)

    def canonical(self, contact: int) -> int:
        """The contact as it is called when all is over."""
        return {old: new for _, old, new in self.merges}.get(contact, contact)
