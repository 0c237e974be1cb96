"""What the workers put into the store and get out of it. Times are milliseconds since the epoch."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.folding import Folded
from app.domain.identity import Identity, Unknown
from app.domain.milestones import EventType
from app.domain.observation import Observation
from app.domain.outcome import Rejected
from app.domain.play import Play


class InboxPing(msgspec.Struct, frozen=True, gc=False):
    """A request body that was checked and accepted, as it came.

    `site`: the key of the site it came from, which decides the policies; "" where there is but one.
    """

    received_at: int
    referer: str | None
    body: bytes
    site: str = ""


class Unfoldable(msgspec.Struct, frozen=True):
    """An inbox row that broke the fold: set aside with the reason, so that it holds up no other."""

    row: int
    fault: str


class Observed(msgspec.Struct, frozen=True):
    """What a batch of inbox rows says, row by row decoded."""

    observations: list[Observation]
    unfoldable: list[Unfoldable] = msgspec.field(default_factory=list)


class FoldRules(Protocol):
    """The pure half of the fold, called inside the store's transaction."""

    def observe(self, rows: Sequence[tuple[int, InboxPing]]) -> Observed:
        """Decode inbox rows."""
        ...

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """Merge what was seen of one view into what is known of it."""
        ...

    def close(self, play: Play, quiet_since: int) -> Folded:
        """What a play that fell silent has earned."""
        ...


class FoldReport(msgspec.Struct, frozen=True):
    """What a fold did: rows taken, plays written, events made, rows set aside, look-ups hurried.

    `full`: it took as much as one transaction may, so there may be more.
    """

    rows: int = 0
    plays: int = 0
    events: int = 0
    unfoldable: int = 0
    hurried: int = 0
    full: bool = False

    def plus(self, other: "FoldReport") -> "FoldReport":
        """Both together."""
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

    `identity`: what it is to be sent with. `proven`: an event of the play was delivered by the same
    source of identity. `refusal`: HubSpot refused its medium lately, so it is not sent at all.
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
    """A job, or none and when it is worth asking again (None: not before something happens).

    `failures`: how often in a row the account has failed. `quota_left`: permits free now.
    `strained`: see `Quota`. `may_risk`: whether an event may be sent that HubSpot may refuse.
    `refused_all`: HubSpot refused the last events alike, and the job asks whether it still does.
    """

    job: Job | None
    next_at: int | None
    failures: int
    quota_left: int
    strained: bool = False
    may_risk: bool = True
    refused_all: bool = False


class LookupClaim(msgspec.Struct, frozen=True):
    """Usertokens to ask HubSpot about (100 at most) and the permit for it; or when to ask again."""

    utks: tuple[str, ...]
    asked: Mapping[str, int]
    permit: int
    next_at: int | None
    failures: int
    strained: bool = False


class NamesClaim(msgspec.Struct, frozen=True):
    """Contacts whose names HubSpot is to be asked for, and the permit; or when to try again."""

    contacts: tuple[int, ...] = ()
    permit: int | None = None
    next_at: int | None = None


class Permit(msgspec.Struct, frozen=True):
    """A request may be made (`id`), or not before `next_at`."""

    id: int | None
    next_at: int


class MediaSnapshot(msgspec.Struct, frozen=True):
    """Which list of HubSpot's media is stored. `revision` tells it from any other; 0: none yet.

    `listed_at`: ms since the epoch.
    """

    revision: int = 0
    listed_at: int = 0


class MaintenanceReport(msgspec.Struct, frozen=True):
    """What a round found: leases that expired, waits over, events given up, rows pruned.

    `woken`: events whose wait is over, and such as are sent once more.
    `brought_back`: times that a wrong clock had left in the future.
    """

    leases_expired: int = 0
    woken: int = 0
    unattributed: int = 0
    pruned: int = 0
    brought_back: int = 0


class StoreUsage(msgspec.Struct, frozen=True):
    """What the store holds: bytes, and due events of visitors that are not proven."""

    size: int
    unproven: int


class Connection(msgspec.Struct, frozen=True):
    """The HubSpot account of this store, as the installation of the app told; its scopes.

    `hub_domain` is empty and `app_id` None where HubSpot did not say. `connected_at`: ms.
    """

    hub_id: int
    hub_domain: str
    app_id: int | None
    scopes: tuple[str, ...]
    connected_at: int

    @property
    def name(self) -> str:
        """What people know it by."""
        domain = f" ({self.hub_domain})" if self.hub_domain else ""
        return f"account {self.hub_id}{domain}"


class AlertMessage(msgspec.Struct, frozen=True):
    """A message to be sent, as JSON. `attempts`: this one included."""

    id: int
    document: str
    attempts: int
