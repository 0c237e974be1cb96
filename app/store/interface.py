"""Everything durable, behind one interface. Engines implement it; nobody imports an engine.

Times are milliseconds since the epoch and always come from the caller. Every method that returns
has committed at the engine's full durability; every method may raise StoreError.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.domain.folding import Folded
from app.domain.identity import IdentityMode
from app.domain.observation import Observation
from app.domain.outcome import AccountNews, Outcome, Status
from app.domain.play import Play
from app.hubspot.tokens import TokenVault
from app.store.connections import Connections
from app.store.insights import Insights
from app.store.shelf import Shelf
from app.store.values import (
    Claim,
    Depths,
    FoldReport,
    InboxPing,
    Job,
    LookupClaim,
    Observed,
    OutboxEntry,
    Quota,
    Retention,
    Upkeep,
    Walk,
)

OnProgress = Callable[[int], None]
"""Told how far long work is."""


class StoreError(Exception):
    """The store can't do what was asked; the text is one line that says what to do about it.

    `fault` is a stable word for metrics and logs: full, read_only, locked, corrupt, missing,
    closed, busy, unreachable, schema or failed.
    """

    def __init__(self, message: str, fault: str = "failed") -> None:
        super().__init__(message)
        self.fault = fault


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


class Inbox(Protocol):
    """What collect needs."""

    async def append(self, ping: InboxPing) -> None:
        """Keep a ping. Returns once it is on disk and survives `kill -9`."""
        ...

    async def check_writable(self, now: int) -> None:
        """Commit a mark; raises StoreError where the store can't take pings."""
        ...


class Store(Inbox, TokenVault, Connections, Insights, Shelf, Protocol):
    """All of it."""

    async def fold(self, limit: int, folding: Folding, now: int, settle_ms: int) -> FoldReport:
        """Take up to `limit` inbox rows into plays and outbox, in one transaction."""
        ...

    async def close_quiet(self, limit: int, folding: Folding, now: int) -> FoldReport:
        """Close plays whose silence is over; their attention spans become due.

        One that can't be closed is left without, and counted as unfoldable.
        """
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

    async def depths(self, now: int, most: int | None = None) -> Depths:
        """What stands where. `most`: where counting ends; None: nowhere."""
        ...

    async def outbox_list(self, status: Status | None, limit: int) -> list[OutboxEntry]:
        """Newest first."""
        ...

    async def outbox_show(self, event_id: int) -> OutboxEntry | None:
        """One event."""
        ...

    async def outbox_requeue(self, event_ids: Sequence[int], now: int) -> int:
        """Make rejected, unattributed or discarded events due again."""
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

    async def forget(
        self,
        *,
        utk: str | None,
        contact_id: int | None,
        progress: OnProgress = lambda _looked: None,
    ) -> int:
        """Erase a visitor everywhere; returns how many plays and waiting pings went.

        `progress`: told how many waiting pings were looked through so far; from any thread.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the files."""
        ...


class StoreFactory(Protocol):
    """How bootstrap opens an engine; `mode` decides who may be sent to from the start."""

    async def __call__(self, url: str, mode: IdentityMode) -> Store:
        """Open, migrate, and hand over."""
        ...
