"""Copies one store into another, of either engine, table by table and in portions.

The tables of both engines have the same columns; only the form of values differs. An interrupted
copy continues where it stopped. Until it is finished a marker in the target says so, and no relay
starts on it.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from app.store.errors import StoreError
from app.store.migrations import VERSION_TABLE
from app.store.tx import Database, Engine, Row, Tx, Values

PORTION = 1_000
"""Rows per transaction."""

PARENTS = ("media", "plays", "figure_traits")
"""Tables that other tables refer to: copied first, in this order."""

LEFT_OUT = (VERSION_TABLE, "copying", "heartbeat")
"""Tables that belong to each store itself, and are not copied."""

SQLITE_COLUMNS = """
    SELECT m.name AS "table", c.name AS "column", lower(c.type) AS type, c.pk AS key
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid
"""
POSTGRES_COLUMNS = """
    SELECT t.relname::text AS "table", a.attname::text AS "column",
        format_type(a.atttypid, NULL) AS type,
        coalesce(array_position(k.indkey::int2[], a.attnum), -1) + 1 AS key
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
    LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
    WHERE t.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND t.relnamespace =
        (SELECT relnamespace FROM pg_class WHERE oid = 'playrelay.plays'::regclass)
    ORDER BY t.relname, a.attnum
"""
MARK = "CREATE TABLE IF NOT EXISTS playrelay.copying (source text NOT NULL)"
UNMARK = "DROP TABLE playrelay.copying"
SOURCE = "SELECT source FROM playrelay.copying"
NAME_SOURCE = "INSERT INTO playrelay.copying VALUES ($1)"
COUNT_FROM_SEQUENCE = """
    SELECT setval(pg_get_serial_sequence('playrelay.{table}', 'id'), max(id))
    FROM playrelay.{table} HAVING max(id) IS NOT NULL
"""

Convert = Callable[[Any], object]


class Table(NamedTuple):
    """A table of the target. `types`: of its columns; `key`: the columns of its primary key."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]

    def select(self, *, after: bool) -> str:
        """The next rows in the order of the key; `after`: those after the given key."""
        key, columns = ", ".join(self.key), ", ".join(self.columns)
        marks = ", ".join(f"${number}" for number in range(2, len(self.key) + 2))
        beyond = f"WHERE ({key}) > ({marks})" if after else ""
        return f"SELECT {columns} FROM playrelay.{self.name} {beyond} ORDER BY {key} LIMIT $1"

    def last(self) -> str:
        """The key of the last row."""
        order = ", ".join(f"{column} DESC" for column in self.key)
        return f"SELECT {', '.join(self.key)} FROM playrelay.{self.name} ORDER BY {order} LIMIT 1"

    def save(self, engine: str) -> str:
        """Write a row, replacing one with the same key."""
        marks = ", ".join(f"${number + 1}" for number in range(len(self.columns)))
        rest = [name for name in self.columns if name not in self.key]
        changes = ", ".join(f"{name} = excluded.{name}" for name in rest)
        otherwise = f"UPDATE SET {changes}" if rest else "NOTHING"
        ids = "OVERRIDING SYSTEM VALUE" if engine == "postgres" else ""
        return (
            f"INSERT INTO playrelay.{self.name} ({', '.join(self.columns)}) {ids} "
            f"VALUES ({marks}) ON CONFLICT ({', '.join(self.key)}) DO {otherwise}"
        )


async def copy_store(
    source: Database,
    target: Database,
    name: str,
    progress: Callable[[int], None],
    portion: int = PORTION,
) -> dict[str, int]:
    """Copy everything; returns how many rows each table has. Raises StoreError.

    `name`: of the source, for messages. `progress`: called with the number of rows so far.
    `portion`: rows per transaction.
    """
    tables = await target.read(lambda tx: _tables(tx, target.engine))
    await target.write(lambda tx: _begin(tx, name))
    done = 0
    for table in tables:
        async for rows in _portions(source, target, table, portion):
            await target.write(partial(_save, engine=target.engine, table=table, rows=rows))
            done += len(rows)
            progress(done)
    counts = {}
    for table in tables:
        counts[table.name] = await target.read(partial(_count, table=table))
        expected = await source.read(partial(_count, table=table))
        if counts[table.name] != expected:
            raise StoreError(
                f"{table.name} has {counts[table.name]} rows in the copy and {expected} in the "
                "source: stop every relay on the source, and copy again"
            )
    await target.write(lambda tx: _finish(tx, target.engine, tables))
    return counts


async def expect_whole(tx: Tx) -> None:
    """StoreError if a copy into this store was begun and not finished."""
    if await tx.has_table("copying"):
        source = await tx.value(SOURCE)
        raise StoreError(
            f"a copy of {source} into this store is not finished: run `playrelay store copy` again"
        )


async def _tables(tx: Tx, engine: str) -> list[Table]:
    found: dict[str, list[Row]] = {}
    for row in await tx.rows(SQLITE_COLUMNS if engine == "sqlite" else POSTGRES_COLUMNS):
        found.setdefault(row["table"], []).append(row)
    tables = [
        Table(
            name,
            tuple(row["column"] for row in rows),
            tuple(row["type"] for row in rows),
            tuple(row["column"] for row in sorted(rows, key=lambda row: row["key"]) if row["key"]),
        )
        for name, rows in found.items()
        if name not in LEFT_OUT
    ]
    order = {name: place for place, name in enumerate(PARENTS)}
    return sorted(tables, key=lambda table: order.get(table.name, len(order)))


async def _begin(tx: Tx, name: str) -> None:
    """Mark the target as an unfinished copy; StoreError if it is anything else."""
    if await tx.has_table("copying"):
        if await tx.value(SOURCE) != name:
            raise StoreError("another store is being copied there: give an empty database")
        return
    for table in ("inbox", "plays", "outbox", "contacts", "audit"):
        if await tx.row(f"SELECT 1 FROM playrelay.{table} LIMIT 1") is not None:
            raise StoreError(f"the target is in use (it has {table}): give an empty database")
    await tx.rows(MARK)
    await tx.change(NAME_SOURCE, name)


async def _portions(
    source: Database, target: Database, table: Table, portion: int
) -> AsyncIterator[list[Row]]:
    """The rows that the target lacks. Its single rows may come from the migration itself."""
    after: Values = ()
    if await target.read(partial(_count, table=table)) > 1:
        after = tuple(await target.read(partial(_last, table=table)))
    while rows := await source.read(partial(_next, table=table, after=after, portion=portion)):
        yield rows
        after = tuple(rows[-1][column] for column in table.key)


async def _last(tx: Tx, table: Table) -> Row:
    return await tx.one(table.last())


async def _next(tx: Tx, table: Table, after: Values, portion: int) -> list[Row]:
    return await tx.rows(table.select(after=bool(after)), portion, *after)


async def _save(tx: Tx, engine: Engine, table: Table, rows: Sequence[Row]) -> None:
    converts = [_CONVERT[engine].get(kind, _same) for kind in table.types]
    await tx.each(
        table.save(engine),
        [
            [
                None if value is None else convert(value)
                for convert, value in zip(converts, tuple(row), strict=True)
            ]
            for row in rows
        ],
    )


async def _count(tx: Tx, table: Table) -> int:
    return int(await tx.value(f"SELECT count(*) FROM playrelay.{table.name}"))


async def _finish(tx: Tx, engine: str, tables: Sequence[Table]) -> None:
    for table in tables:
        if engine == "postgres" and table.key == ("id",):
            await tx.rows(COUNT_FROM_SEQUENCE.format(table=table.name))
    await tx.rows(UNMARK)


def _same(value: Any) -> object:
    return value


def _text(value: object) -> str:
    """PostgreSQL has no NUL in its text, neither raw nor as a JSON escape."""
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text.replace("\0", "\ufffd").replace("\\u0000", "\\ufffd")


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


_CONVERT: dict[str, dict[str, Convert]] = {
    "postgres": {"boolean": bool, "json": _text, "jsonb": _text, "text": _text, "bytea": _bytes},
    "sqlite": {"integer": int, "text": str, "blob": _bytes},
}
"""How a value is written, by the engine and the type of its column."""
