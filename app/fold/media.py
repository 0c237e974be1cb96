"""Loads each new snapshot of HubSpot's media, whichever process saved it, for the fold."""

import asyncio
from collections.abc import Callable

import structlog

from app.domain.known import KnownMedia
from app.runtime.notifier import wait_for
from app.store.account import MediaIndex
from app.store.errors import StoreError
from app.store.records import MediaSnapshot
from app.telemetry.metrics import Metrics

_log = structlog.get_logger(__name__)


class MediaRefresher:
    """Runs until `stop` is set. `use`: called with the media of each new snapshot.

    `idle_seconds`: the time between two checks. Snapshots are rare: a person saves them from
    another process.
    """

    def __init__(
        self,
        store: MediaIndex,
        use: Callable[[KnownMedia], None],
        metrics: Metrics,
        idle_seconds: float,
    ) -> None:
        self._store = store
        self._use = use
        self._metrics = metrics
        self._idle_seconds = idle_seconds
        self._seen = MediaSnapshot()

    async def run(self, stop: asyncio.Event) -> None:
        """Check for a new snapshot again and again."""
        while not stop.is_set():
            try:
                await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("waits_for_store", worker="media", fault=error.fault)
            await wait_for(stop, self._idle_seconds)

    async def step(self) -> None:
        """Load the snapshot if it is new. Raises StoreError."""
        snapshot = await self._store.snapshot()
        if snapshot != self._seen:
            media = await self._store.known_media()
            self._use(KnownMedia.of(media))
            self._seen = snapshot
            _log.info("media_known", count=len(media))
