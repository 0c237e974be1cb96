"""The relay without its web server, and a HubSpot, in this process: time passes only when told to.

For what takes minutes, hours or days: pauses, growing intervals, tokens that end. Everything else
is the real thing: the store on disk, the workers, the client, the sandbox and its limits.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from app.bell import Bell
from app.bootstrap import open_store
from app.deliver.lookup import Lookup
from app.deliver.policy import DeliveryPolicy
from app.deliver.sender import Desk, Sender
from app.deliver.upkeep import UpkeepWorker
from app.domain.media import Catalogue
from app.fold.folding import PureFolding
from app.fold.worker import FoldWorker
from app.hubspot.client import HubSpotClient
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp
from app.hubspot.tokens import RefreshingToken, StaticToken, TokenSource
from app.policies import milestones_of, observing_of, quota_of, retention_of
from app.sandbox.app import create_sandbox
from app.sandbox.faults import Fault
from app.sandbox.ledger import Kept, Seen
from app.sandbox.world import World
from app.settings import Settings
from app.store.interface import Store
from app.store.values import InboxPing, OutboxEntry
from app.telemetry.metrics import Metrics
from tests.processes.relay import ping
from tests.processes.sandbox import TOKEN, Milestone, milestone_of

BEGIN = 1_790_000_000_000
"""Some morning of September 2026, in ms since the epoch."""


@dataclass
class Clock:
    """Milliseconds since the epoch; moves when it is told to, and while somebody sleeps by it."""

    now: int = BEGIN

    def __call__(self) -> int:
        """The time."""
        return self.now

    def seconds(self) -> float:
        """The time, for the sandbox."""
        return self.now / 1000

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass, at once."""
        self.now += int(seconds * 1000)


class HubSpot(httpx.AsyncBaseTransport):
    """The sandbox at the end of a line that can be cut. It outlives the houses it serves."""

    def __init__(self, clock: Clock, **world: Any) -> None:
        self.clock = clock
        self.down = False
        self.tried: list[int] = []
        self._app: FastAPI = create_sandbox(
            World().changed(world), clock.seconds, sleep=clock.sleep
        )
        self._line = httpx.ASGITransport(self._app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let a request through, or refuse the connection; note when it was tried."""
        self.tried.append(self.clock.now)
        if self.down:
            raise httpx.ConnectError("Connection refused")
        return await self._line.handle_async_request(request)

    def world(self, **changes: Any) -> None:
        """Change the account."""
        self._app.state.sandbox.world = self._app.state.sandbox.world.changed(changes)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Put these in the place of all faults that were."""
        self._app.state.sandbox.faults.replace(Fault.model_validate(rule) for rule in rules)

    @property
    def events(self) -> list[Kept]:
        """What was kept, in order of arrival."""
        return list(self._app.state.ledger.events)

    @property
    def kept(self) -> list[Milestone]:
        """The same, in short."""
        return [milestone_of({"event": each.event, "body": each.body}) for each in self.events]

    @property
    def requests(self) -> list[Seen]:
        """Every request that came through."""
        return list(self._app.state.ledger.requests)

    @property
    def peak(self) -> int:
        """The most requests within any ten seconds."""
        return int(self._app.state.sandbox.limiter.peak)


class House:
    """Collects, folds, looks up and delivers, one step after the other."""

    def __init__(
        self, store: Store, client: HubSpotClient, settings: Settings, clock: Clock
    ) -> None:
        self.store = store
        self._clock = clock
        metrics, bell = Metrics(), Bell()
        desk = Desk(
            policy=DeliveryPolicy(give_up_after=retention_of(settings).park_ms),
            quota=quota_of(settings),
            clock=clock,
            chance=random.Random(1).random,  # noqa: S311 - dice
        )
        self._fold = FoldWorker(
            store,
            PureFolding(observing_of(settings, Catalogue()), milestones_of(settings)),
            settle_ms=settings.settle_seconds * 1000,
            clock=clock,
            pings=bell,
            delivery=bell,
            metrics=metrics,
        )
        self._upkeep = UpkeepWorker(store, retention_of(settings), clock, bell, metrics)
        self._senders: list[Callable[[], Awaitable[float]]] = [
            Sender(store, client, desk, bell, metrics).step
        ]
        if settings.identity == "lookup":
            self._senders.append(Lookup(store, client, desk, bell, metrics).step)

    async def watch(self, session: str, percent: float, **fields: object) -> None:
        """A ping, as if it had been answered."""
        body = msgspec.json.encode(ping(session, percent, **fields))
        await self.store.append(InboxPing(self._clock.now, None, body))

    async def work(self) -> float:
        """Do all that can be done now; returns for how many seconds there is nothing to do."""
        while await self._upkeep.step():
            pass
        while True:
            folded = await self._fold.step()
            rests = [await step() for step in self._senders]
            if not folded and all(rests):
                return min(rests)

    async def leap(self, seconds: float) -> None:
        """Come back after so long, and do what can be done then."""
        self._clock.now += int(seconds * 1000)
        await self.work()

    async def live(self, seconds: float) -> None:
        """Let time pass as it does for a relay that runs."""
        end = self._clock.now + int(seconds * 1000)
        while (rest := await self.work()) and self._clock.now < end:
            self._clock.now = min(end, self._clock.now + max(1, int(rest * 1000)))

    async def entries(self) -> list[OutboxEntry]:
        """All events, oldest first."""
        return (await self.store.outbox_list(None, 1000))[::-1]

    async def statuses(self) -> set[str]:
        """Where the events stand."""
        return {entry.status for entry in await self.entries()}

    async def paused_by(self) -> str:
        """Why nothing is sent now; empty if something may be."""
        depths = await self.store.depths(self._clock.now)
        return depths.pause_reason if depths.paused_until > self._clock.now else ""


@asynccontextmanager
async def house(folder: Path, hubspot: HubSpot, **settings: Any) -> AsyncIterator[House]:
    """A relay on the store in `folder`, as after a start; closed without finishing anything."""
    if "hubspot_refresh_token" not in settings:
        settings = {"hubspot_access_token": TOKEN, **settings}
    given = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'relay.db'}",
        allowed_origins=("*",),
        **settings,
    )
    async with AsyncExitStack() as stack:
        store = await open_store(given)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=hubspot))
        exchange = Exchange(http, given.hubspot_base_url, hubspot.clock)
        app, tokens = _tokens(given, exchange, store, hubspot.clock)
        stack.push_async_callback(tokens.aclose)
        client = HubSpotClient(exchange, tokens, api_version=given.hubspot_api_version, app=app)
        await store.take_over(hubspot.clock.now, quota_of(given))
        await store.unpause()
        yield House(store, client, given, hubspot.clock)


def _tokens(
    settings: Settings, exchange: Exchange, store: Store, clock: Clock
) -> tuple[OAuthApp | None, TokenSource]:
    if settings.hubspot_access_token is not None:
        return None, StaticToken(settings.hubspot_access_token)
    assert settings.hubspot_client_id
    assert settings.hubspot_client_secret
    assert settings.hubspot_refresh_token
    app = OAuthApp(settings.hubspot_client_id, settings.hubspot_client_secret)
    return app, RefreshingToken(exchange, app, settings.hubspot_refresh_token, store, clock)
