"""A store that lives in real time, for a relay whose time is virtual: each call blocks the loop.

Meanwhile the virtual time stands still; then it passes as with the store's own threads.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

from app.config import Settings
from app.runtime.environment import OpenDatabase
from app.store.interface import Store
from app.store.postgres.engine import open_postgres
from tests.simulation.clock import COMMIT_SECONDS


class RealTimeStore:
    """Looks like the store that `opening` opens; that has a thread and an event loop of its own."""

    def __init__(self, opening: Coroutine[Any, Any, Store]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="real-time-store", daemon=True
        )
        self._thread.start()
        try:
            self._store = self._done(opening)
        except BaseException:
            self._end()
            raise

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return partial(self._call, name)

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """As the store's own."""
        inside = self._store.exclusive()
        self._done(inside.__aenter__())
        try:
            yield
        finally:
            self._done(inside.__aexit__(None, None, None))

    async def close(self) -> None:
        """Close it, and end its thread."""
        self._done(self._store.close())
        self._end()

    async def _call(self, name: str, *given: object, **named: object) -> Any:
        result = self._done(getattr(self._store, name)(*given, **named))
        await asyncio.sleep(COMMIT_SECONDS)
        return result

    def _done(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def postgres_at(url: str, name: str) -> OpenDatabase:
    """Opens the store of that name on that PostgreSQL."""

    async def opened(settings: Settings, *_others: Any) -> Store:
        return cast("Store", RealTimeStore(open_postgres(url, settings.identity, account=name)))

    return opened
