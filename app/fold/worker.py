"""The loop around the fold: wake, take what is there in small transactions, close silent plays."""

import asyncio
from collections.abc import Callable

import structlog

from app.bell import Bell, heard
from app.store.interface import Folding, Store, StoreError
from app.store.values import FoldReport
from app.telemetry.metrics import Metrics

BATCH = 100
"""Rows a transaction: small, so that a fold never holds up an acknowledgement for long."""

GATHER_SECONDS = 0.05
"""Pings of one session come close together; folding them at once costs one write."""

IDLE_SECONDS = 1.0
TROUBLE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class FoldWorker:
    """Runs until `stop` is set. Rings `delivery` when there are new events to send."""

    def __init__(
        self,
        store: Store,
        folding: Folding,
        *,
        settle_ms: int,
        clock: Callable[[], int],
        pings: Bell,
        delivery: Bell,
        metrics: Metrics,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._store = store
        self._folding = folding
        self._settle_ms = settle_ms
        self._clock = clock
        self._pings = pings
        self._delivery = delivery
        self._metrics = metrics
        self._idle_seconds = idle_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Fold whatever comes, until told to stop; what is left waits on disk."""
        while not stop.is_set():
            ring = self._pings.listen()
            try:
                rows = await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("fold_waits_for_store", fault=error.fault, advice=str(error))
                await heard(stop, TROUBLE_SECONDS)
                continue
            if rows < BATCH:
                await heard(ring, self._idle_seconds)
                await heard(stop, GATHER_SECONDS)

    async def step(self) -> int:
        """One batch of the inbox and one of silent plays; returns the rows taken."""
        now = self._clock()
        folded = await self._store.fold(BATCH, self._folding, now, self._settle_ms)
        closed = await self._store.close_quiet(BATCH, self._folding, now)
        self._count(folded)
        if closed.unfoldable:
            _log.error("plays_not_closed", count=closed.unfoldable)
        if folded.events or closed.events:
            self._metrics.events.inc(folded.events + closed.events)
            self._delivery.ring()
        return max(folded.rows, closed.plays)

    def _count(self, report: FoldReport) -> None:
        self._metrics.folded.inc(report.rows)
        if report.unfoldable:
            self._metrics.quarantined.inc(report.unfoldable)
            _log.error("pings_quarantined", count=report.unfoldable)
