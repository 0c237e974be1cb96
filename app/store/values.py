"""What goes into the store and comes out of it. Times are milliseconds since the epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from app.domain.identity import Identity, Unknown
from app.domain.milestones import EventType
from app.domain.observation import Observation
from app.domain.outcome import Rejected, Status
from app.domain.play import Play


class InboxPing(msgspec.Struct, frozen=True, gc=False):
    """A request body that was checked and accepted, as it came.

    `site`: the key of the site it came from, which decides the policies; "" where there is but one.
    """

    received_at: int
    referer: str | None
    body: bytes
    site: str = ""


@dataclass(frozen=True, slots=True)
class Unfoldable:
    """An inbox row that broke the fold: set aside with the reason, so that it holds up no other."""

    row: int
    fault: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What a batch of inbox rows says, row by row decoded."""

    observations: list[Observation]
    unfoldable: list[Unfoldable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoldReport:
    """What one fold did: rows taken from the inbox, plays written, events made, rows set aside."""

    rows: int = 0
    plays: int = 0
    events: int = 0
    unfoldable: int = 0

    def plus(self, other: "FoldReport") -> "FoldReport":
        """Both together."""
        return FoldReport(
            self.rows + other.rows,
            self.plays + other.plays,
            self.events + other.events,
            self.unfoldable + other.unfoldable,
        )


@dataclass(frozen=True, slots=True)
class Quota:
    """What HubSpot grants: at most `rate` requests in any `window_ms`, and few errors.

    Once `error_share` of a day's requests (UTC), and no fewer than `error_floor`, have ended in an
    error, the account is strained; once so many were refused, nothing is sent on chance.
    """

    rate: int
    window_ms: int
    error_share: float = 0.04
    error_floor: int = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed event, with all that is known of its play. Held until `lease_until`.

    `identity`: as whom it is to be sent. `proven`: an event of the play went out by the same rung.
    `refusal`: HubSpot refused its medium lately, so it is not to be sent at all.
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A job, or none and when it is worth asking again (None: not before something happens).

    `failures`: how often in a row the account has failed. `quota_left`: permits free now.
    `strained`, `on_chance`: see `Quota`; whether what may be refused may still be sent.
    """

    job: Job | None
    next_at: int | None
    failures: int
    quota_left: int
    strained: bool = False
    on_chance: bool = True


@dataclass(frozen=True, slots=True)
class LookupClaim:
    """Usertokens to ask HubSpot about (100 at most) and the permit for it; or when to ask again."""

    utks: tuple[str, ...]
    asked: Mapping[str, int]
    permit: int
    next_at: int | None
    failures: int
    strained: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, in ms: settled events, plays, events that wait for a contact.

    `figures_ms`: what media came to, and who changed what.
    """

    settled_ms: int
    plays_ms: int
    park_ms: int
    figures_ms: int = 400 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of upkeep found: leases given back, waits over, strangers given up, pruned."""

    leases_expired: int = 0
    woken: int = 0
    unattributed: int = 0
    pruned: int = 0


@dataclass(frozen=True, slots=True)
class Depths:
    """What stands in the store. Ages in ms; 0 where there is nothing."""

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


@dataclass(frozen=True, slots=True)
class OutboxEntry:
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What HubSpot was asked about a usertoken: how often, when last, what it said, when next."""

    times: int
    last_at: int | None
    contact_id: int | None
    next_at: int | None


@dataclass(frozen=True, slots=True)
class Walk:
    """One play's way through the house. Times in ms since the epoch.

    `pings`: how many arrived. `settles_at`: when its silence will be over, if it is not.
    `asked`: about its usertoken. `mail_owner`: the usertoken its `_hsenc` vouches for. `id`: the
    store's own name for the play.
    """

    play: Play
    pings: int
    first_received_at: int
    received_at: int
    settles_at: int | None
    asked: Asked | None
    mail_owner: str | None
    identity: Identity | Unknown
    events: list[OutboxEntry]
    id: int = 0
