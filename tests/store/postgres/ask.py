"""Questions to a database from tests that run in no event loop."""

import asyncio
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from tests.store.postgres.shared import postgres_url


def ask(url: str, query: str, *given: object) -> list[tuple[Any, ...]]:
    """The rows of a query on the relay's own schema, read beside the relay."""

    async def fetch() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url, server_settings={"search_path": "playrelay"})
        try:
            return [tuple(row) for row in await connection.fetch(query, *given)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def fresh_database() -> str:
    """The URL of an empty database on the server that the tests share."""
    url, name = postgres_url(), f"test_{uuid4().hex}"
    ask(url, f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()
