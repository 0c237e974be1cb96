"""The schema of an account, created and migrated; and whether the server is fit for it."""

import structlog

from app.store.errors import StoreError
from app.store.migrations import is_current, migrate
from app.store.postgres.address import Address
from app.store.postgres.faults import DRIVER, store_error
from app.store.postgres.pool import connect, drop
from app.store.postgres.tx import PostgresTx, Schema

OLDEST_SERVER = 130_000

SERVER = """
    SELECT current_setting('server_version_num')::int AS version,
        current_setting('synchronous_commit') AS synchronous, current_setting('fsync') AS fsync,
        current_setting('server_encoding') AS encoding
"""
HAS_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = $1"

ENCODINGS = ("UTF8", "SQL_ASCII")
"""That keep any text: the second takes bytes as they come, and clients send UTF-8."""

_log = structlog.get_logger(__name__)


async def prepare(address: Address, schema: Schema) -> None:
    """Check that the server keeps what it confirms, and migrate. Raises StoreError.

    Any number of replicas may do so at once: one migrates, the others wait and find it done. If
    there is nothing to do, no lock is taken.
    """
    connection = await connect(address)
    tx = PostgresTx(connection, schema)
    try:
        async with connection.transaction():
            await _expect_fit(tx, address)
            current = await is_current(tx, "postgres")
        if not current:
            async with connection.transaction():
                await tx.lock("migrate")
                if await tx.value(HAS_SCHEMA, schema.name) is None:
                    await tx.script(f'CREATE SCHEMA "{schema.name}"')
                await migrate(tx, "postgres")
    except DRIVER as error:
        raise store_error(error, address.shown) from error
    finally:
        await drop(connection)


async def _expect_fit(tx: PostgresTx, address: Address) -> None:
    version, synchronous, fsync, encoding = await tx.one(SERVER)
    if version < OLDEST_SERVER:
        raise StoreError(f"the server {address.shown} is older than PostgreSQL 13: upgrade it")
    if synchronous == "off":
        raise StoreError(
            f"the server {address.shown} confirms before anything is on disk: "
            "ALTER DATABASE … SET synchronous_commit = on, or pings would be lost"
        )
    if encoding not in ENCODINGS:
        raise StoreError(
            f"the database {address.shown} keeps text in {encoding}, in which most of the world's "
            "names can't be written: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    if fsync != "on":
        _log.warning("store_not_durable", advice="the server runs with fsync = off: set it to on")
