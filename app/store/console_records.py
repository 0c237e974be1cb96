"""The console's own data: its audit log, shared links, messages, contacts' names.

Times are milliseconds since the epoch.
"""

import msgspec

CLOCK = "clock"
"""The author of audit entries about a clock step, which no person made."""


class AuditEntry(msgspec.Struct, frozen=True):
    """A change: its time, author, action, subject, and how many items it changed."""

    id: int
    at: int
    who: str
    what: str
    subject: str
    count: int


class LinkRecord(msgspec.Struct, frozen=True):
    """A shared link: what it shows, and who created it. Times in ms since the epoch.

    `ends_at`: as it was created. `stops_at`: the same, or when somebody ended it earlier.
    """

    id: str
    medium: int
    query: str
    made_by: str
    made_at: int
    ends_at: int
    stops_at: int


class AlertChannel(msgspec.Struct, frozen=True):
    """A message channel: when it was last used, and why that failed, if it did.

    `waiting`: messages that are still to be sent.
    """

    channel: str
    at: int
    fault: str
    waiting: int


class KnownName(msgspec.Struct, frozen=True):
    """A contact's name, encrypted; or `fault`, why HubSpot gave none."""

    sealed: str
    fault: str
