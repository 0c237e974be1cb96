"""Runs transactions on one of SQLite's threads, where their awaits never suspend."""

import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec

from app.store.errors import StoreError
from app.store.sqlite.dialect import sqlite_sql
from app.store.tx import Row, Transaction, Values

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


class SqliteTx:
    """See `store.tx.Tx`. Lists among the values are given to SQLite as JSON."""

    clock_ahead = 0  # the caller's clock is the only one

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: object) -> list[Row]:
        return self._execute(sql, values).fetchall()

    async def row(self, sql: str, *values: object) -> Row | None:
        return self._execute(sql, values).fetchone()

    async def one(self, sql: str, *values: object) -> Row:
        return self._execute(sql, values).fetchone()

    async def value(self, sql: str, *values: object) -> Any:
        row = self._execute(sql, values).fetchone()
        return row[0] if row else None

    async def change(self, sql: str, *values: object) -> int:
        return self._execute(sql, values).rowcount

    async def each(self, sql: str, rows: Iterable[Values]) -> None:
        self._connection.executemany(sqlite_sql(sql), rows)

    async def each_row(self, sql: str, rows: Iterable[Values]) -> list[Row]:
        text, cursor = sqlite_sql(sql), self._connection.cursor()
        found: list[Row] = []
        for values in rows:
            found += cursor.execute(text, values)
        return found

    async def lock(self, purpose: str) -> None:
        """Nothing: there is only one writer."""

    async def checkpoint(self) -> None:
        """Nothing: this thread is not the event loop's."""

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk ends all of it
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def is_store_fault(self, error: Exception) -> bool:
        return isinstance(error, (sqlite3.Error, StoreError))

    async def has_table(self, name: str) -> bool:
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
        return await self.value(sql, name) is not None

    async def has_tables(self) -> bool:
        """See `migrations.SchemaTx`."""
        return await self.value("SELECT 1 FROM sqlite_master WHERE type = 'table'") is not None

    async def script(self, text: str) -> None:
        """See `migrations.SchemaTx`. `executescript` would commit first."""
        pending = ""
        for line in sqlite_sql(text).splitlines(keepends=True):
            pending += line
            if sqlite3.complete_statement(pending):
                self._connection.execute(pending)
                pending = ""

    def _execute(self, sql: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        if list in map(type, values):
            values = tuple(
                _encode(each).decode() if type(each) is list else each for each in values
            )
        return self._connection.execute(sqlite_sql(sql), values)


def run(work: Transaction[T], connection: sqlite3.Connection) -> T:
    """Run a transaction to its end on this thread."""
    return finished(work(SqliteTx(connection)))


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # what the coroutine returned
    coroutine.close()
    raise RuntimeError("a transaction on SQLite waited for something")
