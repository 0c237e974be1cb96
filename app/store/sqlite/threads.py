"""The two threads of the SQLite engine: one that commits, one that reads.

Group commit: whatever gathers while one transaction is being written goes into the next, which
starts as soon as the last has ended. Nobody is woken before the disk has confirmed.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from app.store.interface import StoreError
from app.store.rules import MAX_ROWS_A_COMMIT, MAX_WAITING_BYTES
from app.store.sqlite.faults import store_error
from app.store.sqlite.files import FileId, expect_in_place, file_id

T = TypeVar("T")

Connect = Callable[[], sqlite3.Connection]
Work = Callable[[sqlite3.Connection], Any]
CommitObserver = Callable[[int, float], None]
"""Called after each commit with the rows appended and the seconds it took."""

Append = tuple[int, str | None, bytes, str]
APPEND = "INSERT INTO inbox (received_at, referer, body, site) VALUES (?, ?, ?, ?)"


class Writer:
    """The one connection that writes, and the queue in front of it.

    `damaged`: a page that could not be understood was met, and nobody has looked at all since.
    """

    def __init__(self, connect: Connect, path: str, observe: CommitObserver) -> None:
        self._connect = connect
        self._path = path
        self._observe = observe
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._db: sqlite3.Connection | None = None
        self._file: FileId | None = None
        self._rows: list[Append] = []
        self._row_waiters: list[asyncio.Future[None]] = []
        self._works: list[tuple[Work, asyncio.Future[Any]]] = []
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._closing = False
        self.damaged = False
        # Kept, because asking for it costs a system call a time on Python 3.11.
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._commit_forever(), name="store-writer")

    def append(self, row: Append) -> asyncio.Future[None]:
        """Queue an inbox row; the future is done once it is on disk. StoreError when full."""
        size = len(row[2])
        if self._waiting_bytes + size > MAX_WAITING_BYTES:
            raise StoreError("the store can't keep up with what arrives: try again soon", "busy")
        self._expect_open()
        self._waiting_bytes += size
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._rows.append(row)
        self._row_waiters.append(waiter)
        self._arrived.set()
        return waiter

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` inside the next transaction; its own failure leaves the others alone."""
        self._expect_open()
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._works.append((work, waiter))
        self._arrived.set()
        return await waiter

    async def close(self) -> None:
        """Commit what was queued, then close the connection."""
        self._closing = True
        self._arrived.set()
        await self._task
        await self._loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _expect_open(self) -> None:
        if self._closing:
            raise StoreError("the store is closed", "closed")

    async def _commit_forever(self) -> None:
        while True:
            await self._arrived.wait()
            rows, self._rows = self._rows[:MAX_ROWS_A_COMMIT], self._rows[MAX_ROWS_A_COMMIT:]
            row_waiters = self._row_waiters[: len(rows)]
            self._row_waiters = self._row_waiters[len(rows) :]
            works, self._works = self._works, []
            if not self._rows:
                self._arrived.clear()
            if not rows and not works:
                if self._closing:
                    return
                continue
            began = time.perf_counter()
            try:
                results = await self._loop.run_in_executor(
                    self._thread, self._transaction, rows, [work for work, _ in works]
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                fault = error if isinstance(error, StoreError) else StoreError(repr(error))
                _fail([*row_waiters, *(waiter for _, waiter in works)], fault)
            else:
                _settle(row_waiters, [None] * len(rows))
                _settle([waiter for _, waiter in works], results)
                self._observe(len(rows), time.perf_counter() - began)
            self._waiting_bytes -= sum(len(row[2]) for row in rows)
            if self._closing:
                self._arrived.set()

    def _transaction(self, rows: list[Append], works: list[Work]) -> list[Any]:
        """On the writer thread: everything in one transaction, or a StoreError and nothing."""
        try:
            if self._db is None:
                self._db, self._file = self._connect(), file_id(self._path)
            expect_in_place(self._path, self._file)
            self._db.execute("BEGIN IMMEDIATE")
            if rows:
                self._db.executemany(APPEND, rows)
            results = [self._guarded(self._db, work) for work in works]
            self._db.execute("COMMIT")
            expect_in_place(self._path, self._file)
        except sqlite3.Error as error:
            self._reconnect_after(error)
            fault = store_error(error, self._path)
            self.damaged |= fault.fault == "corrupt"
            raise fault from error
        faults = [result.fault for result in results if isinstance(result, StoreError)]
        if faults:  # perhaps the connection's own: opened while the disk was read-only
            self._disconnect()
        self.damaged |= "corrupt" in faults
        return results

    def _guarded(self, db: sqlite3.Connection, work: Work) -> Any:
        """The work's result or its exception, behind a savepoint of its own."""
        db.execute("SAVEPOINT work")
        try:
            result = work(db)
        except Exception as error:
            if not db.in_transaction:  # a full disk ends the whole transaction, not the savepoint
                raise
            db.execute("ROLLBACK TO work")
            result = store_error(error, self._path) if isinstance(error, sqlite3.Error) else error
        db.execute("RELEASE work")
        return result

    def _reconnect_after(self, error: sqlite3.Error) -> None:
        """Roll back; a damaged or vanished file gets a fresh connection the next time."""
        if self._db is None:
            return
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        if store_error(error, self._path).fault != "locked":
            self._disconnect()

    def _disconnect(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None


class Reader:
    """A connection of its own for what only looks, so that looking never delays a commit."""

    def __init__(self, connect: Connect, path: str) -> None:
        self._connect = connect
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._db: sqlite3.Connection | None = None

    def run(self, work: Callable[[sqlite3.Connection], T]) -> Coroutine[Any, Any, T]:
        """Do `work` on the reader thread."""
        return self._run(work)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._db is None:
                self._db = self._connect()
                self._db.execute("PRAGMA query_only = ON")
            return work(self._db)
        except sqlite3.Error as error:
            self._disconnect()
            raise store_error(error, self._path) from error

    def _disconnect(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)


def _settle(waiters: list[asyncio.Future[Any]], results: list[Any]) -> None:
    for waiter, result in zip(waiters, results, strict=True):
        if waiter.done():  # its request went away meanwhile
            continue
        if isinstance(result, Exception):
            waiter.set_exception(result)
        else:
            waiter.set_result(result)


def _fail(waiters: list[asyncio.Future[Any]], error: StoreError) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error)
