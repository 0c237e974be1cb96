"""An empty database of the account's own, and the stores that replicas open on it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.store.store import Store
from tests.store.engines import Postgres
from tests.store.postgres.ask import fresh_database


@pytest.fixture
def url() -> str:
    """An empty database."""
    return fresh_database()


@pytest.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[list[Store]]:
    """Two stores on one schema, with look-ups."""
    database = Postgres(tmp_path)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(database.open()) for _ in range(2)]


@pytest.fixture
async def passing(tmp_path: Path) -> AsyncIterator[list[Store]]:
    """The same where HubSpot converts the usertokens, so that events are due at once."""
    database = Postgres(tmp_path)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(database.open("passthrough")) for _ in range(2)]
