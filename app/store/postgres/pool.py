"""Connections: how one is opened, and transactions on a small pool of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from app.store.errors import Raced, StoreError
from app.store.postgres.address import Address, key_of
from app.store.postgres.clock import ServerClock
from app.store.postgres.faults import DRIVER, RACES, store_error
from app.store.postgres.tx import LOCK, Connection, Direct, PostgresTx, Schema
from app.store.tx import Transaction

T = TypeVar("T")

CONNECTIONS = 8
"""Per account and process; besides, one commits pings and one listens."""

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 15.0
"""A server that does not answer for so long counts as down."""

CLOSE_SECONDS = 5.0
EXCLUSIVE_SECONDS = 60.0
"""How long a replica waits while another renews the token."""

TRIES = 8
"""How often a transaction that conflicts with others is repeated."""


def options(address: Address) -> dict[str, Any]:
    """How connections are opened. Behind a pooler no statement may outlive a transaction."""
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": STATEMENT_SECONDS,
        "statement_cache_size": 0 if address.pooled else 256,
        "target_session_attrs": "read-write" if address.many else None,
        "server_settings": {"application_name": "playrelay"},
    }


async def connect(address: Address) -> Direct:
    """A connection outside the pool. Raises StoreError."""
    try:
        return await asyncpg.connect(address.dsn, **options(address))
    except ValueError as error:
        raise StoreError(f"PLAYRELAY_DATABASE_URL can't be read: {error}") from None
    except DRIVER as error:
        raise store_error(error, address.shown) from error


async def drop(connection: Connection | None) -> None:
    """Close it, whatever state it is in."""
    if connection is not None and not connection.is_closed():
        with suppress(*DRIVER):
            await connection.close(timeout=CLOSE_SECONDS)


class Pool:
    """Runs each transaction on a connection of its own, and again after a conflict."""

    def __init__(self, address: Address, schema: Schema, clock: ServerClock) -> None:
        self._address = address
        self._schema = schema
        self._clock = clock
        self._closing = False
        self._pool = asyncpg.create_pool(
            address.dsn,
            min_size=0,
            max_size=CONNECTIONS,
            reset=_no_reset,
            **options(address),
        )

    async def open(self) -> "Pool":
        """The pool itself; connections are opened only when needed."""
        await self._pool
        return self

    async def run(self, work: Transaction[T]) -> T:
        """Do `work` in a transaction and commit it. Raises StoreError."""
        for _ in range(TRIES):
            if self._closing:
                raise StoreError("the store is closed", "closed")
            try:
                async with (
                    self._pool.acquire(timeout=STATEMENT_SECONDS) as connection,
                    connection.transaction(),
                ):
                    return await work(PostgresTx(connection, self._schema, self._clock.ahead))
            except (*RACES, Raced):
                continue
            except DRIVER as error:
                await self.distrust(error)
                raise store_error(error, self._address.shown) from error
        raise StoreError("the replicas' transactions keep conflicting: try again", "busy")

    @asynccontextmanager
    async def holding(self, purpose: str) -> AsyncIterator[None]:
        """Hold the advisory lock of this purpose; it ends with its holder."""
        if self._closing:
            raise StoreError("the store is closed", "closed")
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(
                    self._pool.acquire(timeout=STATEMENT_SECONDS)
                )
                await stack.enter_async_context(connection.transaction())
                key = key_of(self._schema.name, purpose)
                await connection.execute(LOCK, key, timeout=EXCLUSIVE_SECONDS)
            except DRIVER as error:
                raise store_error(error, self._address.shown) from error
            yield
            with suppress(*DRIVER):  # whatever happened to the lock, the work under it is done
                await stack.aclose()

    async def distrust(self, error: BaseException) -> None:
        """After a failover a connection may lead to what is now a standby: open new ones."""
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            await self._pool.expire_connections()

    async def close(self) -> None:
        """Close all connections once their transactions have ended, or after some seconds."""
        self._closing = True
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except (*DRIVER, TimeoutError):
            self._pool.terminate()


async def _no_reset(_connection: Connection) -> None:
    """Nothing to reset: no session state is ever set."""
