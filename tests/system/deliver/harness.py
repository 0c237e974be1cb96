"""All that delivery needs, for real: a store on disk, and the sandbox over real HTTP.

The product's composition root puts it together. Only time is the test's: one clock for the relay
and for HubSpot, which stands still between steps.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from msgspec.structs import replace
from uvicorn.server import ServerState

from app.config import Settings, accounts_of
from app.deliver.delays import DeliveryPolicy
from app.deliver.lookup import Lookup
from app.deliver.maintenance import MaintenanceWorker
from app.deliver.names import NameReader
from app.deliver.sender import Sender
from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import IdentityMode
from app.hubspot.client import HubSpotClient
from app.hubspot.custom_events import NAME, PROPERTIES
from app.runtime.account import AccountRuntime, open_account
from app.runtime.environment import Environment, IdleSeconds
from app.runtime.notifier import Notifier
from app.runtime.workers import Workers, make_workers
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.connection import DroppableProtocol
from app.sandbox.faults import Fault
from app.sandbox.names import SANDBOX_EVENT
from app.sandbox.state import Sandbox
from app.store.policy import Quota
from app.store.store import Store
from app.web.server.embedded import listen
from tests.store.setting import NOW, played, with_policy
from tests.unit.hubspot.vault import Clock

POLICY = DeliveryPolicy()
IDLE = IdleSeconds()


class Even(random.Random):
    """Randomness that always comes out in the middle."""

    def random(self) -> float:
        """See `random.Random`."""
        return 0.5


@dataclass
class Harness:
    """An account's runtime; what a test assigns here, the next worker it asks for is given."""

    runtime: AccountRuntime
    sandbox: Sandbox
    client: HubSpotClient
    store: Store
    clock: Clock
    quota: Quota
    idle: IdleSeconds = IDLE

    @property
    def due(self) -> Notifier:
        """Wakes senders and look-ups."""
        return self.runtime.notifiers.due

    def sender(self) -> Sender:
        """One of any number."""
        return self._workers().senders[0]

    def lookup(self) -> Lookup:
        """The worker that asks HubSpot about usertokens."""
        lookup = self._workers().lookup
        assert lookup is not None
        return lookup

    def names(self) -> NameReader:
        """The worker that reads contacts' names."""
        names = self._workers().names
        assert names is not None
        return names

    def maintenance(self) -> MaintenanceWorker:
        """The worker that does what becomes due with time."""
        return self._workers().maintenance

    def _workers(self) -> Workers:
        store = with_policy(self.store, quota=self.quota)
        account = replace(self.runtime.account, store=store)
        world = Environment(self.clock, Even(), idle=self.idle, window_seconds=0)
        return make_workers(account, self.client, self.runtime.notifiers, world)

    async def send_all(self) -> None:
        """Send until nothing can be sent now."""
        sender = self.sender()
        while not await sender.step():
            pass

    async def work(self, minutes: float, senders: int = 4) -> None:
        """Let all workers work side by side for so long; the clock moves when all are idle."""
        made, end = self._workers(), self.clock.now + int(minutes * 60_000)
        workers: list[Sender | Lookup] = list(made.senders[:senders])
        if made.lookup is not None:
            workers.append(made.lookup)
        while self.clock.now < end:
            await made.maintenance.step()
            rests = await asyncio.gather(*(worker.step() for worker in workers))
            if all(rests):
                self.clock.now += max(1, int(min(rests) * 1000))

    async def arrive(self, **fields: Any) -> None:
        """A ping arrives and is folded."""
        await played(self.store, self.clock.now, **fields)

    def world(self, **changes: Any) -> None:
        """HubSpot's account changes."""
        self.sandbox.config = self.sandbox.config.changed(changes)

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """From now on these go wrong."""
        self.sandbox.faults.replace([Fault(**fault) for fault in faults])

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        """The bodies that HubSpot has kept, in order of arrival."""
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
        """The requests to HubSpot: the last part of the path, and the status."""
        return [
            (s.path.strip("/").rpartition("/")[2], s.status) for s in self.sandbox.ledger.requests
        ]

    async def outbox(self) -> dict[str, str]:
        """Each event's status, by session and milestone."""
        return {
            f"{entry.play.session_id} {entry.value or 'attention'}": entry.status
            for entry in await self.store.admin.events(None, 1000)
        }

    def counted(self, name: str, **labels: str) -> float:
        """The value of one of the relay's counters."""
        return (
            self.runtime.account.metrics.registry.get_sample_value(
                f"playrelay_{name}_total", labels
            )
            or 0
        )


@asynccontextmanager
async def delivering(
    folder: Path,
    mode: IdentityMode,
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,),
    **more: Any,
) -> AsyncIterator[Harness]:
    """An account on an empty store, before a sandbox with the default world, its event defined."""
    clock = Clock(NOW)
    world = SandboxConfig(definitions={NAME: frozenset(PROPERTIES)})
    app = create_sandbox(world, lambda: clock.now / 1000)
    async with _served(app) as url:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'relay.db'}",
            allowed_origins=("*",),
            identity=mode,
            hubspot_base_url=url,
            hubspot_access_token=SandboxConfig().credentials.access_token,
            hubspot_rate=100,
            destinations=destinations,
            hubspot_event_name=SANDBOX_EVENT,
            **more,
        )
        (account,) = accounts_of(settings)
        async with open_account(account, Environment(clock, Even(), window_seconds=0)) as runtime:
            assert runtime.delivery
            store, quota = runtime.account.store, runtime.account.quota
            client = runtime.delivery.client
            yield Harness(runtime, app.state.sandbox, client, store, clock, quota)


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    """Uvicorn's protocol without its server, whose signals and ticks no test needs."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(app, http=DroppableProtocol, log_config=None, access_log=False)
    config.load()
    with listen("127.0.0.1", 0) as bound:
        server = await loop.create_server(
            lambda: DroppableProtocol(config=config, server_state=state, app_state={}), sock=bound
        )
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.close()
            await asyncio.gather(*state.tasks)
            await server.wait_closed()
