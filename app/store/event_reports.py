"""Reports about events: their status, HubSpot's answers, rejections.

Each report is limited in size. Times are milliseconds since the epoch.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import Identity, Unknown
from app.domain.milestones import EventType
from app.domain.outcome import Status
from app.domain.play import Play
from app.domain.timestamps import DAY_MS

REFUSED_MEDIA = 1_000
"""The most refused media that are shown: visitors can invent any number."""

REFUSED_FOR_MS = DAY_MS
"""A medium that nobody plays for so long after its suspension is no longer shown as refused."""

Action = Literal["requeue", "discard"]

OnProgress = Callable[[int], None]
"""A callback with the progress of a long task."""


class Rest(msgspec.Struct, frozen=True):
    """A destination that pauses alone, while the account does not: until when (ms), and why."""

    destination: Destination
    until: int
    reason: str


class Depths(msgspec.Struct, frozen=True):
    """How many rows have which status. Ages in ms; 0 if there are no rows.

    `elsewhere`: the events for destinations other than the Media Bridge, by destination and status.
    `resting`: destinations that pause alone.
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
    """An event as a person sees it. `answer`: HubSpot's last answer, if any."""

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
    """The look-ups of a usertoken: how many, the last one and its answer, the next one."""

    times: int
    last_at: int | None
    contact_id: int | None
    next_at: int | None


class PlayHistory(msgspec.Struct, frozen=True):
    """One play and its history.

    `pings`: how many arrived. `settles_at`: when its silence will be over, if it is not yet.
    `lookup`: of its usertoken. `mail_owner`: the usertoken that its `_hsenc` is bound to.
    `watched_by`: the contact on which HubSpot has put it. `id`: the store's own id of the play.
    """

    play: Play
    pings: int
    received_at: int
    settles_at: int | None
    lookup: LookupRecord | None
    mail_owner: str | None
    identity: Identity | Unknown
    events: list[OutboxEntry]
    watched_by: int | None = None
    id: int = 0


class MediumRefusal(msgspec.Struct, frozen=True):
    """A medium that HubSpot refused, by its `Medium.ids`, and HubSpot's last answer about it.

    `times`: refusals in a row. From `try_at` on (ms since the epoch) one event is sent as a test.
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
    """Selects rejected events: of a family, or by ids; None: all. Never those rejected later."""

    before: int
    family: str | None = None
    ids: Sequence[int] | None = None
