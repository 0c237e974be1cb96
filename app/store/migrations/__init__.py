"""The schema, as ordered SQL files for each engine; missing ones are applied to a store.

To change the schema, add one file for each engine. Released files never change.
"""

from functools import cache
from pathlib import Path
from typing import Protocol

from app.store.errors import StoreError
from app.store.tx import Engine, Tx

# The first releases let Alembic keep this table. A release that still does refuses, by the same
# table, a store that it does not know.
VERSION_TABLE = "alembic_version"
CREATE = """
    CREATE TABLE IF NOT EXISTS playrelay.alembic_version (
        version_num varchar(32) NOT NULL PRIMARY KEY);
"""
VERSION = "SELECT version_num FROM playrelay.alembic_version"
REPLACE = "UPDATE playrelay.alembic_version SET version_num = $1"
INSERT = "INSERT INTO playrelay.alembic_version VALUES ($1)"


class SchemaTx(Tx, Protocol):
    """A transaction that changes the schema."""

    async def script(self, text: str) -> None:
        """Several statements, without values."""
        ...

    async def has_tables(self) -> bool:
        """Whether there is any table where the store's are."""
        ...


async def is_current(tx: SchemaTx, engine: Engine) -> bool:
    """Whether there is nothing to migrate."""
    return await _version(tx) == max(_scripts(engine))


async def migrate(tx: SchemaTx, engine: Engine) -> None:
    """Apply the files that the store lacks; the caller commits. Raises StoreError."""
    await tx.lock("migrate")
    current = await _version(tx)
    scripts = _scripts(engine)
    if current is not None and current not in scripts:
        raise StoreError(
            "the store was written by a newer playrelay: run that version, or restore a backup",
            "schema",
        )
    if current is None and await tx.has_tables() and not await tx.has_table(VERSION_TABLE):
        raise StoreError(
            "the database has tables of another program: name one of the relay's own in "
            "PLAYRELAY_DATABASE_URL",
            "schema",
        )
    for version, script in scripts.items():
        if current is None or version > current:
            await tx.script(script)
    if current is None:
        await tx.script(CREATE)
    await tx.change(INSERT if current is None else REPLACE, max(scripts))


async def _version(tx: SchemaTx) -> str | None:
    """The last file that was applied; None if none was."""
    if not await tx.has_table(VERSION_TABLE):
        return None
    version = await tx.value(VERSION)
    return None if version is None else str(version)


@cache
def _scripts(engine: Engine) -> dict[str, str]:
    """The files by number, in order."""
    files = sorted(Path(__file__).parent.glob(f"*.{engine}.sql"))
    return {file.name.partition("_")[0]: file.read_text("utf-8") for file in files}
