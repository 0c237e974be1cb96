"""What people look at and change by hand. Each answer is bounded, whatever is stored.

Days are counted from the epoch (UTC), times are milliseconds since then.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.figures import DAY_MS, NONE, Figures
from app.domain.identity import Identity, Unknown
from app.domain.media import Medium
from app.domain.milestones import EventType
from app.domain.outcome import Status
from app.domain.play import Play

COUNTED = 100_000
"""Counting stops here: beyond it, the exact number does not matter to a person."""

MEDIA_SORTED = 1_000
"""Media of a period that are sorted: the ones played last, for visitors can invent as many as they
like. The search looks through ten times as many."""

PAGES_A_DAY = 50
"""Pages told apart for a medium and day; plays on others are counted together."""

TRAITS_A_DAY = 50
"""Different traits of plays told apart for a medium and day, for filters; see `domain.traits`."""

REFUSED_MEDIA = 1_000
"""Refused media that are shown: visitors can invent as many as they like."""

REFUSED_FOR_MS = DAY_MS
"""A medium that nobody asks about for so long after its pause is not shown as refused any more."""

Action = Literal["requeue", "discard"]
Order = Literal["latest", "most"]

OnProgress = Callable[[int], None]
"""Told how far long work is."""


class Day(msgspec.Struct, frozen=True):
    """What the relay did in a day. `day`: its date, counted from the epoch.

    `plays`: those that began on it, as the figures of media count them.
    """

    day: int
    pings: int = 0
    plays: int = 0
    events: int = 0
    delivered: int = 0
    rejected: int = 0


class MediumFigures(msgspec.Struct, frozen=True):
    """One medium of the list. `plays`: ever; `figures`: the plain counts of the period."""

    id: int
    medium: Medium
    plays: int
    last_day: int
    figures: Figures = NONE

    def matches(self, search: str) -> bool:
        """Whether its name, ids or address say that."""
        about = self.medium
        words = (about.name, about.external_id, about.url, about.bridge_id)
        return search.casefold() in "\n".join(str(word) for word in words if word).casefold()


class PageFigures(msgspec.Struct, frozen=True):
    """Plays on one page: its address, or `page 123`; empty: all the others together."""

    page: str
    plays: int


class MediumReport(msgspec.Struct, frozen=True):
    """All about one medium in a period. `days`: the plain counts of each day that had plays.

    `pages`: the most played first, by days of UTC. `before`: of as many days before the period.
    """

    id: int
    medium: Medium
    figures: Figures
    days: Sequence[tuple[date, Figures]]
    pages: Sequence[PageFigures]
    before: Figures = NONE


class Viewers(msgspec.Struct, frozen=True):
    """Different visitors, and the plays that they were counted in. `cut`: there are more plays."""

    viewers: int
    plays: int
    cut: bool = False


class Choices(msgspec.Struct, frozen=True):
    """What the plays of a medium in a period can be told apart by.

    `values`: by trait, with how many plays have each. `others`: plays that are not told apart, for
    their days have too many traits. `since`: from this time on (ms) the medium's plays are counted
    by their traits; 0: all are.
    """

    values: Mapping[str, Sequence[tuple[str, int]]]
    others: int = 0
    since: int = 0


class FilteredReport(msgspec.Struct, frozen=True):
    """A medium's figures for some of its plays. `viewers_before`: where it is compared."""

    report: MediumReport
    viewers: Viewers
    viewers_before: Viewers | None
    choices: Choices


Match = Literal["any", "all"]
"""Whether somebody has to have watched any of several media, or all of them."""

Point = tuple[int, int]
"""A place in a list by furthest point: hundredths of a percent, and the store's id of the play."""


class WatchedMedium(msgspec.Struct, frozen=True):
    """A medium that somebody has watched: its row, 0 where the store has none any more."""

    id: int
    medium: Medium


class Watcher(msgspec.Struct, frozen=True):
    """A contact that HubSpot has put a play of some media on.

    `furthest`: the play that came the furthest, which covered `percent`. `media`: how much was
    covered of each medium, in percent, the most first. `plays`: how many there are of these media.
    """

    contact_id: int
    percent: float
    furthest: Play
    media: Sequence[tuple[WatchedMedium, float]]
    plays: int


class WatcherPage(msgspec.Struct, frozen=True):
    """Some of a list of watchers. `after`: where it goes on; None: nowhere."""

    watchers: Sequence[Watcher]
    after: Point | None


class WatchedByContact(msgspec.Struct, frozen=True):
    """What a contact watched of one medium. `furthest`: the play that came the furthest.

    `last_at`: when a ping last arrived for any of the `plays`.
    """

    medium: WatchedMedium
    percent: float
    furthest: Play
    plays: int
    last_at: int


class Rest(msgspec.Struct, frozen=True):
    """A destination that rests, though the account does not: until then (ms), and why."""

    destination: Destination
    until: int
    reason: str


class Depths(msgspec.Struct, frozen=True):
    """How many rows are in which state. Ages in ms; 0 where there is nothing.

    `elsewhere`: those of the events that go to another destination than the Media Bridge, by
    destination and status. `resting`: destinations that rest alone.
    """

    inbox: int
    inbox_age: int
    outbox: Mapping[Status, int]
    due_age: int
    strangers: int
    quarantined: int
    paused_until: int
    pause_reason: str
    quota_used: int
    requests_today: int
    errors_today: int
    elsewhere: Mapping[Destination, Mapping[Status, int]] = msgspec.field(default_factory=dict)
    resting: Sequence[Rest] = ()


class OutboxEntry(msgspec.Struct, frozen=True):
    """An event as a person sees it. `answer` is what HubSpot said last, if anything."""

    id: int
    status: Status
    event: EventType
    value: str
    occurred_at: int
    created_at: int
    due_at: int
    attempts: int
    reason: str
    answer: Mapping[str, str | int]
    play: Play
    destination: Destination = MEDIA_BRIDGE


class LookupRecord(msgspec.Struct, frozen=True):
    """What HubSpot was asked about a usertoken: how often, when last, what it said, when next."""

    times: int
    last_at: int | None
    contact_id: int | None
    next_at: int | None


class PlayHistory(msgspec.Struct, frozen=True):
    """One play and all that became of it.

    `pings`: how many arrived. `settles_at`: when its silence will be over, if it is not.
    `lookup`: of its usertoken. `mail_owner`: the usertoken its `_hsenc` belongs to. `watched_by`:
    the contact that HubSpot has put it on. `id`: the store's own name for the play.
    """

    play: Play
    pings: int
    first_received_at: int
    received_at: int
    settles_at: int | None
    lookup: LookupRecord | None
    mail_owner: str | None
    identity: Identity | Unknown
    events: list[OutboxEntry]
    watched_by: int | None = None
    id: int = 0


class MediumRefusal(msgspec.Struct, frozen=True):
    """A medium that HubSpot refused, by its `Medium.ids`, and what HubSpot said of it last.

    `times`: in a row. From `try_at` on (ms since the epoch) one event asks again.
    """

    medium: str
    times: int
    try_at: int
    said: str


class Family(msgspec.Struct, frozen=True):
    """Rejections of one kind, with the latest of them as an example."""

    family: str
    count: int
    latest: OutboxEntry


class RejectedEvent(msgspec.Struct, frozen=True):
    """A rejected event, and the identity with which it would be sent now."""

    entry: OutboxEntry
    identity: Identity | Unknown


class Selection(msgspec.Struct, frozen=True):
    """Which rejected events: those of a family, or of ids; None: all. Not those rejected later."""

    before: int
    family: str | None = None
    ids: Sequence[int] | None = None


CLOCK = "clock"
"""What is written in the audit log about a clock that stepped; no person does that."""


class AuditEntry(msgspec.Struct, frozen=True):
    """A change: its time, author, action, subject, and how many items it changed."""

    id: int
    at: int
    who: str
    what: str
    subject: str
    count: int


class LinkRecord(msgspec.Struct, frozen=True):
    """A shared link: what it shows, and who made it. Times in ms since the epoch.

    `ends_at`: as it was made. `stops_at`: the same, or when somebody ended it before.
    """

    id: str
    medium: int
    query: str
    made_by: str
    made_at: int
    ends_at: int
    stops_at: int


class AlertChannel(msgspec.Struct, frozen=True):
    """A way by which messages go: when one was sent last, and why that failed, if it did.

    `waiting`: messages that are still to be sent.
    """

    channel: str
    at: int
    fault: str
    waiting: int


class KnownName(msgspec.Struct, frozen=True):
    """What is kept of a contact's name: sealed; or `fault`, why HubSpot told none."""

    sealed: str
    fault: str
