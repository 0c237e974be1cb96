"""The records that workers write to the store and read from it.

Times are milliseconds since the epoch.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.folding import Folded
from app.domain.identity import Identity, Unknown
from app.domain.milestones import EventType
from app.domain.observation import Observation
from app.domain.outcome import Rejected
from app.domain.play import Play


class InboxPing(msgspec.Struct, frozen=True, gc=False):
    """A request body that was checked and accepted, unchanged.

    `site`: the key of the site that it came from, which selects the policies; "" if there is only
    one.
    """

    received_at: int
    referer: str | None
    body: bytes
    site: str = ""


class Unfoldable(msgspec.Struct, frozen=True):
    """Why an inbox row can't be folded: it is set aside, so that it delays no other."""

    fault: str

    @classmethod
    def because(cls, error: Exception) -> Self:
        """The fault that an error means."""
        return cls(f"{type(error).__name__}: {error}"[:500])


class FoldRules(Protocol):
    """The pure half of the fold, called inside the store's transaction."""

    def observe(self, ping: InboxPing) -> list[Observation] | Unfoldable:
        """Decode an inbox row: an observation of each play."""
        ...

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """Merge the observations of one view into its play."""
        ...

    def close(self, play: Play, quiet_since: int) -> Folded:
        """The events that a silent play has reached."""
        ...


class FoldReport(msgspec.Struct, frozen=True):
    """What a fold did: rows taken, plays written, events made, rows set aside, look-ups hurried.

    `full`: it reached the limit of one transaction, so there may be more.
    """

    rows: int = 0
    plays: int = 0
    events: int = 0
    unfoldable: int = 0
    hurried: int = 0
    full: bool = False

    def plus(self, other: "FoldReport") -> "FoldReport":
        """The sum of two reports."""
        return FoldReport(
            self.rows + other.rows,
            self.plays + other.plays,
            self.events + other.events,
            self.unfoldable + other.unfoldable,
            self.hurried + other.hurried,
            self.full or other.full,
        )


class Job(msgspec.Struct, frozen=True):
    """One claimed event, with all that is known of its play. Held until `lease_until`.

    `identity`: what it is to be sent with. `proven`: an event of the play was delivered with the
    same identity source. `refusal`: HubSpot refused its medium recently, so it is not sent at all.
    """

    id: int
    permit: int
    lease_until: int
    event: EventType
    value: str
    occurred_at: int
    created_at: int
    attempts: int
    play: Play
    identity: Identity | Unknown
    proven: bool = False
    refusal: Rejected | None = None
    destination: Destination = MEDIA_BRIDGE


class Claim(msgspec.Struct, frozen=True):
    """A job, or when to try again (None: not before something changes).

    `failures`: the account's failures in a row. `quota_left`: free permits. `strained`: see
    `Quota`. `may_risk`: whether an event with an uncertain identity may be sent. `refused_all`:
    HubSpot refused the last events identically, and this job tests whether it still does.
    """

    job: Job | None
    next_at: int | None
    failures: int
    quota_left: int
    strained: bool = False
    may_risk: bool = True
    refused_all: bool = False


class LookupClaim(msgspec.Struct, frozen=True):
    """Usertokens to look up (at most 100) and the permit for it; or when to try again."""

    utks: tuple[str, ...]
    asked: Mapping[str, int]
    permit: int
    next_at: int | None
    failures: int
    strained: bool = False


class NamesClaim(msgspec.Struct, frozen=True):
    """Contacts whose names are to be read from HubSpot, and the permit; or when to try again."""

    contacts: tuple[int, ...] = ()
    permit: int | None = None
    next_at: int | None = None


class Permit(msgspec.Struct, frozen=True):
    """A request may be made (`id`), or not before `next_at`."""

    id: int | None
    next_at: int


class MediaSnapshot(msgspec.Struct, frozen=True):
    """The stored snapshot of HubSpot's media. `revision` identifies it; 0: none yet.

    `listed_at`: ms since the epoch.
    """

    revision: int = 0
    listed_at: int = 0


class MaintenanceReport(msgspec.Struct, frozen=True):
    """What a round did: expired leases, ended waits, events given up, rows deleted.

    `woken`: events whose wait is over, or that are sent again. `brought_back`: times that a wrong
    clock had left in the future.
    """

    leases_expired: int = 0
    woken: int = 0
    unattributed: int = 0
    pruned: int = 0
    brought_back: int = 0


class StoreUsage(msgspec.Struct, frozen=True):
    """The size of the store: bytes, and due events of visitors without a proven identity."""

    size: int
    unproven: int


class Connection(msgspec.Struct, frozen=True):
    """The HubSpot account of this store, as stated when the app was installed; its scopes.

    `hub_domain` is empty and `app_id` None if HubSpot did not state them. `connected_at`: ms.
    """

    hub_id: int
    hub_domain: str
    app_id: int | None
    scopes: tuple[str, ...]
    connected_at: int

    @property
    def name(self) -> str:
        """The name that people know it by."""
        domain = f" ({self.hub_domain})" if self.hub_domain else ""
        return f"account {self.hub_id}{domain}"


class AlertMessage(msgspec.Struct, frozen=True):
    """A message to be sent, as JSON. `attempts`: including this one."""

    id: int
    document: str
    attempts: int
