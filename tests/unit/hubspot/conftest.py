"""The fixtures of the tests of the client and of the tokens."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.hubspot.client import make_http


@pytest.fixture
async def http(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The product's own HTTP client; a proxy of the machine's must not come in between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with make_http() as client:
        yield client
