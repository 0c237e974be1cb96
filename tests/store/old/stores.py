"""The stores of an earlier release, as `make` kept them."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg

HERE = Path(__file__).parent


def sqlite_at(path: Path) -> None:
    """Put that store there."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(_dump("sqlite"))


async def postgres_at(url: str) -> None:
    """Put that store into an empty database."""
    await run(url, _dump("postgres"))


async def run(url: str, script: str) -> None:
    """Run several statements there."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


def _dump(engine: str) -> str:
    return gzip.decompress((HERE / f"{engine}.sql.gz").read_bytes()).decode()
