"""Everything durable, behind one interface. Engines implement it; nobody imports an engine.

Times are milliseconds since the epoch and always come from the caller. Every method that returns
has committed at the engine's full durability; every method may raise StoreError.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from app.domain.folding import Folded
from app.domain.identity import Identity, IdentityMode, Unknown
from app.domain.milestones import EventType
from app.domain.observation import Observation
from app.domain.outcome import AccountNews, Outcome, Status
from app.domain.play import Play
from app.hubspot.tokens import TokenVault


class StoreError(Exception):
    """The store can't do what was asked; the text is one line that says what to do about it.

    `fault` is a stable word for metrics and logs: full, read_only, locked, corrupt, closed, busy,
    schema or failed.
    """

    def __init__(self, message: str, fault: str = "failed") -> None:
        super().__init__(message)
        self.fault = fault


class InboxPing(msgspec.Struct, frozen=True, gc=False):
    """A request body that was checked and accepted, as it came."""

    received_at: int
    referer: str | None
    body: bytes


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


class Folding(Protocol):
    """The pure half of the fold, called by the engine inside its transaction."""

    def observe(self, rows: Sequence[tuple[int, InboxPing]]) -> Observed:
        """Decode inbox rows."""
        ...

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """Merge what was seen of one view into what is known of it."""
        ...

    def close(self, play: Play, quiet_since: int) -> Folded:
        """What a play that fell silent has earned."""
        ...


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
    """How long things are kept, in ms: settled events, plays, events that wait for a contact."""

    settled_ms: int
    plays_ms: int
    park_ms: int


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
    `asked`: about its usertoken. `mail_owner`: the usertoken its `_hsenc` vouches for.
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


class Inbox(Protocol):
    """What collect needs."""

    async def append(self, ping: InboxPing) -> None:
        """Keep a ping. Returns once it is on disk and survives `kill -9`."""
        ...

    async def check_writable(self, now: int) -> None:
        """Commit a mark; raises StoreError where the store can't take pings."""
        ...


class Store(Inbox, TokenVault, Protocol):
    """All of it."""

    async def fold(self, limit: int, folding: Folding, now: int, settle_ms: int) -> FoldReport:
        """Take up to `limit` inbox rows into plays and outbox, in one transaction."""
        ...

    async def close_quiet(self, limit: int, folding: Folding, now: int) -> FoldReport:
        """Close plays whose silence is over; their attention spans become due."""
        ...

    async def claim(self, now: int, lease_ms: int, quota: Quota) -> Claim:
        """Lease the next due event with a permit, in order within a play.

        What was earned in the last minutes goes before what is late, but a tenth is left to that.
        """
        ...

    async def settle(
        self, job: Job, outcome: Outcome, account: AccountNews, now: int, quota: Quota
    ) -> None:
        """Give a job its outcome and its permit back to the window."""
        ...

    async def release(
        self,
        job: Job,
        now: int,
        quota: Quota,
        *,
        sent: bool,
        wait: str = "",
        until: int | None = None,
    ) -> None:
        """Give a job back unsettled: due at once, or waiting for the reason given (`until` then).

        `sent`: its request may have reached HubSpot, so its permit stays used.
        """
        ...

    async def claim_lookup(self, now: int, limit: int, lease_ms: int, quota: Quota) -> LookupClaim:
        """Take the usertokens that are due to be looked up, with a permit.

        A request is made once one of them can wait no longer or `limit` have gathered; strangers
        who were asked about before give way to events that are due, for an hour at most.
        """
        ...

    async def settle_lookup(
        self,
        permit: int,
        answers: Mapping[str, int | None],
        ask_again: Mapping[str, int],
        account: AccountNews,
        now: int,
        quota: Quota,
    ) -> int:
        """Keep what HubSpot said and release the events it settles; returns how many.

        `answers`: contact id, or None for a stranger. `ask_again`: when to look up next.
        """
        ...

    async def tend(self, now: int, retention: Retention, limit: int) -> Upkeep:
        """Give back expired leases, wake waits, give strangers up, prune: `limit` rows each."""
        ...

    async def take_over(self, now: int, quota: Quota) -> int:
        """Give back what a dead predecessor had in flight; returns how many events that was."""
        ...

    async def unpause(self) -> None:
        """End a pause that only a person can mend: the restart may mean that one did."""
        ...

    async def depths(self, now: int) -> Depths:
        """What stands where."""
        ...

    async def outbox_list(self, status: Status | None, limit: int) -> list[OutboxEntry]:
        """Newest first."""
        ...

    async def outbox_show(self, event_id: int) -> OutboxEntry | None:
        """One event."""
        ...

    async def outbox_requeue(self, event_ids: Sequence[int] | None, now: int) -> int:
        """Make rejected, unattributed or discarded events due again; None: all rejected ones."""
        ...

    async def outbox_discard(self, event_ids: Sequence[int], now: int) -> int:
        """Take events that are not delivered out of the way, for good."""
        ...

    async def walks(
        self,
        *,
        session_id: str | None = None,
        utk: str | None = None,
        contact_id: int | None = None,
        limit: int = 20,
    ) -> list[Walk]:
        """The plays of a session, a usertoken or a contact, the latest first."""
        ...

    async def forget(self, *, utk: str | None, contact_id: int | None) -> int:
        """Erase a visitor everywhere; returns how many plays and waiting pings went."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the files."""
        ...


class StoreFactory(Protocol):
    """How bootstrap opens an engine; `mode` decides who may be sent to from the start."""

    async def __call__(self, url: str, mode: IdentityMode) -> Store:
        """Open, migrate, and hand over."""
        ...
