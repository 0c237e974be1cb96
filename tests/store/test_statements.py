"""Each statement of the transactions is one that both engines understand."""

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.store import transactions
from app.store.postgres.database import PostgresDatabase
from app.store.postgres.tx import PostgresTx
from app.store.reports import COUNTED
from app.store.rules.presenting import counts
from app.store.sqlite.dialect import sqlite_sql
from app.store.transactions import admin
from app.store.tx import Tx
from tests.store.engines import Postgres, Sqlite

VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


def statements() -> Iterator[tuple[str, str]]:
    """Name and text of each: constants in capitals, and those in a table of constants."""
    for module in pkgutil.iter_modules(transactions.__path__, f"{transactions.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            several = value if isinstance(value, dict) else {"": value}
            for key, text in several.items():
                if name.isupper() and name[0] != "_" and isinstance(text, str) and VERB.match(text):
                    yield f"{module.name}.{name}.{key}".rstrip("."), text


STATEMENTS = {
    **dict(statements()),
    f"{admin.__name__}.DEPTHS": admin.DEPTHS.format(counts=counts(admin.COUNTED_ROWS, COUNTED)),
}


def test_statements_are_found() -> None:
    """The tests below are about something."""
    assert len(STATEMENTS) > 120


def written_for(engine: str) -> list[tuple[str, str]]:
    """The statements without those that name the other engine."""
    other = {"sqlite": ".postgres", "postgres": ".sqlite"}[engine]
    return [(name, text) for name, text in STATEMENTS.items() if not name.endswith(other)]


async def test_sqlite_prepares_every_statement(tmp_path: Path) -> None:
    """SQLite prepares every translated statement; nothing of PostgreSQL's own is left in it."""
    database = Sqlite(tmp_path)
    async with database.open():
        pass
    failed = {}
    with closing(sqlite3.connect(database._path)) as db:
        for name, text in written_for("sqlite"):
            values = len(set(re.findall(r"\$\d+", text)))
            try:
                db.execute(f"EXPLAIN {sqlite_sql(text)}", [None] * values)
            except sqlite3.Error as error:
                failed[name] = str(error)
    assert failed == {}


async def test_postgres_prepares_every_statement(tmp_path: Path) -> None:
    """Its types are inferred, and it reads and writes columns that there are."""
    failed = {}

    async def prepare_all(tx: Tx) -> None:
        assert isinstance(tx, PostgresTx)
        for name, text in written_for("postgres"):
            try:
                async with tx.savepoint():
                    await tx._connection.prepare(tx._schema[text])
            except Exception as error:  # noqa: BLE001 - which it is, is what is shown
                failed[name] = str(error)

    async with Postgres(tmp_path).open() as store:
        assert isinstance(store._database, PostgresDatabase)
        await store._database.write(prepare_all)
    assert failed == {}


@pytest.mark.parametrize(
    ("postgres", "sqlite"),
    [
        ("SELECT a FROM playrelay.plays WHERE a = $1", "SELECT a FROM plays WHERE a = ?1"),
        ("a = ANY ($2::text[])", "a IN (SELECT value FROM json_each(?2))"),
        (
            "id = ANY (ARRAY(\n SELECT id FROM playrelay.a LIMIT $1 FOR UPDATE SKIP LOCKED))",
            "id IN (\n SELECT id FROM a LIMIT ?1)",
        ),
        ("LIMIT $2 FOR NO KEY UPDATE OF p SKIP LOCKED", "LIMIT ?2"),
        ("state = $2::json, n = least(a, $3::bigint)", "state = CAST(?2 AS BLOB), n = min(a, ?3)"),
        ("greatest($1, coalesce(sum(a), 0)::bigint)", "max(?1, coalesce(sum(a), 0))"),
    ],
)
def test_the_translation(postgres: str, sqlite: str) -> None:
    """The engines differ in only a handful of rules."""
    assert sqlite_sql(postgres) == sqlite
