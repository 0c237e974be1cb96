"""Does periodic work in the store, in small rounds."""

import asyncio
from collections.abc import Callable

import structlog

from app.runtime.notifier import Notifier, wait_for
from app.store.errors import StoreError
from app.store.pipeline import Inbox, Maintenance
from app.telemetry.metrics import Metrics

ROWS = 500

STEP_MS = 1_000
"""If the wall clock deviates from elapsed time by more than this, it has stepped."""

KEEP_TIME = "synchronize the clock of this machine (NTP)"

_log = structlog.get_logger(__name__)


class MaintenanceWorker:
    """Ends leases and waits, gives up events without a contact, and deletes old data."""

    def __init__(
        self,
        store: Maintenance,
        inbox: Inbox,
        clock: Callable[[], int],
        due: Notifier,
        metrics: Metrics,
        idle_seconds: float,
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._clock = clock
        self._due = due
        self._metrics = metrics
        self._idle_seconds = idle_seconds
        self._last: tuple[int, float] | None = None
        self._lookups_ended = False
        self._others_discarded = False

    async def run(self, stop: asyncio.Event) -> None:
        """Maintain the store until `stop` is set."""
        troubled = False
        while not stop.is_set():
            full = False
            try:
                if troubled:
                    # Not at once: holders of expired leases may still be recording their answers.
                    await self._inbox.check_writable(self._clock())
                else:
                    full = await self.step()
                troubled = False
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                troubled = True
            await wait_for(stop, 0.1 if full else self._idle_seconds)

    async def step(self) -> bool:
        """Do one round; True if there is more to do at once."""
        now, stepped = self._time()
        if abs(stepped) > STEP_MS:
            _log.warning("clock_stepped", seconds=round(stepped / 1000), advice=KEEP_TIME)
        ended = await self._end_lookups(now) + await self._discard_others(now)
        done = await self._store.maintain(now, ROWS, stepped)
        if done.brought_back:
            _log.warning("times_brought_back", count=done.brought_back, advice=KEEP_TIME)
        if done.leases_expired or done.woken or done.brought_back or ended:
            self._due.notify()
        if done.leases_expired:
            self._metrics.interrupted.inc(done.leases_expired)
        if done.unattributed:
            self._metrics.unattributed.inc(done.unattributed)
            _log.info("events_unattributed", count=done.unattributed)
        return max(done.leases_expired, done.woken, done.unattributed, done.pruned, ended) >= ROWS

    async def _end_lookups(self, now: int) -> int:
        """Run once per start, because look-ups are a setting; returns how many events."""
        if self._lookups_ended:
            return 0
        ended = await self._store.end_lookups(now, ROWS)
        self._lookups_ended = ended < ROWS
        return ended

    async def _discard_others(self, now: int) -> int:
        """Run once per start, because destinations are a setting; returns how many events."""
        if self._others_discarded:
            return 0
        discarded = await self._store.discard_others(now, ROWS)
        self._others_discarded = discarded < ROWS
        if discarded:
            _log.warning(
                "destination_off",
                count=discarded,
                advice="playrelay outbox requeue, once the destination is on again",
            )
        return discarded

    def _time(self) -> tuple[int, int]:
        """The time, and by how many ms the wall clock has stepped since the last round."""
        now, elapsed = self._clock(), asyncio.get_running_loop().time()
        last, self._last = self._last or (now, elapsed), (now, elapsed)
        return now, now - last[0] - round(1000 * (elapsed - last[1]))
