"""The two threads of SQLite: one that commits, one that reads."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from app.store.errors import StoreError
from app.store.group_commit import INBOX_COLUMNS, GroupCommit, InboxRow, OnCommit
from app.store.sqlite import tx
from app.store.sqlite.faults import store_error
from app.store.sqlite.files import FileId, expect_in_place, file_id
from app.store.tx import Transaction

T = TypeVar("T")

Connect = Callable[[], sqlite3.Connection]

MOST_ROWS = 128
"""Pings in one statement that appends them."""


class Writer:
    """The only connection that writes.

    `damaged`: a damaged page was found, and the file was not checked since.
    """

    def __init__(self, connect: Connect, path: str, on_commit: OnCommit) -> None:
        self._connect = connect
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._db: sqlite3.Connection | None = None
        self._file: FileId | None = None
        self._loop = asyncio.get_running_loop()
        self.group = GroupCommit(self._commit, on_commit)
        self.damaged = False

    async def close(self) -> None:
        """Commit what was queued, then close the connection."""
        await self.group.close()
        await self._loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    async def _commit(self, rows: list[InboxRow], works: list[Transaction[Any]]) -> list[Any]:
        return await self._loop.run_in_executor(self._thread, self._transaction, rows, works)

    def _transaction(self, rows: list[InboxRow], works: list[Transaction[Any]]) -> list[Any]:
        """On the writer thread: everything in one transaction, or a StoreError and nothing."""
        try:
            if self._db is None:
                self._db, self._file = self._connect(), file_id(self._path)
            expect_in_place(self._path, self._file)
            self._db.execute("BEGIN IMMEDIATE")
            _append(self._db, rows)
            results = [self._guarded(self._db, work) for work in works]
            self._db.execute("COMMIT")
            expect_in_place(self._path, self._file)
        except sqlite3.Error as error:
            self._reconnect_after(error)
            fault = store_error(error, self._path)
            self.damaged |= fault.fault == "corrupt"
            raise fault from error
        faults = [result.fault for result in results if isinstance(result, StoreError)]
        if faults:  # perhaps only this connection: opened while the disk was read-only
            self._disconnect()
        self.damaged |= "corrupt" in faults
        return results

    def _guarded(self, db: sqlite3.Connection, work: Transaction[Any]) -> Any:
        """The work's result or its exception, inside its own savepoint."""
        db.execute("SAVEPOINT work")
        try:
            result = tx.run(work, db)
        except Exception as error:
            if not db.in_transaction:  # a full disk ends the whole transaction, not the savepoint
                raise
            db.execute("ROLLBACK TO work")
            result = store_error(error, self._path) if isinstance(error, sqlite3.Error) else error
        db.execute("RELEASE work")
        return result

    def _reconnect_after(self, error: sqlite3.Error) -> None:
        """Roll back; after damage or a vanished file the next transaction gets a new connection."""
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


def _append(db: sqlite3.Connection, rows: list[InboxRow]) -> None:
    """Append pings in few statements, with few different row counts, so that few are prepared.

    Each statement releases the interpreter's lock to a busy event loop, and has to get it back.
    """
    done = 0
    while left := len(rows) - done:
        count = min(1 << (left.bit_length() - 1), MOST_ROWS)
        db.execute(_insert(count), [*chain.from_iterable(rows[done : done + count])])
        done += count


@cache
def _insert(count: int) -> str:
    values = ", ".join(["(?, ?, ?, ?)"] * count)
    return f"INSERT INTO inbox ({', '.join(INBOX_COLUMNS)}) VALUES {values}"  # noqa: S608 - our names


class Reader:
    """A second connection for reads, so that reading never delays a commit."""

    def __init__(self, connect: Connect, path: str) -> None:
        self._connect = connect
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Transaction[T]) -> T:
        """Run `work` on the reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    def _read(self, work: Transaction[T]) -> T:
        try:
            if self._db is None:
                self._db = self._connect()
                self._db.execute("PRAGMA query_only = ON")
            return tx.run(work, self._db)
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
