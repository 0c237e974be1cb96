"""A store on disk, for a fold that needs one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.store.store import Store
from tests.store.engines import Sqlite


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store, where events are due at once."""
    async with Sqlite(tmp_path).open("passthrough") as opened:
        yield opened
