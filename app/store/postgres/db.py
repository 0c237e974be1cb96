"""A connection inside a transaction, as the engine's functions see it."""

from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.transaction import Transaction

from app.store.postgres.address import DEFAULT_SCHEMA

if TYPE_CHECKING:  # the driver's classes take parameters in its stubs alone
    from asyncpg.pool import Pool, PoolConnectionProxy

    Direct: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Connection: TypeAlias = Direct | PoolConnectionProxy[asyncpg.Record]
    Connections: TypeAlias = Pool[asyncpg.Record]
else:
    Direct = Connection = asyncpg.Connection
    Connections = asyncpg.Pool

Row: TypeAlias = asyncpg.Record
Figures: TypeAlias = dict[str, Any]


class Queries(dict[str, str]):
    """From a query as it is written, on schema `playrelay`, to the one on an account's schema."""

    def __init__(self, schema: str) -> None:
        super().__init__()
        self._schema = schema

    def __missing__(self, query: str) -> str:
        text = self[query] = query.replace(f"{DEFAULT_SCHEMA}.", f'"{self._schema}".')
        return text


class Db:
    """Queries of one transaction. Values stand at $1, $2 …; errors are the driver's."""

    def __init__(self, connection: Connection, queries: Queries) -> None:
        self._connection = connection
        self._queries = queries

    async def rows(self, query: str, *given: object) -> list[Row]:
        """All rows."""
        return await self._connection.fetch(self._queries[query], *given)

    async def row(self, query: str, *given: object) -> Row | None:
        """The first row, if any."""
        return await self._connection.fetchrow(self._queries[query], *given)

    async def figures(self, query: str, *given: object) -> Figures:
        """The first row, by column; empty if there is none."""
        return {**(await self.row(query, *given) or {})}

    async def value(self, query: str, *given: object) -> Any:
        """The first value of the first row; None if there is no row."""
        return await self._connection.fetchval(self._queries[query], *given)

    async def change(self, query: str, *given: object) -> int:
        """How many rows were changed."""
        status = await self._connection.execute(self._queries[query], *given)
        return int(status.rpartition(" ")[2])

    async def script(self, text: str) -> None:
        """Several statements, without values."""
        await self._connection.execute(self._queries[text])

    def savepoint(self) -> Transaction:
        """`async with` it: what fails inside leaves no trace."""
        return self._connection.transaction()
