"""Processes wake each other: LISTEN and NOTIFY.

A notification is only a hint, for speed: a process that receives none checks again within seconds.
It is sent outside of transactions, because transactions that notify commit one after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog

from app.store.errors import StoreError
from app.store.postgres.faults import DRIVER
from app.store.postgres.pool import Pool, drop
from app.store.postgres.tx import Direct
from app.store.tx import Notice, Tx

GATHER_SECONDS = 0.05
"""The least time between two notifications."""

RETRY_SECONDS = 1.0

NOTIFY = "SELECT pg_notify($1, $2)"

Connect = Callable[[], Awaitable[Direct]]
OnNotice = Callable[[Notice], None]
"""Called when another process has notified."""

_log = structlog.get_logger(__name__)


class Notices:
    """Notifies other processes, and calls `on_notice`, if given, when they do."""

    def __init__(
        self, pool: Pool, connect: Connect | None, channel: str, on_notice: OnNotice | None
    ) -> None:
        self._pool = pool
        self._channel = channel
        self._me = uuid4().hex
        self._pending: set[Notice] = set()
        self._arrived = asyncio.Event()
        self._tasks = [asyncio.create_task(self._send_forever(), name="store-notify")]
        if on_notice is not None and connect is not None:
            listen = self._listen_forever(connect, on_notice)
            self._tasks.append(asyncio.create_task(listen, name="store-listen"))

    def notify(self, notice: Notice) -> None:
        """Let the others know, soon."""
        self._pending.add(notice)
        self._arrived.set()

    async def close(self) -> None:
        """Stop sending and receiving."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send_forever(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            pending, self._pending = self._pending, set()

            async def send(tx: Tx, pending: set[Notice] = pending) -> None:
                for notice in sorted(pending):
                    await tx.value(NOTIFY, self._channel, f"{notice} {self._me}")

            with suppress(StoreError):
                await self._pool.run(send)
            await asyncio.sleep(GATHER_SECONDS)

    async def _listen_forever(self, connect: Connect, on_notice: OnNotice) -> None:
        def received(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            notice, _, sender = str(payload).partition(" ")
            if sender != self._me:
                on_notice("pings" if notice == "pings" else "due")

        while True:
            connection = None
            try:
                connection = await connect()
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _connection, ended=ended: ended.set())
                await connection.add_listener(self._channel, received)
                for notice in ("pings", "due"):  # including what was sent meanwhile
                    on_notice(notice)
                await ended.wait()
            except (StoreError, *DRIVER) as error:
                _log.debug("listening_interrupted", error=str(error))
            finally:
                await drop(connection)
            await asyncio.sleep(RETRY_SECONDS)
