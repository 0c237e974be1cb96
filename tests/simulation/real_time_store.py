"""A store that lives in real time, for a relay whose time is virtual: each call blocks the loop.

Meanwhile the virtual time stands still; then it passes as with the store's own threads.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from app.config import Settings
from app.runtime.environment import OpenDatabase
from app.runtime.policies import store_policy_of
from app.store.postgres.database import open_postgres
from app.store.records import InboxPing
from app.store.store import Store
from app.store.tx import Notice, Transaction
from tests.simulation.clock import COMMIT_SECONDS
from tests.store.setting import on

T = TypeVar("T")


class RealTimeDatabase:
    """The database of the store that `opening` opens, on a thread and event loop of its own."""

    def __init__(self, opening: Coroutine[Any, Any, Store]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="real-time-store", daemon=True
        )
        self._thread.start()
        try:
            self.opened = self._done(opening)
        except BaseException:
            self._end()
            raise
        self._database = self.opened._database
        self.engine = self._database.engine

    async def write(self, work: Transaction[T]) -> T:
        """See `Database`."""
        return await self._slow(self._database.write(work))

    async def read(self, work: Transaction[T]) -> T:
        """See `Database`."""
        return await self._slow(self._database.read(work))

    async def append(self, ping: InboxPing) -> None:
        """See `Database`."""

        async def appended() -> None:
            await self._database.append(ping)

        await self._slow(appended())

    async def verify(self) -> None:
        """See `Database`."""
        await self._slow(self._database.verify())

    async def compare_clocks(self) -> None:
        """See `Database`."""
        await self._slow(self._database.compare_clocks())

    def notify(self, notice: Notice) -> None:
        """See `Database`."""
        self._loop.call_soon_threadsafe(self._database.notify, notice)

    def take_delivery(self) -> bool:
        """See `Database`."""
        return self._database.take_delivery()

    @asynccontextmanager
    async def exclusive(self, purpose: str) -> AsyncIterator[None]:
        """See `Database`."""
        inside = self._database.exclusive(purpose)
        self._done(inside.__aenter__())
        try:
            yield
        finally:
            self._done(inside.__aexit__(None, None, None))

    async def close(self) -> None:
        """Close it, and end its thread."""
        self._done(self._database.close())
        self._end()

    async def _slow(self, work: Coroutine[Any, Any, T]) -> T:
        result = self._done(work)
        await asyncio.sleep(COMMIT_SECONDS)
        return result

    def _done(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def postgres_at(url: str, name: str) -> OpenDatabase:
    """Opens the store of that name on that PostgreSQL."""

    async def opened(settings: Settings, *_others: Any) -> Store:
        real = RealTimeDatabase(open_postgres(url, store_policy_of(settings), account=name))
        return on(real.opened, real)

    return opened
