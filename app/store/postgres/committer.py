"""Group commit: whatever gathers while one transaction is written goes into the next.

The next one starts as soon as the last has ended, and nobody is woken before the server has
confirmed that it is on disk.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from operator import itemgetter

from app.store.interface import StoreError
from app.store.postgres.db import Direct
from app.store.postgres.faults import DRIVER, store_error
from app.store.postgres.pool import drop
from app.store.rules import MAX_ROWS_A_COMMIT, MAX_WAITING_BYTES

Append = tuple[int, str | None, bytes, str]
_body = itemgetter(2)
COLUMNS = ("received_at", "referer", "body", "site")

CommitObserver = Callable[[int, float], None]
"""Called after each commit with the rows appended and the seconds it took."""

Connect = Callable[[], Awaitable[Direct]]


class Committer:
    """The one connection that writes pings, and the queue in front of it."""

    def __init__(
        self, connect: Connect, schema: str, shown: str, observe: CommitObserver, *, pooled: bool
    ) -> None:
        self._connect = connect
        self._schema = schema
        self._shown = shown
        self._observe = observe
        self._pooled = pooled
        self._db: Direct | None = None
        self._rows: list[Append] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._closing = False
        # Kept, because asking for it costs a system call a time on Python 3.11.
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._commit_forever(), name="store-committer")

    def append(self, row: Append) -> asyncio.Future[None]:
        """Queue an inbox row; the future is done once it is on disk. StoreError when full."""
        size = len(row[2])
        if self._waiting_bytes + size > MAX_WAITING_BYTES:
            raise StoreError("the store can't keep up with what arrives: try again soon", "busy")
        if self._closing:
            raise StoreError("the store is closed", "closed")
        self._waiting_bytes += size
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._rows.append(row)
        self._waiters.append(waiter)
        self._arrived.set()
        return waiter

    async def close(self) -> None:
        """Commit what was queued, then close the connection."""
        self._closing = True
        self._arrived.set()
        await self._task
        await drop(self._db)

    async def _commit_forever(self) -> None:
        while self._rows or not self._closing:
            await self._arrived.wait()
            rows, self._rows = self._rows[:MAX_ROWS_A_COMMIT], self._rows[MAX_ROWS_A_COMMIT:]
            waiters = self._waiters[: len(rows)]
            self._waiters = self._waiters[len(rows) :]
            if not self._rows and not self._closing:
                self._arrived.clear()
            if not rows:
                continue
            began = time.perf_counter()
            try:
                await self._commit(rows)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                fault = error if isinstance(error, StoreError) else StoreError(repr(error))
                for waiter in waiters:
                    if not waiter.done():  # else its request went away meanwhile
                        waiter.set_exception(fault)
            else:
                for waiter in waiters:
                    if not waiter.done():
                        waiter.set_result(None)
                self._observe(len(rows), time.perf_counter() - began)
            self._waiting_bytes -= sum(map(len, map(_body, rows)))

    async def _commit(self, rows: list[Append]) -> None:
        """All rows in one transaction, or a StoreError and none of them acknowledged."""
        try:
            if self._db is None or self._db.is_closed():
                self._db = await self._connect()
            if self._pooled:  # or the pooler could lead each step to another server
                async with self._db.transaction():
                    await self._copy(self._db, rows)
            else:
                await self._copy(self._db, rows)
        except DRIVER as error:
            # Whatever it was, the next one starts afresh: perhaps there is another primary by now.
            await drop(self._db)
            self._db = None
            raise store_error(error, self._shown) from error

    async def _copy(self, db: Direct, rows: list[Append]) -> None:
        await db.copy_records_to_table(
            "inbox", schema_name=self._schema, columns=COLUMNS, records=rows
        )
