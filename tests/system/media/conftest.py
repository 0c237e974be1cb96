"""A real store, a real sandbox over HTTP, and one virtual clock for both."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Exchange
from app.hubspot.tokens import StaticToken
from app.media.requester import Requester
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.state import Sandbox
from app.store.policy import Quota
from app.store.sqlite.database import open_sqlite
from app.store.store import Store
from tests.store.setting import policy
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import Clock

QUOTA = Quota(rate=4, window_ms=10_050)


@dataclass
class Harness:
    """All that listing and registering need."""

    store: Store
    client: HubSpotClient
    requester: Requester
    sandbox: Sandbox
    clock: Clock

    def now(self) -> int:
        """The time in ms since the epoch."""
        return int(self.clock.now * 1000)


@pytest.fixture
def clock() -> Clock:
    """Seconds since the epoch, for HubSpot and for us."""
    return Clock()


@pytest.fixture
def hubspot(clock: Clock) -> Iterator[tuple[Sandbox, str]]:
    """A HubSpot and its address; it takes no more than the quota grants."""
    app = create_sandbox(SandboxConfig(rate=QUOTA.rate), clock, sleep=clock.sleep)
    with LiveSandbox(app) as live:
        yield app.state.sandbox, live.url


@pytest.fixture
async def harness(
    tmp_path: Path, hubspot: tuple[Sandbox, str], clock: Clock
) -> AsyncIterator[Harness]:
    """Time passes only where the code waits."""
    sandbox, url = hubspot

    def now() -> int:
        return int(clock.now * 1000)

    store = await open_sqlite(
        f"sqlite:///{tmp_path}/store.db", replace(policy("passthrough"), quota=QUOTA)
    )
    async with make_http() as http:
        token = StaticToken(SecretStr("sandbox-access-token"))
        client = HubSpotClient(Exchange(http, url, now), token)
        yield Harness(
            store, client, Requester(store.permits, QUOTA, now, clock.sleep), sandbox, clock
        )
    await store.close()
