"""Connections: how one is made, and transactions on any of a few."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from app.store.interface import StoreError
from app.store.postgres.address import Address
from app.store.postgres.db import Connection, Db, Direct, Queries
from app.store.postgres.faults import DRIVER, RACES, Raced, store_error

T = TypeVar("T")

CONNECTIONS = 8
"""Of one account in one process; beside them one that commits pings and one that listens."""

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 15.0
"""After so long without an answer a server counts as gone."""

CLOSE_SECONDS = 5.0
TURN_SECONDS = 60.0
"""So long does a replica wait while another renews the token."""

TAKE_TURN = "SELECT pg_advisory_xact_lock($1)"
TRIES = 8
"""So often does a transaction run that others get in the way of."""


def options(address: Address) -> dict[str, Any]:
    """What connections are made with. Behind a pooler no statement may outlive a transaction."""
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": STATEMENT_SECONDS,
        "statement_cache_size": 0 if address.pooled else 256,
        "target_session_attrs": "read-write" if address.many else None,
        "server_settings": {"application_name": "playrelay"},
    }


async def connect(address: Address) -> Direct:
    """A connection of one's own. Raises StoreError."""
    try:
        return await asyncpg.connect(address.dsn, **options(address))
    except ValueError as error:
        raise StoreError(f"PLAYRELAY_DATABASE_URL can't be read: {error}") from None
    except DRIVER as error:
        raise store_error(error, address.shown) from error


async def drop(connection: Connection | None) -> None:
    """End it, whatever state it is in."""
    if connection is not None and not connection.is_closed():
        with suppress(*DRIVER):
            await connection.close(timeout=CLOSE_SECONDS)


class Pool:
    """Runs transactions, each on a connection of its own, and again where two met in a race."""

    def __init__(self, address: Address, queries: Queries) -> None:
        self._address = address
        self._queries = queries
        self._closing = False
        self._pool = asyncpg.create_pool(
            address.dsn,
            min_size=0,
            max_size=CONNECTIONS,
            reset=_as_it_is,
            **options(address),
        )

    async def open(self) -> "Pool":
        """This, ready; no connection is made before it is needed."""
        await self._pool
        return self

    async def run(self, work: Callable[[Db], Awaitable[T]]) -> T:
        """Do `work` in a transaction and commit it. Raises StoreError."""
        for _ in range(TRIES):
            if self._closing:
                raise StoreError("the store is closed", "closed")
            try:
                async with (
                    self._pool.acquire(timeout=STATEMENT_SECONDS) as connection,
                    connection.transaction(),
                ):
                    return await work(Db(connection, self._queries))
            except (*RACES, Raced):
                continue
            except DRIVER as error:
                await self.distrust(error)
                raise store_error(error, self._address.shown) from error
        raise StoreError("the store's replicas keep getting in each other's way", "busy")

    @asynccontextmanager
    async def holding(self, turn: int) -> AsyncIterator[None]:
        """Meanwhile nobody else has this turn (an advisory lock's key); it ends with its holder."""
        if self._closing:
            raise StoreError("the store is closed", "closed")
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(
                    self._pool.acquire(timeout=STATEMENT_SECONDS)
                )
                await stack.enter_async_context(connection.transaction())
                await connection.execute(TAKE_TURN, turn, timeout=TURN_SECONDS)
            except DRIVER as error:
                raise store_error(error, self._address.shown) from error
            yield
            with suppress(*DRIVER):  # whatever became of the lock, what was done was done under it
                await stack.aclose()

    async def distrust(self, error: BaseException) -> None:
        """After a failover a connection may lead to what has become a standby: make new ones."""
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            await self._pool.expire_connections()

    async def close(self) -> None:
        """Let go of all connections once their transactions have ended; not for ever, though."""
        self._closing = True
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except (*DRIVER, TimeoutError):
            self._pool.terminate()


async def _as_it_is(_connection: Connection) -> None:
    """Nothing to reset: no state of a session is ever set."""
