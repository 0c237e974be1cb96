"""What a transaction is written on, and what runs it: the whole border between store and engine.

A transaction is a coroutine over `Tx`, written once. PostgreSQL awaits its driver in it. SQLite
runs it on a thread, where no await ever suspends; so a transaction awaits nothing but its `Tx`.

SQL is PostgreSQL's, in the subset that `sqlite.dialect` translates: values at $1, $2 …, each table
as `playrelay.name`, lists as `= ANY ($1::text[])`.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar

from app.store.records import InboxPing

T = TypeVar("T")
P = ParamSpec("P")

Row: TypeAlias = Any
"""A row from the driver: by position, by name, or unpacked."""

Values: TypeAlias = Sequence[object]


class Tx(Protocol):
    """The statements of one transaction. Errors are the driver's."""

    @property
    def clock_ahead(self) -> int:
        """How many ms the clock for permits, which replicas share, is ahead of the caller's."""
        ...

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows."""
        ...

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row, if any."""
        ...

    async def one(self, sql: str, *values: object) -> Row:
        """The first row of a query that always returns one."""
        ...

    async def value(self, sql: str, *values: object) -> Any:
        """The first value of the first row; None if there is no row."""
        ...

    async def change(self, sql: str, *values: object) -> int:
        """Run a statement; returns how many rows it changed."""
        ...

    async def each(self, sql: str, rows: Iterable[Values]) -> None:
        """Run the statement for each of these values, in one round trip."""
        ...

    async def each_row(self, sql: str, rows: Iterable[Values]) -> list[Row]:
        """The rows that the statement returns for these values, in order, in one round trip."""
        ...

    async def lock(self, purpose: str) -> None:
        """Let one transaction of all replicas run at a time, for this purpose."""
        ...

    async def checkpoint(self) -> None:
        """Give the event loop a turn, if the transaction runs on it."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[object]:
        """A savepoint: if the block fails, its changes are undone."""
        ...

    async def has_table(self, name: str) -> bool:
        """Whether the store has this table."""
        ...

    def is_store_fault(self, error: Exception) -> bool:
        """Whether the store is at fault, and not the values that were to be written."""
        ...


Transaction: TypeAlias = Callable[[Tx], Coroutine[Any, Any, T]]

Engine = Literal["sqlite", "postgres"]

Notice = Literal["pings", "due"]
"""A notification for other processes: there are pings to fold, or events to send."""


class Database(Protocol):
    """Runs transactions; implemented by `sqlite.database` and `postgres.database`."""

    @property
    def engine(self) -> Engine:
        """The engine's name."""
        ...

    async def write(self, work: Transaction[T]) -> T:
        """Run and commit it at full durability. Raises StoreError."""
        ...

    async def read(self, work: Transaction[T]) -> T:
        """Run a transaction that only reads. Raises StoreError."""
        ...

    def append(self, ping: InboxPing) -> Awaitable[None]:
        """Commit a ping together with others in the queue. Raises StoreError."""
        ...

    async def verify(self) -> None:
        """Check for damage if a sign of it was found; StoreError if there is any."""
        ...

    async def compare_clocks(self) -> None:
        """Measure `Tx.clock_ahead` again."""
        ...

    def notify(self, notice: Notice) -> None:
        """Notify the other processes soon."""
        ...

    def take_delivery(self) -> bool:
        """Become the one process that delivers from here; False if several may.

        Raises StoreError if another one already is.
        """
        ...

    def exclusive(self, purpose: str) -> AbstractAsyncContextManager[None]:
        """A lock for one holder of all replicas at a time. Raises StoreError."""
        ...

    async def close(self) -> None:
        """Finish the work in progress, and close everything."""
        ...


class Part:
    """A part of the store: the methods for one kind of caller, each of them one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _write(
        self,
        transaction: Callable[Concatenate[Tx, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._database.write(lambda tx: transaction(tx, *args, **kwargs))

    async def _read(
        self,
        transaction: Callable[Concatenate[Tx, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._database.read(lambda tx: transaction(tx, *args, **kwargs))
