"""What time alone does to the store, a small round at a time."""

import asyncio
from collections.abc import Callable

import structlog

from app.bell import Bell, heard
from app.store.interface import Store, StoreError
from app.store.values import Retention
from app.telemetry.metrics import Metrics

ROUND_SECONDS = 5.0
ROWS = 500

_log = structlog.get_logger(__name__)


class UpkeepWorker:
    """Ends leases and waits, gives strangers up, prunes; every few seconds, a bounded round."""

    def __init__(
        self,
        store: Store,
        retention: Retention,
        clock: Callable[[], int],
        due: Bell,
        metrics: Metrics,
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock
        self._due = due
        self._metrics = metrics
        self._round_seconds = round_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Tend the store until told to stop."""
        troubled = False
        while not stop.is_set():
            full = False
            try:
                if troubled:
                    # Not at once: leases have ended whose holders wait to write down the answers.
                    await self._store.check_writable(self._clock())
                else:
                    full = await self.step()
                troubled = False
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                troubled = True
            await heard(stop, 0.1 if full else self._round_seconds)

    async def step(self) -> bool:
        """One round; True if there is more to do at once."""
        done = await self._store.tend(self._clock(), self._retention, ROWS)
        if done.leases_expired or done.woken:
            self._due.ring()
        if done.leases_expired:
            self._metrics.interrupted.inc(done.leases_expired)
        if done.unattributed:
            self._metrics.unattributed.inc(done.unattributed)
            _log.info("events_unattributed", count=done.unattributed)
        return max(done.leases_expired, done.woken, done.unattributed, done.pruned) >= ROWS
