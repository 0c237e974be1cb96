"""The relay as it ships, in a simulated environment: time, randomness, network and store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from msgspec.structs import replace

from app.collect.endpoint import PATH, ProgressEndpoint
from app.config import Settings
from app.runtime.assemble import assemble
from app.runtime.environment import Environment, IdleSeconds
from app.store.account import Tokens
from app.store.errors import StoreError
from app.store.policy import Quota
from app.store.store import Store
from app.store.tx import Database
from app.telemetry.metrics import Metrics
from tests.simulation.population import SITE
from tests.store.setting import on

IDLE = IdleSeconds(fold=1800.0, deliver=3600.0, maintain=1800.0)
"""Long, so that weeks cost little: whatever matters notifies the workers, or has its time."""

SURVIVES = frozenset({"close", "exclusive"})


class Killable:
    """The database within, until the relay is killed: then nothing is read or written any more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.killed = False

    def __getattr__(self, name: str) -> Any:
        if self.killed and name not in SURVIVES:
            raise StoreError("the relay was killed", "closed")
        return getattr(self._database, name)


@dataclass(slots=True)
class RunningRelay:
    """A relay at work."""

    store: Store
    endpoint: ProgressEndpoint
    metrics: Metrics
    quota: Quota

    async def ping(self, body: bytes, referer: str | None) -> int:
        """Post a ping as a browser would; returns the status."""
        headers = [(b"origin", SITE.encode())]
        if referer is not None:
            headers.append((b"referer", referer.encode()))
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers}
        await self.endpoint({**scope, "client": ("192.0.2.1", 1)}, receive, send)
        return statuses[0]


@asynccontextmanager
async def relay_in(
    world: Environment, settings: Settings, *, killed: bool = False
) -> AsyncIterator[RunningRelay]:
    """Start a relay; at the end of the block it stops, or is killed in the middle of its work."""
    opened: list[tuple[Store, Killable]] = []

    async def open_killable(settings: Settings, *others: Any) -> Store:
        store = await world.open_database(settings, *others)
        killable = Killable(store._database)
        tokens = Tokens(store._database)
        on(store, cast("Database", killable)).tokens = tokens  # a rotated one is kept, see `Wire`
        opened.append((store, killable))
        return store

    stop_seconds = 0.0 if killed else world.stop_seconds
    mortal = replace(world, open_database=open_killable, stop_seconds=stop_seconds)
    async with assemble(settings, mortal) as relay:
        assert relay.progress
        account = relay.accounts[""]
        yield RunningRelay(opened[0][0], relay.progress, account.metrics, account.quota)
        opened[0][1].killed = killed
