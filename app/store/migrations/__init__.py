"""The schema, as ordered SQL files applied by Alembic. Plain SQL: there is no ORM to follow."""

import sqlite3
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from app.store.interface import StoreError

_HERE = Path(__file__).parent


def apply_sql(name: str) -> None:
    """Run `versions/{name}.{dialect}.sql` on the connection of the migration at hand."""
    connection = op.get_bind()
    script = (_HERE / "versions" / f"{name}.{connection.dialect.name}.sql").read_text("utf-8")
    for statement in _statements(script):
        connection.exec_driver_sql(statement)


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date. Raises StoreError when the store knows a newer one."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        raise StoreError(
            "the store was written by a newer playrelay: run that version, or restore a backup",
            "schema",
        ) from error


def _statements(script: str) -> list[str]:
    """Split at the semicolons that end a statement, by SQLite's own tokenizer."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
