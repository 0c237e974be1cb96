"""A sandbox in this process, on a clock that only moves when a test says so."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.state import Sandbox
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import Clock


@pytest.fixture
def clock() -> Clock:
    """The sandbox's time."""
    return Clock()


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    """A sandbox with the default world."""
    return create_sandbox(SandboxConfig(), clock, sleep=clock.sleep)


@pytest.fixture
def sandbox(app: FastAPI) -> Sandbox:
    """The sandbox's inner state."""
    state = app.state.sandbox
    assert isinstance(state, Sandbox)
    return state


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the sandbox without a network, with the static access token."""
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {SandboxConfig().credentials.access_token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sandbox", headers=headers
    ) as client:
        yield client


@pytest.fixture
def live(app: FastAPI) -> Iterator[LiveSandbox]:
    """The same sandbox, served by uvicorn on a port of its own."""
    with LiveSandbox(app) as served:
        yield served
