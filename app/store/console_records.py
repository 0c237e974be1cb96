"""What the console itself keeps: its audit log, shared links, messages, the names of contacts.

Times are milliseconds since the epoch.
"""

import msgspec

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
