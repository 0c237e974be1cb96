"""The embedded engine: a file, one thread that writes to it and one that reads."""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.store.errors import StoreError
from app.store.group_commit import OnCommit
from app.store.policy import StorePolicy
from app.store.records import InboxPing
from app.store.sqlite import files
from app.store.sqlite.threads import Connect, Reader, Writer
from app.store.store import Store
from app.store.tx import Engine, Notice, Transaction, Tx

T = TypeVar("T")


async def open_sqlite(
    url: str,
    policy: StorePolicy,
    on_commit: OnCommit = lambda _rows, _seconds: None,
    account: str = "",
) -> Store:
    """Create what is missing, migrate, and start the threads. Raises StoreError.

    `account`: its name, if several share the URL; each has its own file. `connect`: replaces
    `files.connect`.
    """
    path = files.path_of(url, account)
    await asyncio.get_running_loop().run_in_executor(None, files.prepare, path)
    return Store(SqliteDatabase(path, on_commit), policy)


class SqliteDatabase:
    """See `store.tx.Database`. `connect`: in place of `files.connect`."""

    engine: Engine = "sqlite"

    def __init__(self, path: Path, on_commit: OnCommit, connect: Connect | None = None) -> None:
        make = connect or partial(files.connect, path)
        self._writer = Writer(make, str(path), on_commit)
        self._reader = Reader(make, str(path))
        self._lock = files.DeliveryLock(path)

    async def write(self, work: Transaction[T]) -> T:
        """Run it within the next group commit; if it fails, the others still commit."""
        return await self._writer.group.run(work)

    async def read(self, work: Transaction[T]) -> T:
        return await self._reader.run(work)

    def append(self, ping: InboxPing) -> Awaitable[None]:
        return self._writer.group.append(ping)

    async def verify(self) -> None:
        """Check with a large value: pings may still fit when the rows that they become do not."""
        if self._writer.damaged:
            await self._reader.run(_check_file)
            self._writer.damaged = False

    async def compare_clocks(self) -> None:
        """Nothing: only this process counts permits."""

    def notify(self, notice: Notice) -> None:
        """Nothing: no other process can hold it."""

    def take_delivery(self) -> bool:
        """Hold the lock of the one process that delivers from this file."""
        self._lock.acquire()
        return True

    def exclusive(self, purpose: str) -> AbstractAsyncContextManager[None]:  # noqa: ARG002 - the protocol's
        """Nothing: only one process delivers from a file."""
        return nullcontext()

    async def close(self) -> None:
        # The writer last: only it can move the write-ahead log into the database file.
        await self._reader.close()
        await self._writer.close()
        self._lock.release()


async def _check_file(tx: Tx) -> None:
    """Read every page; StoreError if one of them is damaged."""
    found = await tx.value("PRAGMA quick_check(1)")
    if found != "ok":
        raise StoreError(
            f"the store is damaged: restore a backup ({found.splitlines()[0]})", "corrupt"
        )
