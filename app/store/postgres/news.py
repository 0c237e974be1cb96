"""What one process does wakes the others: LISTEN and NOTIFY, behind the notifiers.

Only a hint, and only for speed: whoever hears nothing looks again within seconds. It is told beside
the transactions, not in them, for those that notify commit one after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal
from uuid import uuid4

import structlog

from app.runtime.notifier import Notifiers
from app.store.interface import StoreError
from app.store.postgres.db import Db, Direct
from app.store.postgres.faults import DRIVER
from app.store.postgres.pool import Pool, drop

What = Literal["pings", "due"]

GATHER_SECONDS = 0.05
"""So long at least between two notices."""

TROUBLE_SECONDS = 1.0

TELL = "SELECT pg_notify($1, $2)"

Connect = Callable[[], Awaitable[Direct]]

_log = structlog.get_logger(__name__)


class News:
    """Tells of new pings and due events; rings `notifiers`, if there are any, when others tell."""

    def __init__(
        self, pool: Pool, connect: Connect | None, channel: str, notifiers: Notifiers | None
    ) -> None:
        self._pool = pool
        self._channel = channel
        self._me = uuid4().hex
        self._untold: set[What] = set()
        self._something = asyncio.Event()
        self._bells = notifiers
        self._tasks = [asyncio.create_task(self._tell_forever(), name="store-tells")]
        if notifiers is not None and connect is not None:
            listen = self._listen_forever(connect, notifiers)
            self._tasks.append(asyncio.create_task(listen, name="store-listens"))

    def tell(self, what: What) -> None:
        """Let the others know, soon."""
        self._untold.add(what)
        self._something.set()

    async def close(self) -> None:
        """Tell and hear nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell_forever(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            untold, self._untold = self._untold, set()

            async def notify(db: Db, untold: set[What] = untold) -> None:
                for what in sorted(untold):
                    await db.value(TELL, self._channel, f"{what} {self._me}")

            with suppress(StoreError):
                await self._pool.run(notify)
            await asyncio.sleep(GATHER_SECONDS)

    async def _listen_forever(self, connect: Connect, notifiers: Notifiers) -> None:
        while True:
            connection = None
            try:
                connection = await connect()
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _connection, ended=ended: ended.set())
                await connection.add_listener(self._channel, self._heard)
                notifiers.notify()  # whatever was told meanwhile
                await ended.wait()
            except (StoreError, *DRIVER) as error:
                _log.debug("listening_interrupted", error=str(error))
            finally:
                await drop(connection)
            await asyncio.sleep(TROUBLE_SECONDS)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        what, _, teller = str(payload).partition(" ")
        if self._bells is None or teller == self._me:
            return
        if what == "pings":
            self._bells.pings.notify()
        else:
            self._bells.due.notify()
