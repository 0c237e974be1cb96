"""Does in the store what becomes due with time, in small rounds."""

import asyncio
from collections.abc import Callable

import structlog

from app.runtime.notifier import Notifier, wait_for
from app.store.errors import StoreError
from app.store.pipeline import Inbox, Maintenance
from app.telemetry.metrics import Metrics

ROWS = 500

_log = structlog.get_logger(__name__)


class MaintenanceWorker:
    """Ends leases and waits, gives up events without a contact, and deletes what is old."""

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

    async def run(self, stop: asyncio.Event) -> None:
        """Maintain the store until told to stop."""
        troubled = False
        while not stop.is_set():
            full = False
            try:
                if troubled:
                    # Not at once: holders of expired leases still wait to record their answers.
                    await self._inbox.check_writable(self._clock())
                else:
                    full = await self.step()
                troubled = False
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                troubled = True
            await wait_for(stop, 0.1 if full else self._idle_seconds)

    async def step(self) -> bool:
        """One round; True if there is more to do at once."""
        done = await self._store.maintain(self._clock(), ROWS)
        if done.leases_expired or done.woken:
            self._due.notify()
        if done.leases_expired:
            self._metrics.interrupted.inc(done.leases_expired)
        if done.unattributed:
            self._metrics.unattributed.inc(done.unattributed)
            _log.info("events_unattributed", count=done.unattributed)
        return max(done.leases_expired, done.woken, done.unattributed, done.pruned) >= ROWS
