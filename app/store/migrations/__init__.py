"""The schema, as ordered SQL files applied by Alembic. Plain SQL: there is no ORM to follow."""

import sqlite3
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from app.store.interface import StoreError

_HERE = Path(__file__).parent


def apply_sql(name: str) -> None:
    """Run `versions/{name}.{dialect}.sql` in the migration at hand, or write it down."""
    migration = op.get_context()
    script = (_HERE / "versions" / f"{name}.{migration.dialect.name}.sql").read_text("utf-8")
    if migration.as_sql:
        migration.impl.static_output(script)
        return
    for statement in _statements(script):
        op.get_bind().exec_driver_sql(statement)


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date. Raises StoreError when the store knows a newer one."""
    _upgrade("head", {"connection": connection})


def newest() -> str:
    """The revision that `upgrade` leads to."""
    return ScriptDirectory(str(_HERE)).get_current_head() or ""


def postgresql_script(since: str | None) -> str:
    """The SQL that leads from a revision (None: from nothing) to the newest, on schema `playrelay`.

    Written down instead of run, for the relay's driver is none that Alembic can use.
    """
    written = StringIO()
    given = {
        "dialect_name": "postgresql",
        "version_table_schema": "playrelay",
        "transactional_ddl": False,  # whoever runs it does so in a transaction
    }
    _upgrade(f"{since or 'base'}:head", given, written)
    return written.getvalue()


def _upgrade(revisions: str, target: Mapping[str, object], written: StringIO | None = None) -> None:
    config = Config(output_buffer=written or sys.stdout)
    config.set_main_option("script_location", str(_HERE))
    config.attributes["target"] = target
    try:
        command.upgrade(config, revisions, sql=written is not None)
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
