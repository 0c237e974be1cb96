"""The stores under measure: SQLite in a folder, PostgreSQL on the second core, if it is there."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.identity import IdentityMode
from app.store.postgres.database import open_postgres
from app.store.sqlite.database import open_sqlite
from app.store.store import Store
from tests.store.postgres.ask import ask
from tests.store.postgres.server import Server, binaries
from tests.store.setting import policy

FILL_SQLITE = (
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
    INSERT INTO plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT CAST('v' || i AS BLOB), 's' || i, 1, {then}, {then}, printf('%032x', i), 0,
        (SELECT state FROM plays LIMIT 1)
    FROM n
    """,
    """
    INSERT INTO outbox
        (play, event, value, status, occurred_at, created_at, settled_at, reason, answer,
            contact_id)
    SELECT id, 'media-played', 'STARTED', 'delivered', {then}, {then}, {then}, 'usertoken',
        '{{"contact_id": ' || id || '}}', id
    FROM plays WHERE received_at = {then}
    """,
    "ANALYZE",
)
FILL_POSTGRES = (
    """
    INSERT INTO plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT ('v' || i)::bytea, 's' || i, 1, {then}, {then}, lpad(to_hex(i), 32, '0'), false,
        (SELECT state FROM plays LIMIT 1)
    FROM generate_series(1, {rows}) AS n (i)
    """,
    """
    INSERT INTO outbox
        (play, event, value, status, occurred_at, created_at, settled_at, reason, answer,
            contact_id)
    SELECT id, 'media-played', 'STARTED', 'delivered', {then}, {then}, {then}, 'usertoken',
        jsonb_build_object('contact_id', id), id
    FROM plays WHERE received_at = {then}
    """,
    "VACUUM ANALYZE",
    "CHECKPOINT",
)
"""Plays that were delivered a day ago, one event each, in a store that holds one play already."""


class Database(Protocol):
    """An empty database."""

    @property
    def url(self) -> str:
        """As it stands in the settings."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...

    async def open(self, mode: IdentityMode) -> Store:
        """The store on it."""
        ...

    def fill(self, rows: int, then: int) -> None:
        """So many plays with an event each, received and delivered at `then` (ms)."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    """A file."""

    path: Path

    @property
    def url(self) -> str:
        """As it stands in the settings."""
        return f"sqlite:///{self.path}"

    def size(self) -> int:
        """See `Database`."""
        return sum(each.stat().st_size for each in self.path.parent.glob(f"{self.path.name}*"))

    async def open(self, mode: IdentityMode) -> Store:
        """See `Database`."""
        return await open_sqlite(self.url, policy(mode))

    def fill(self, rows: int, then: int) -> None:
        """See `Database`."""
        with closing(sqlite3.connect(self.path)) as db:
            for statement in FILL_SQLITE:
                db.execute(statement.format(rows=rows, then=then))
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database of a server."""

    url: str

    def size(self) -> int:
        """See `Database`."""
        ((size,),) = ask(self.url, "SELECT pg_database_size(current_database())")
        return int(size)

    async def open(self, mode: IdentityMode) -> Store:
        """See `Database`."""
        return await open_postgres(self.url, policy(mode))

    def fill(self, rows: int, then: int) -> None:
        """See `Database`."""
        for statement in FILL_POSTGRES:
            ask(self.url, statement.format(rows=rows, then=then))


class Engine(Protocol):
    """Makes databases."""

    @property
    def name(self) -> str:
        """As it stands in the report."""
        ...

    def database(self, name: str) -> Database:
        """An empty one of that name."""
        ...


@dataclass(frozen=True, slots=True)
class Sqlite:
    """Files in a folder."""

    folder: Path
    name: str = "sqlite"

    def database(self, name: str) -> SqliteDatabase:
        """See `Engine`."""
        return SqliteDatabase(self.folder / name / "playrelay.db")


@dataclass(frozen=True, slots=True)
class Postgres:
    """Databases of one server."""

    server: Server
    name: str = "postgres"

    def database(self, name: str) -> PostgresDatabase:
        """See `Engine`."""
        plain = name.replace("-", "_")
        ask(self.server.url, f'CREATE DATABASE "{plain}"')
        return PostgresDatabase(self.server.url.rpartition("/")[0] + f"/{plain}")


@contextmanager
def engines() -> Iterator[list[Engine]]:
    """Those that are installed; PostgreSQL waits for its disk, and runs beside the load."""
    with tempfile.TemporaryDirectory(prefix="playrelay-bench-") as folder:
        found: list[Engine] = [Sqlite(Path(folder))]
        if binaries() is None:
            yield found
            return
        beside = ("taskset", "-c", "1") if (os.cpu_count() or 1) > 1 else ()
        with Server(settings={"shared_buffers": "512MB"}, through=beside) as server:
            yield [*found, Postgres(server)]
