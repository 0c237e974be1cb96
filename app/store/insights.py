"""What people look at and change by hand. Each answer is bounded, whatever stands in the store.

Counts beyond `COUNTED` are not counted on, and days are counted from the epoch (UTC).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.domain.figures import DAY_MS, NONE, Figures
from app.domain.identity import Identity, Unknown
from app.domain.media import Medium
from app.store.values import OutboxEntry, Walk

COUNTED = 100_000
"""Where counting ends: beyond it a person wants to know that it is much."""

PAGES_A_DAY = 50
"""Pages told apart for a medium and day; plays on others are counted together."""

REFUSED_MEDIA = 1_000
"""And of media that HubSpot refuses: visitors can invent as many as they like."""

REFUSED_FOR_MS = DAY_MS
"""A medium that nobody asks about for so long after its rest is not told of as refused any more."""

Act = Literal["requeue", "discard"]
Order = Literal["latest", "most"]


@dataclass(frozen=True, slots=True)
class Day:
    """What the relay did in a day."""

    day: int
    pings: int = 0
    plays: int = 0
    events: int = 0
    delivered: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class MediumFigures:
    """One medium of the list. `plays`: ever; `figures`: since the day asked for, without `seen`."""

    id: int
    medium: Medium
    plays: int
    last_day: int
    figures: Figures = NONE


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Plays on one page: its address, or `page 123`; empty: all the others together."""

    page: str
    plays: int


@dataclass(frozen=True, slots=True)
class MediumReport:
    """All about one medium since the day asked for. `days`: without `seen`, only those with plays.

    `pages`: the most played first.
    """

    id: int
    medium: Medium
    figures: Figures
    days: Sequence[tuple[int, Figures]]
    pages: Sequence[PageFigures]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A medium that HubSpot refused, by its `Medium.ids`, and what HubSpot said of it last.

    `times`: in a row. From `try_at` on (ms since the epoch) one event asks again.
    """

    medium: str
    times: int
    try_at: int
    said: str


@dataclass(frozen=True, slots=True)
class Family:
    """Rejections of one kind, with the latest of them as an example."""

    family: str
    count: int
    latest: OutboxEntry


@dataclass(frozen=True, slots=True)
class Sample:
    """A rejected event and as whom it would be sent now."""

    entry: OutboxEntry
    identity: Identity | Unknown


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rejected events: those of a family, or of ids; None: all. Not those rejected later."""

    before: int
    family: str | None = None
    ids: Sequence[int] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change: when, by whom, what, to what, and to how many."""

    id: int
    at: int
    who: str
    what: str
    subject: str
    count: int


class Insights(Protocol):
    """A part of `Store`."""

    async def days(self, since: int) -> list[Day]:
        """Each day from `since` on that saw anything, in order."""
        ...

    async def latest(self, limit: int) -> list[Walk]:
        """The plays heard of last, the latest first."""
        ...

    async def media(
        self, order: Order, since: int, limit: int, after: tuple[int, int] | None = None
    ) -> list[MediumFigures]:
        """The media played last, or most (ever); `after`: the (last_day or plays, id) before."""
        ...

    async def medium(self, medium: int, since: int, pages: int) -> MediumReport | None:
        """One medium, with so many pages at most."""
        ...

    async def refused_media(self, now: int, limit: int) -> list[Refusal]:
        """The media that HubSpot refuses at present, those that rest longest first.

        They rest, or their rest is over for less than `REFUSED_FOR_MS`.
        """
        ...

    async def refusals(self, media: Sequence[Medium]) -> Mapping[str, Refusal]:
        """What HubSpot said last of those of these that it refused last, by `Medium.ids`."""
        ...

    async def families(self, limit: int) -> list[Family]:
        """The kinds of rejections there are, so many at most."""
        ...

    async def rejected(self, family: str, limit: int, before: int | None) -> list[Sample]:
        """Rejected events of a kind, the latest first; `before`: only ids below it."""
        ...

    async def change_rejected(
        self, act: Act, choice: Choice, note: int, limit: int, now: int
    ) -> int:
        """Do it to `limit` of the chosen, count them at the note; returns how many it was."""
        ...

    async def note(self, who: str, what: str, subject: str, now: int, count: int = 0) -> int:
        """Write down a change; returns the note's id, at which more can be counted."""
        ...

    async def audit(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        """The changes, the latest first; `before`: only ids below it."""
        ...
