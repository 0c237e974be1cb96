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
"""A row of the driver's: by position, by name, or unpacked."""

Values: TypeAlias = Sequence[object]


class Tx(Protocol):
    """The statements of one transaction. Errors are the driver's."""

    @property
    def clock_ahead(self) -> int:
        """How many ms the clock by which replicas count permits is ahead of the caller's."""
        ...

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows."""
        ...

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row, if any."""
        ...

    async def one(self, sql: str, *values: object) -> Row:
        """The first row, where there always is one."""
        ...

    async def value(self, sql: str, *values: object) -> Any:
        """The first value of the first row; None if there is no row."""
        ...

    async def change(self, sql: str, *values: object) -> int:
        """How many rows were changed."""
        ...

    async def each(self, sql: str, rows: Iterable[Values]) -> None:
        """The statement for each of these, in one round trip."""
        ...

    async def each_row(self, sql: str, rows: Iterable[Values]) -> list[Row]:
        """All rows that the statement gives for these, in their order, in one round trip."""
        ...

    async def lock(self, purpose: str) -> None:
        """One transaction at a time, of all replicas, for this purpose."""
        ...

    async def checkpoint(self) -> None:
        """Let the event loop do something else, where the transaction runs on it."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[object]:
        """What fails inside leaves no trace."""
        ...

    async def has_table(self, name: str) -> bool:
        """Whether the store has this table."""
        ...

    def is_store_fault(self, error: Exception) -> bool:
        """Whether the store is at fault, and not what was to be written."""
        ...


Transaction: TypeAlias = Callable[[Tx], Coroutine[Any, Any, T]]

Engine = Literal["sqlite", "postgres"]

Notice = Literal["pings", "due"]
"""What other processes may want to know: there are pings to fold, or events to send."""


class Database(Protocol):
    """Runs transactions; `sqlite.database` and `postgres.database`."""

    @property
    def engine(self) -> Engine:
        """Which of the two it is."""
        ...

    async def write(self, work: Transaction[T]) -> T:
        """Run and commit it at full durability. Raises StoreError."""
        ...

    async def read(self, work: Transaction[T]) -> T:
        """Run one that only reads. Raises StoreError."""
        ...

    def append(self, ping: InboxPing) -> Awaitable[None]:
        """Commit a ping together with the others that have gathered. Raises StoreError."""
        ...

    async def verify(self) -> None:
        """Look for damage where some was met; StoreError if there is any."""
        ...

    async def compare_clocks(self) -> None:
        """Find `Tx.clock_ahead` afresh."""
        ...

    def notify(self, notice: Notice) -> None:
        """Let the other processes know, soon."""
        ...

    def take_delivery(self) -> bool:
        """Become the one process that delivers from here; False where several may.

        Raises StoreError if another one does.
        """
        ...

    def exclusive(self, purpose: str) -> AbstractAsyncContextManager[None]:
        """One holder at a time, of all replicas. Raises StoreError."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of everything."""
        ...


class Part:
    """A part of the store: what one kind of caller may do, each method one transaction."""

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
