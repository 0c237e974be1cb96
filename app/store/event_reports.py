"""What is shown of events: where they stand, what HubSpot said, which it rejected.

Each answer is bounded. Times are milliseconds since the epoch.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.figures import DAY_MS
from app.domain.identity import Identity, Unknown
from app.domain.milestones import EventType
from app.domain.outcome import Status
from app.domain.play import Play

REFUSED_MEDIA = 1_000
"""Refused media that are shown: visitors can invent as many as they like."""

REFUSED_FOR_MS = DAY_MS
"""A medium that nobody asks about for so long after its pause is not shown as refused any more."""

Action = Literal["requeue", "discard"]

OnProgress = Callable[[int], None]
"""Told how far long work is."""


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
