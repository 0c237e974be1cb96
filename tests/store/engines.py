"""The engines that the store's suite runs on; one more line here, and it runs on one more."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from app.domain.identity import IdentityMode
from app.store.postgres.address import schema_of
from app.store.postgres.database import open_postgres
from app.store.sqlite.database import open_sqlite
from app.store.store import Store
from tests.store.postgres.ask import ask
from tests.store.postgres.shared import postgres_url
from tests.store.setting import policy


class Database(Protocol):
    """An empty database of a test's own, which outlives the stores that are opened on it."""

    def __init__(self, folder: Path) -> None:
        """A new one; `folder` is there for files."""
        ...

    def open(self, mode: IdentityMode = "lookup") -> AbstractAsyncContextManager[Store]:
        """The store on it, until the end of the `async with`."""
        ...

    def fresh(self) -> "Database":
        """Another empty one."""
        ...

    def spoil(self) -> None:
        """Make the stored state of each play unreadable for this release."""
        ...


def sqlite_url(path: Path) -> str:
    """As it stands in the settings."""
    return f"sqlite:///{path}"


class Sqlite:
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{uuid4().hex}.db"

    def open(self, mode: IdentityMode = "lookup") -> AbstractAsyncContextManager[Store]:
        """The store on this file."""
        return self._opened(mode)

    def fresh(self) -> "Sqlite":
        """Another file."""
        return Sqlite(self._folder)

    def spoil(self) -> None:
        """See `Database`."""
        with closing(sqlite3.connect(self._path)) as db, db:
            db.execute("UPDATE plays SET state = CAST('[]' AS BLOB)")

    @asynccontextmanager
    async def _opened(self, mode: IdentityMode) -> AsyncIterator[Store]:
        store = await open_sqlite(sqlite_url(self._path), policy(mode))
        try:
            yield store
        finally:
            await store.close()


class Postgres:
    """A schema of its own on the server that the tests share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = postgres_url()
        self.account = self.name()

    @staticmethod
    def name() -> str:
        """An account that no other test has."""
        return f"test-{uuid4().hex}"

    def open(self, mode: IdentityMode = "lookup") -> AbstractAsyncContextManager[Store]:
        """The store on this schema."""
        return self._opened(mode)

    def fresh(self) -> "Postgres":
        """Another schema."""
        return Postgres(self._folder)

    def spoil(self) -> None:
        """See `Database`."""
        plays = f'"{schema_of(self.account)}".plays'
        ask(self._url, f"UPDATE {plays} SET state = '[]'")  # noqa: S608 - ours

    @asynccontextmanager
    async def _opened(self, mode: IdentityMode) -> AsyncIterator[Store]:
        store = await open_postgres(self._url, policy(mode), account=self.account)
        try:
            yield store
        finally:
            await store.close()


ENGINES: Mapping[str, type[Database]] = {"sqlite": Sqlite, "postgres": Postgres}
