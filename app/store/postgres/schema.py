"""The schema of an account: made, brought up to date, and a server that is fit for it."""

import structlog

from app.store.interface import StoreError
from app.store.migrations import newest, postgresql_script
from app.store.postgres.address import Address, key_of
from app.store.postgres.db import Db, Queries
from app.store.postgres.faults import DRIVER, store_error
from app.store.postgres.pool import connect, drop

OLDEST_SERVER = 130_000

SERVER = """
    SELECT current_setting('server_version_num')::int AS version,
        current_setting('synchronous_commit') AS synchronous, current_setting('fsync') AS fsync
"""
HAS_VERSION = "SELECT to_regclass('playrelay.alembic_version') IS NOT NULL"
VERSION = "SELECT version_num FROM playrelay.alembic_version"
TAKE_TURN = "SELECT pg_advisory_xact_lock($1)"
HAS_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = $1"

_log = structlog.get_logger(__name__)


async def prepare(address: Address, schema: str) -> None:
    """See that the server keeps what it confirms, and migrate. Raises StoreError.

    Any number of replicas may do so at once: one migrates, the others wait and find it done. Where
    there is nothing to do no lock is taken.
    """
    connection = await connect(address)
    db = Db(connection, Queries(schema))
    try:
        async with connection.transaction():
            await _expect_fit(db, address)
            version = await _version(db)
        if version != newest():
            async with connection.transaction():
                await _migrate(db, schema)
    except DRIVER as error:
        raise store_error(error, address.shown) from error
    finally:
        await drop(connection)


async def _migrate(db: Db, schema: str) -> None:
    await db.value(TAKE_TURN, key_of(schema, "migrate"))
    if await db.value(HAS_SCHEMA, schema) is None:
        await db.script(f'CREATE SCHEMA "{schema}"')
    version = await _version(db)
    if version != newest():
        await db.script(postgresql_script(version))


async def _version(db: Db) -> str | None:
    """The revision at which the schema stands, if it is there."""
    known = await db.value(HAS_VERSION)
    return str(await db.value(VERSION)) if known else None


async def _expect_fit(db: Db, address: Address) -> None:
    server = await db.row(SERVER)
    if server is None or server["version"] < OLDEST_SERVER:
        raise StoreError(f"the server {address.shown} is older than PostgreSQL 13: upgrade it")
    if server["synchronous"] == "off":
        raise StoreError(
            f"the server {address.shown} confirms before anything is on disk: "
            "ALTER DATABASE … SET synchronous_commit = on, or pings would be lost"
        )
    if server["fsync"] != "on":
        _log.warning("store_not_durable", advice="the server runs with fsync = off: set it to on")
