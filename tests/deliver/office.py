"""All that delivery needs, for real: a store on disk, and the sandbox over real HTTP.

Only time is ours: one clock for the relay and for HubSpot, which stands still between steps.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from uvicorn.server import ServerState

from app.bell import Bell
from app.deliver.lookup import Lookup
from app.deliver.policy import DeliveryPolicy
from app.deliver.sender import Desk, Sender
from app.deliver.upkeep import UpkeepWorker
from app.domain.identity import IdentityMode
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Exchange
from app.hubspot.tokens import StaticToken
from app.sandbox.app import create_sandbox
from app.sandbox.connection import CuttableProtocol
from app.sandbox.faults import Fault
from app.sandbox.state import Sandbox
from app.sandbox.world import World
from app.store.interface import Store
from app.store.values import Quota
from app.telemetry.metrics import Metrics
from app.web.server.embedded import listen
from tests.hubspot.vault import Clock
from tests.store.engines import Sqlite
from tests.store.setting import NOW, QUOTA, RETENTION, played

CHANCE = 0.5
"""Every throw of the dice."""

POLICY = DeliveryPolicy()


@dataclass
class Office:
    """The desk and those who work at it."""

    store: Store
    sandbox: Sandbox
    client: HubSpotClient
    mode: IdentityMode
    clock: Clock
    quota: Quota = QUOTA
    policy: DeliveryPolicy = POLICY
    due: Bell = field(default_factory=Bell)
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def desk(self) -> Desk:
        """What the senders share."""
        return Desk(self.policy, self.quota, self.clock, lambda: CHANCE)

    def sender(self) -> Sender:
        """One of any number."""
        return Sender(self.store, self.client, self.desk, self.due, self.metrics)

    def lookup(self) -> Lookup:
        """The one that asks about usertokens."""
        return Lookup(self.store, self.client, self.desk, self.due, self.metrics)

    def upkeep(self) -> UpkeepWorker:
        """The one that does what time alone does."""
        return UpkeepWorker(self.store, RETENTION, self.clock, self.due, self.metrics)

    async def send_all(self) -> None:
        """Send until nothing can be sent now."""
        sender = self.sender()
        while not await sender.step():
            pass

    async def work(self, minutes: float, senders: int = 4) -> None:
        """All work side by side for so long, by the clock that moves when everybody rests."""
        workers: list[Sender | Lookup] = [*(self.sender() for _ in range(senders)), self.lookup()]
        upkeep, end = self.upkeep(), self.clock.now + int(minutes * 60_000)
        while self.clock.now < end:
            await upkeep.step()
            rests = await asyncio.gather(*(worker.step() for worker in workers))
            if all(rests):
                self.clock.now += max(1, int(min(rests) * 1000))

    async def arrive(self, **fields: Any) -> None:
        """A ping arrives and is folded."""
        await played(self.store, self.clock.now, **fields)

    def world(self, **changes: Any) -> None:
        """HubSpot's account changes."""
        self.sandbox.world = self.sandbox.world.changed(changes)

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """From now on these go wrong."""
        self.sandbox.faults.replace([Fault(**fault) for fault in faults])

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        """What HubSpot has kept, in order of arrival."""
        return [kept.body for kept in self.sandbox.ledger.events]

    @property
    def sent(self) -> list[str]:
        """The same, by session and milestone."""
        return [
            f"{body['sessionId']} {body.get('state', body.get('playedPercent', 'attention'))}"
            for body in self.bodies
        ]

    @property
    def requests(self) -> list[tuple[str, int | None]]:
        """What was asked of HubSpot: the last part of the path, and the status."""
        return [
            (s.path.strip("/").rpartition("/")[2], s.status) for s in self.sandbox.ledger.requests
        ]

    async def outbox(self) -> dict[str, str]:
        """Each event's status, by session and milestone."""
        return {
            f"{entry.play.session_id} {entry.value or 'attention'}": entry.status
            for entry in await self.store.outbox_list(None, 1000)
        }

    def counted(self, name: str, **labels: str) -> float:
        """What a counter of the relay's says."""
        return self.metrics.registry.get_sample_value(f"playrelay_{name}_total", labels) or 0


@asynccontextmanager
async def office(folder: Path, mode: IdentityMode) -> AsyncIterator[Office]:
    """Open one, on an empty store and a sandbox with the default world."""
    clock = Clock(NOW)
    app = create_sandbox(World(), lambda: clock.now / 1000)
    async with Sqlite(folder).open(mode) as store, _served(app) as url, make_http() as http:
        token = StaticToken(SecretStr(World().credentials.access_token or ""))
        client = HubSpotClient(Exchange(http, url, clock), token)
        yield Office(store, app.state.sandbox, client, mode, clock)


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    """Uvicorn's protocol without its server, whose signals and ticks no test needs."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(app, http=CuttableProtocol, log_config=None, access_log=False)
    config.load()
    with listen("127.0.0.1", 0) as bound:
        server = await loop.create_server(
            lambda: CuttableProtocol(config=config, server_state=state, app_state={}), sock=bound
        )
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.close()
            await asyncio.gather(*state.tasks)
            await server.wait_closed()
