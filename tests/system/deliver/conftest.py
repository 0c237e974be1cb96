"""Deliverers that send at once, and deliverers that look up first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.deliver.harness import Harness, delivering


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine's must not come in between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def passing(tmp_path: Path) -> AsyncIterator[Harness]:
    """HubSpot converts the usertokens: every event is due at once."""
    async with delivering(tmp_path, "passthrough") as opened:
        yield opened


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Harness]:
    """Usertokens are looked up first."""
    async with delivering(tmp_path, "lookup") as opened:
        yield opened
