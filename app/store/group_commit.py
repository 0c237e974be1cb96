"""Group commit: everything that is queued while one transaction is written joins the next.

The next transaction starts as soon as the last has ended. Callers are notified only after the
engine has confirmed that their data is on disk.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from app.store.errors import StoreError
from app.store.records import InboxPing
from app.store.tx import Transaction

T = TypeVar("T")

MAX_ROWS = 2_000
"""Pings in one transaction."""

MAX_WAITING_BYTES = 32 * 1024 * 1024
"""With more than this queued, the store is too slow for the traffic: callers get a 503."""

InboxRow = tuple[int, str | None, bytes, str]
INBOX_COLUMNS = ("received_at", "referer", "body", "site")
_body = itemgetter(2)

OnCommit = Callable[[int, float], None]
"""Called after each commit with the number of pings and the seconds that it took."""

Commit = Callable[[list[InboxRow], list[Transaction[Any]]], Awaitable[Sequence[Any]]]
"""Commits pings and transactions together; returns each transaction's result or error."""


class GroupCommit:
    """The queue before the one connection that writes pings."""

    def __init__(self, commit: Commit, on_commit: OnCommit) -> None:
        self._commit = commit
        self._on_commit = on_commit
        self._rows: list[InboxRow] = []
        self._row_waiters: list[asyncio.Future[None]] = []
        self._works: list[tuple[Transaction[Any], asyncio.Future[Any]]] = []
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._closing = False
        # Cached, because reading it costs a system call on Python 3.11.
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._commit_forever(), name="store-group-commit")

    def append(self, ping: InboxPing) -> asyncio.Future[None]:
        """Queue a ping; the future is done once it is on disk. StoreError if the queue is full."""
        size = len(ping.body)
        if self._waiting_bytes + size > MAX_WAITING_BYTES:
            raise StoreError("the store can't keep up with what arrives: try again soon", "busy")
        self._expect_open()
        self._waiting_bytes += size
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._rows.append((ping.received_at, ping.referer, ping.body, ping.site))
        self._row_waiters.append(waiter)
        self._arrived.set()
        return waiter

    def run(self, work: Transaction[T]) -> asyncio.Future[T]:
        """Queue a transaction; the future is done once it is on disk."""
        self._expect_open()
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._works.append((work, waiter))
        self._arrived.set()
        return waiter

    async def close(self) -> None:
        """Commit what was queued, and accept nothing more."""
        self._closing = True
        self._arrived.set()
        await self._task

    def _expect_open(self) -> None:
        if self._closing:
            raise StoreError("the store is closed", "closed")

    async def _commit_forever(self) -> None:
        while self._rows or self._works or not self._closing:
            await self._arrived.wait()
            rows, self._rows = self._rows[:MAX_ROWS], self._rows[MAX_ROWS:]
            row_waiters = self._row_waiters[: len(rows)]
            self._row_waiters = self._row_waiters[len(rows) :]
            works, self._works = self._works, []
            if not self._rows and not self._closing:
                self._arrived.clear()
            if rows or works:
                await self._commit_group(rows, row_waiters, works)

    async def _commit_group(
        self,
        rows: list[InboxRow],
        row_waiters: list[asyncio.Future[None]],
        works: list[tuple[Transaction[Any], asyncio.Future[Any]]],
    ) -> None:
        waiters: list[asyncio.Future[Any]] = [*row_waiters, *(waiter for _, waiter in works)]
        began = time.perf_counter()
        try:
            results = await self._commit(rows, [work for work, _ in works])
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            fault = error if isinstance(error, StoreError) else StoreError(repr(error))
            _settle(waiters, [fault] * len(waiters))
        else:
            _settle(waiters, [*[None] * len(rows), *results])
            self._on_commit(len(rows), time.perf_counter() - began)
        self._waiting_bytes -= sum(map(len, map(_body, rows)))


def _settle(waiters: list[asyncio.Future[Any]], results: list[Any]) -> None:
    for waiter, result in zip(waiters, results, strict=True):
        if waiter.done():  # the request was cancelled meanwhile
            continue
        if isinstance(result, Exception):
            waiter.set_exception(result)
        else:
            waiter.set_result(result)
