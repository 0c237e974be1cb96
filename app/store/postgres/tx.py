"""Runs a transaction's statements through asyncpg, on an account's schema."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.transaction import Transaction

from app.store.postgres.address import DEFAULT_SCHEMA, key_of
from app.store.postgres.faults import is_store_fault
from app.store.tx import Row, Values

if TYPE_CHECKING:  # the driver's classes take parameters in its stubs alone
    from asyncpg.pool import Pool, PoolConnectionProxy

    Direct: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Connection: TypeAlias = Direct | PoolConnectionProxy[asyncpg.Record]
    Connections: TypeAlias = Pool[asyncpg.Record]
else:
    Direct = Connection = asyncpg.Connection
    Connections = asyncpg.Pool

LOCK = "SELECT pg_advisory_xact_lock($1)"
# Transactions under a lock read the first of many rows, in the order of an index. Until a table has
# been analysed, the planner expects hardly any rows and would sort all of them.
LOCK_AND_PLAN = f"""
    {LOCK}, set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)
"""
HAS_TABLE = "SELECT to_regclass($1) IS NOT NULL"
HAS_TABLES = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1)"


class Schema(dict[str, str]):
    """Names an account's schema in a statement that is written for schema `playrelay`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, sql: str) -> str:
        text = self[sql] = sql.replace(f"{DEFAULT_SCHEMA}.", f'"{self.name}".')
        return text


class PostgresTx:
    """See `store.tx.Tx`."""

    def __init__(self, connection: Connection, schema: Schema, clock_ahead: int = 0) -> None:
        self._connection = connection
        self._schema = schema
        self.clock_ahead = clock_ahead

    async def rows(self, sql: str, *values: object) -> list[Row]:
        return await self._connection.fetch(self._schema[sql], *values)

    async def row(self, sql: str, *values: object) -> Row | None:
        return await self._connection.fetchrow(self._schema[sql], *values)

    async def one(self, sql: str, *values: object) -> Row:
        return await self._connection.fetchrow(self._schema[sql], *values)

    async def value(self, sql: str, *values: object) -> Any:
        return await self._connection.fetchval(self._schema[sql], *values)

    async def change(self, sql: str, *values: object) -> int:
        status = await self._connection.execute(self._schema[sql], *values)
        return int(status.rpartition(" ")[2])

    async def each(self, sql: str, rows: Iterable[Values]) -> None:
        await self._connection.executemany(self._schema[sql], rows)

    async def each_row(self, sql: str, rows: Iterable[Values]) -> list[Row]:
        return await self._connection.fetchmany(self._schema[sql], rows)

    async def lock(self, purpose: str) -> None:
        """Take an advisory lock, which is the whole database's."""
        await self._connection.execute(LOCK_AND_PLAN, key_of(self._schema.name, purpose))

    async def checkpoint(self) -> None:
        """Let the event loop answer pings."""
        await asyncio.sleep(0)

    def savepoint(self) -> Transaction:
        return self._connection.transaction()

    def is_store_fault(self, error: Exception) -> bool:
        return is_store_fault(error)

    async def has_table(self, name: str) -> bool:
        return bool(await self.value(HAS_TABLE, f'"{self._schema.name}".{name}'))

    async def has_tables(self) -> bool:
        """See `migrations.SchemaTx`."""
        return bool(await self.value(HAS_TABLES, self._schema.name))

    async def script(self, text: str) -> None:
        """See `migrations.SchemaTx`."""
        await self._connection.execute(self._schema[text])
