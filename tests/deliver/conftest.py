"""Offices that send at once, and offices that ask first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deliver.office import Office, office


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine's must not come in between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def passing(tmp_path: Path) -> AsyncIterator[Office]:
    """HubSpot converts the usertokens: every event is due at once."""
    async with office(tmp_path, "passthrough") as opened:
        yield opened


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Office]:
    """Usertokens are looked up first."""
    async with office(tmp_path, "lookup") as opened:
        yield opened
