"""Runs the sandbox inside the relay's process, in place of HubSpot."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn

from app.hubspot.custom_events import NAME, PROPERTIES
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.connection import DroppableProtocol
from app.sandbox.ledger import Ledger
from app.web.server.embedded import embedded


@asynccontextmanager
async def embedded_sandbox(
    rate: int, ledger: Ledger, clock: Callable[[], int]
) -> AsyncIterator[str]:
    """The sandbox on its own loopback port; yields its address.

    `rate`: requests that it accepts in ten seconds. `clock`: ms since the epoch.
    """
    definitions = {NAME: frozenset(PROPERTIES)}
    world = SandboxConfig(rate=rate, definitions=definitions)
    sandbox = create_sandbox(world, lambda: clock() / 1000, ledger=ledger)
    config = uvicorn.Config(
        sandbox, http=DroppableProtocol, log_config=None, access_log=False, lifespan="off"
    )
    async with embedded(config, 0, "sandbox") as port:
        yield f"http://127.0.0.1:{port}"
