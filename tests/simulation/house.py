"""The relay itself, put together as `bootstrap` does it: all is real but time, dice and network."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from app.bell import Bell
from app.bootstrap import SENDERS
from app.collect.endpoint import PATH, ProgressEndpoint
from app.collect.rate import AddressRate
from app.collect.sites import SiteEntry, SiteResolver
from app.deliver.lookup import Lookup
from app.deliver.policy import DeliveryPolicy
from app.deliver.sender import Desk, Sender
from app.deliver.upkeep import UpkeepWorker
from app.domain.identity import IdentityMode
from app.domain.media import Catalogue
from app.domain.origin import OriginPolicy
from app.fold.folding import PureFolding
from app.fold.worker import FoldWorker
from app.hubspot.client import HubSpotClient
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp
from app.hubspot.tokens import RefreshingToken, StaticToken, TokenSource
from app.policies import milestones_of, observing_of, quota_of, retention_of
from app.settings import Settings
from app.store.interface import Store, StoreError
from app.store.values import Quota
from app.telemetry.metrics import Metrics
from tests.simulation.clock import VirtualLoop
from tests.simulation.population import SITE

Opener = Callable[[IdentityMode], Awaitable[Store]]


@dataclass(frozen=True, slots=True)
class Rests:
    """How long idle workers rest, in seconds. All that matters rings a bell or has its time."""

    deliver: float = 3600.0
    fold: float = 300.0
    upkeep: float = 600.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a house is made of. `open_store`: on the same database every time."""

    settings: Settings
    open_store: Opener
    transport: httpx.AsyncBaseTransport
    dice: Random
    rests: Rests
    quota: Quota | None = None
    folding: type[PureFolding] = PureFolding


@dataclass(slots=True)
class House:
    """A relay at work. `dies`: it will not stop but be killed, in the middle of what it does."""

    store: Store
    endpoint: ProgressEndpoint
    metrics: Metrics
    quota: Quota
    dies: bool = False

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
async def house(parts: Parts, loop: VirtualLoop) -> AsyncIterator[House]:
    """Start one; its workers work until the end of the block."""
    settings, metrics, clock = parts.settings, Metrics(), loop.milliseconds
    pings, due, stop = Bell(), Bell(), asyncio.Event()
    quota = parts.quota or quota_of(settings)
    store = await parts.open_store(settings.identity)
    http = httpx.AsyncClient(transport=parts.transport)
    exchange = Exchange(http, settings.hubspot_base_url, clock, observe=metrics.observe_request)
    tokens, app = _tokens(settings, exchange, store, clock)
    client = HubSpotClient(exchange, tokens, api_version=settings.hubspot_api_version, app=app)
    retention = retention_of(settings)
    policy = DeliveryPolicy(give_up_after=retention.park_ms)
    desk = Desk(policy, quota, clock, parts.dice.random, parts.rests.deliver)
    fold = FoldWorker(
        store,
        parts.folding(observing_of(settings, Catalogue()), milestones_of(settings)),
        settle_ms=settings.settle_seconds * 1000,
        clock=clock,
        pings=pings,
        delivery=due,
        metrics=metrics,
        idle_seconds=parts.rests.fold,
    )
    workers: list[Callable[[asyncio.Event], Awaitable[None]]] = [
        fold.run,
        UpkeepWorker(store, retention, clock, due, metrics, parts.rests.upkeep).run,
        *(Sender(store, client, desk, due, metrics).run for _ in range(SENDERS)),
    ]
    if settings.identity == "lookup":
        workers.append(Lookup(store, client, desk, due, metrics).run)
    count = itertools.count(1)
    entry = SiteEntry(
        site="",
        origins=OriginPolicy.parse(settings.allowed_origins),
        needs_key=False,
        account="",
        inbox=store,
        wake=pings.ring,
        metrics=metrics,
    )
    endpoint = ProgressEndpoint(
        SiteResolver([entry]),
        AddressRate(0, loop.time),
        clock=clock,
        new_id=lambda: f"{next(count):x}",
        refused=metrics.pings,
    )
    await store.take_over(clock(), quota)
    await store.unpause()
    tasks = [asyncio.ensure_future(worker(stop)) for worker in workers]
    found = House(store, endpoint, metrics, quota)
    yield found
    if not found.dies:
        stop.set()
        pings.ring()
        due.ring()
        await asyncio.wait(tasks)
    # A refresh may hold a rotated token: see `Wire.spares_tokens`.
    await tokens.aclose()
    await store.close()
    stop.set()  # whoever was killed with a request in flight finds no store, and would try again
    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    await http.aclose()
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, StoreError):
            raise end


def _tokens(
    settings: Settings, exchange: Exchange, store: Store, clock: Callable[[], int]
) -> tuple[TokenSource, OAuthApp | None]:
    if settings.hubspot_refresh_token is None:
        assert settings.hubspot_access_token
        return StaticToken(settings.hubspot_access_token), None
    assert settings.hubspot_client_id
    assert settings.hubspot_client_secret
    app = OAuthApp(settings.hubspot_client_id, settings.hubspot_client_secret)
    return RefreshingToken(exchange, app, settings.hubspot_refresh_token, store, clock), app
