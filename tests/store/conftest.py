"""An empty store on each engine in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.store.store import Store
from tests.store.engines import ENGINES, Database


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database."""
    return ENGINES[request.param](tmp_path)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    """The store on it, with look-ups."""
    async with database.open() as opened:
        yield opened


@pytest.fixture
async def passing(database: Database) -> AsyncIterator[Store]:
    """The same where HubSpot converts the usertokens, so that events are due at once."""
    async with database.open("passthrough") as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a future SQLite database; its folder doesn't exist yet."""
    return tmp_path / "data" / "relay.db"
