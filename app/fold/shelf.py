"""Takes up a new listing of HubSpot's media, whoever made it, for the fold to use."""

import asyncio
from collections.abc import Callable

import structlog

from app.bell import heard
from app.domain.known import KnownMedia
from app.store.interface import StoreError
from app.store.shelf import Listing, Shelf
from app.telemetry.metrics import Metrics

LOOK_SECONDS = 5.0
"""Between two looks: a listing is made by hand, seldom, and in another process."""

_log = structlog.get_logger(__name__)


class ShelfWorker:
    """Runs until `stop` is set. `know`: whom to tell."""

    def __init__(self, store: Shelf, know: Callable[[KnownMedia], None], metrics: Metrics) -> None:
        self._store = store
        self._know = know
        self._metrics = metrics
        self._seen = Listing()

    async def run(self, stop: asyncio.Event) -> None:
        """Look, and look again."""
        while not stop.is_set():
            try:
                await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("waits_for_store", worker="shelf", fault=error.fault)
            await heard(stop, LOOK_SECONDS)

    async def step(self) -> None:
        """Take up the listing, if it is news. Raises StoreError."""
        listing = await self._store.listing()
        if listing != self._seen:
            media = await self._store.known_media()
            self._know(KnownMedia.of(media))
            self._seen = listing
            _log.info("media_known", count=len(media))
