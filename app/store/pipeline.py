"""The parts of the store for the workers: a ping's path from the inbox to HubSpot.

Times are milliseconds since the epoch and always come from the caller. Every method that returns
has committed at the engine's full durability; every method may raise StoreError.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from app.domain.outcome import AccountUpdate, Outcome
from app.domain.timestamps import DAY_MS
from app.store.policy import StorePolicy
from app.store.records import (
    Claim,
    FoldReport,
    FoldRules,
    InboxPing,
    Job,
    LookupClaim,
    MaintenanceReport,
    Permit,
    StoreUsage,
)
from app.store.transactions import (
    claims,
    closing,
    destinations,
    figure_traits,
    folding,
    future,
    heartbeat,
    lookups,
    maintenance,
    permits,
    settling,
    usage,
)
from app.store.tx import Database, Part

DAYS_OPEN = 1
"""The most recent days that are not summed up yet, because many of their plays may still grow."""

SLOWER = 10
"""The cost of summing up a day's plays with the same traits, in units of one other row."""


class PolicyPart(Part):
    """A part of the store that decides by its policy."""

    def __init__(self, database: Database, policy: StorePolicy) -> None:
        super().__init__(database)
        self._policy = policy


class Inbox(Part):
    """Pings that were accepted and are not folded yet."""

    async def append(self, ping: InboxPing) -> None:
        """Append a ping. Returns once it is on disk and survives `kill -9`."""
        await self._database.append(ping)

    async def check_writable(self, now: int) -> None:
        """Commit a mark; raises StoreError if the store can't accept pings."""
        await self._write(heartbeat.beat, now)
        await self._database.verify()


class Folding(PolicyPart):
    """Turns pings into plays, and plays into events."""

    async def fold(self, limit: int, rules: FoldRules, now: int) -> FoldReport:
        """Fold up to `limit` inbox rows into plays and outbox, in one transaction.

        It takes fewer if they are large: the report says whether there may be more.
        """
        report = await self._write(folding.fold_inbox, self._policy, limit, rules, now)
        if report.events:
            self._database.notify("due")
        return report

    async def close_quiet(self, limit: int, rules: FoldRules, now: int) -> FoldReport:
        """Close plays whose silence is over; their attention spans become due.

        A play that can't be closed is left as it is, and counted as unfoldable.
        """
        report = await self._write(closing.close_quiet, self._policy, limit, rules, now)
        if report.events:
            self._database.notify("due")
        return report


class Outbox(PolicyPart):
    """Events to send."""

    async def claim(self, now: int, lease_ms: int) -> Claim:
        """Lease the next due event with a permit, in order within a play.

        Events of the last minutes go before older ones, except for one in ten permits.
        """
        return await self._write(claims.claim, self._policy, now, lease_ms)

    async def settle(self, job: Job, outcome: Outcome, update: AccountUpdate, now: int) -> None:
        """Settle a job with its outcome, and return its permit to the window."""
        await self._write(settling.settle, self._policy, job, outcome, update, now)

    async def release(
        self, job: Job, now: int, *, sent: bool, wait: str = "", until: int | None = None
    ) -> None:
        """Release a job without an outcome: due at once, or waiting for the given reason (`until`).

        `sent`: its request may have reached HubSpot, so its permit stays used.
        """
        await self._write(
            settling.release, self._policy, job, now, sent=sent, wait=wait, until=until
        )


class Lookups(PolicyPart):
    """Usertokens to look up at HubSpot."""

    async def claim(self, now: int, limit: int, lease_ms: int) -> LookupClaim:
        """Take the usertokens that are due to be looked up, with a permit.

        A request is made once one of them can wait no longer or `limit` are gathered. Repeated
        look-ups of strangers give way to due events, for an hour at most.
        """
        return await self._write(lookups.claim_lookup, self._policy.quota, now, limit, lease_ms)

    async def settle(
        self,
        permit: int,
        answers: Mapping[str, int | None],
        ask_again: Mapping[str, int],
        update: AccountUpdate,
        now: int,
    ) -> int:
        """Save HubSpot's answers and release the events that waited for them; returns how many.

        `answers`: contact id, or None for a stranger. `ask_again`: when to look up next.
        """
        released = await self._write(
            lookups.settle_lookup, self._policy.quota, permit, answers, ask_again, update, now
        )
        if released:
            self._database.notify("due")
        return released


class Permits(PolicyPart):
    """Permits for requests other than events and look-ups."""

    async def take(self, now: int, lease_ms: int, spare: int) -> Permit:
        """A permit, if more than `spare` remain for events."""
        quota = self._policy.quota
        return await self._write(permits.take_spare_permit, quota, now, lease_ms, spare)

    async def settle(self, permit: int, update: AccountUpdate, now: int) -> None:
        """Return the permit: the request was answered, or will not be."""
        await self._write(permits.settle_permit, self._policy.quota, permit, update, now)


class Maintenance(PolicyPart):
    """Periodic work, and what must be repaired at a start."""

    async def maintain(self, now: int, limit: int, stepped: int = 0) -> MaintenanceReport:
        """Expire leases, end waits, give events up, delete old rows: `limit` rows each.

        Before that, times that a wrong clock left in the future are corrected. `stepped`: ms by
        which the caller's clock has stepped since the last round.
        """
        await self._database.compare_clocks()
        back = await self._write(future.bring_back, self._policy, now, limit, stepped)
        done = await self._write(maintenance.maintain, self._policy.retention, now, limit)
        await self._write(figure_traits.sum_days, now // DAY_MS - DAYS_OPEN, limit // SLOWER)
        report = replace(done, brought_back=back)
        if report.leases_expired or report.woken or back:
            self._database.notify("due")
        return report

    async def end_lookups(self, now: int, limit: int) -> int:
        """Make due what waits for a look-up, if usertokens are sent as is; returns how many."""
        if self._policy.identity != "passthrough":
            return 0
        ended = await self._write(maintenance.end_lookups, now, limit)
        if ended:
            self._database.notify("due")
        return ended

    async def discard_others(self, now: int, limit: int) -> int:
        """Discard what waits for destinations that are turned off; returns how many events."""
        return await self._write(destinations.discard_others, self._policy.destinations, now, limit)

    def hold_delivery(self) -> None:
        """Keep others from delivering from an SQLite file; StoreError if one already does."""
        self._database.take_delivery()

    async def recover_in_flight(self, now: int) -> int:
        """Make due what a dead process was sending; returns how many events.

        If several processes may deliver, these events wait for the end of their leases instead.
        """
        if not self._database.take_delivery():
            return 0
        return await self._write(maintenance.recover_in_flight, self._policy.quota, now)

    async def usage(self, most_unproven: int) -> StoreUsage:
        """The size of the store; events of unproven visitors are counted up to so many."""
        return await self._read(usage.usage, self._database.engine, most_unproven)

    async def known_visitors(self, utks: list[str]) -> set[str]:
        """The usertokens that belong to a contact, as far as HubSpot has said."""
        return await self._read(usage.known_visitors, utks)

    async def clear_operator_pause(self) -> None:
        """End a pause that only a person can end: the cause may be fixed since the restart."""
        await self._write(permits.clear_operator_pause)
