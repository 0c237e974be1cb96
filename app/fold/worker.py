"""Folds the inbox in small transactions as pings arrive, and closes plays that fell silent."""

import asyncio
import time
from collections.abc import Callable

import structlog

from app.fold.pace import Pace
from app.runtime.notifier import Notifier, wait_for
from app.store.errors import StoreError
from app.store.pipeline import Folding
from app.store.records import FoldReport, FoldRules
from app.telemetry.metrics import Metrics

BATCH = 100
"""Inbox rows per transaction: few, so that a fold does not delay acknowledgements."""

GATHER_SECONDS = 0.05
"""Pings of one session arrive close together: folded in one batch, they cost one write."""

TROUBLE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class FoldWorker:
    """Runs until `stop` is set. Notifies `due` when there are new events to send."""

    def __init__(
        self,
        store: Folding,
        rules: FoldRules,
        *,
        clock: Callable[[], int],
        pings: Notifier,
        due: Notifier,
        metrics: Metrics,
        idle_seconds: float,
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._pings = pings
        self._due = due
        self._metrics = metrics
        self._idle_seconds = idle_seconds
        self._pace = Pace(lambda: metrics.pings.counts["accepted"])

    async def run(self, stop: asyncio.Event) -> None:
        """Fold what arrives until `stop` is set; the rest stays on disk."""
        while not stop.is_set():
            event, began = self._pings.next_event(), time.monotonic()
            try:
                report = await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("fold_waits_for_store", fault=error.fault, advice=str(error))
                await wait_for(stop, TROUBLE_SECONDS)
                continue
            if report.full:
                await self._pace.rest(time.monotonic() - began)
            else:
                await wait_for(event, self._idle_seconds)
                await wait_for(stop, GATHER_SECONDS)

    async def step(self) -> FoldReport:
        """Fold one batch of the inbox and close one batch of silent plays."""
        now = self._clock()
        folded = await self._store.fold(BATCH, self._rules, now)
        closed = await self._store.close_quiet(BATCH, self._rules, now)
        self._count(folded)
        if closed.unfoldable:
            _log.error("plays_not_closed", count=closed.unfoldable)
        if folded.events or closed.events:
            self._metrics.events.inc(folded.events + closed.events)
        if folded.events or closed.events or folded.hurried:
            self._due.notify()
        return folded.plus(closed)

    def _count(self, report: FoldReport) -> None:
        self._metrics.folded.inc(report.rows)
        if report.unfoldable:
            self._metrics.quarantined.inc(report.unfoldable)
            _log.error("pings_quarantined", count=report.unfoldable)
