"""The composition root: from settings to everything that runs. Nobody else makes collaborators."""

import asyncio
import itertools
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
import uvicorn

from app.bell import Bell, Bells, heard
from app.catalogue import load_catalogue
from app.collect.endpoint import Guards, ProgressEndpoint
from app.collect.rate import AddressRate
from app.collect.sightings import Sightings
from app.credentials import has_tokens, oauth_app, token_source
from app.deliver.lookup import Lookup
from app.deliver.policy import DeliveryPolicy
from app.deliver.sender import Desk, Sender
from app.deliver.upkeep import UpkeepWorker
from app.domain.media import Catalogue
from app.domain.origin import OriginPolicy
from app.fold.folding import PureFolding
from app.fold.shelf import ShelfWorker
from app.fold.worker import FoldWorker
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Exchange
from app.policies import milestones_of, observing_of, quota_of, retention_of
from app.relay import Account, Relay
from app.sandbox.app import create_sandbox
from app.sandbox.connection import CuttableProtocol
from app.sandbox.ledger import Ledger
from app.sandbox.world import World
from app.server import EmbeddedServer, listen
from app.settings import Settings, is_postgresql
from app.store.interface import Store
from app.store.postgres.engine import open_postgres
from app.store.sqlite.engine import open_sqlite
from app.telemetry.metrics import Metrics

SENDERS = 4
"""At HubSpot's eleven requests a second four are plenty, and few are cheap."""

STOP_SECONDS = 20.0
"""How long a shutdown lets requests to HubSpot finish before they are given back."""

Worker = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""

_log = structlog.get_logger(__name__)


def now_ms() -> int:
    """The wall clock, in ms since the epoch."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def assemble(settings: Settings) -> AsyncIterator[Relay]:
    """Open the stores, start the workers, yield; then finish what is in flight, in that order.

    Raises StoreError, CatalogueError or SealError where the start must fail.
    """
    stop, new_id, pings = asyncio.Event(), _ids(), Bell()
    sightings = Sightings(now_ms)
    async with AsyncExitStack() as stack:
        workers: dict[str, Worker] = {}
        bells = [pings]
        account, due, found = await _account(stack, "", settings, pings)
        workers |= found
        bells.append(due)
        await stack.enter_async_context(_working(workers, stop, bells))
        stack.callback(stop.set)
        yield Relay(
            settings=settings,
            accounts={account.name: account},
            progress=None
            if settings.role == "deliver"
            else _progress(settings, account.store, pings, account.metrics, new_id, sightings),
            clock=now_ms,
            stop=stop,
            new_id=new_id,
            sightings=sightings,
        )


async def _account(
    stack: AsyncExitStack, name: str, settings: Settings, pings: Bell
) -> tuple[Account, Bell, dict[str, Worker]]:
    """Open an account's house; its workers, and the bell that wakes them, are for the caller."""
    metrics, due = Metrics(), Bell()
    ledger = Ledger() if settings.sandboxed and settings.role != "collect" else None
    # Where one only collects nobody listens.
    bells = None if settings.role == "collect" else Bells(pings, due)
    store = await open_store(settings, metrics, account=name, bells=bells)
    stack.push_async_callback(store.close)
    workers: dict[str, Worker] = {}
    quota = quota_of(settings)
    if settings.role != "collect":
        if not await has_tokens(settings, store):
            _log.warning("not_connected", account=name, advice="run playrelay connect")
        client = await stack.enter_async_context(connect_hubspot(settings, store, metrics, ledger))
        interrupted = await store.take_over(now_ms(), quota)
        if interrupted:
            metrics.interrupted.inc(interrupted)
            _log.warning("sends_interrupted_by_last_stop", account=name, count=interrupted)
        await store.unpause()
        workers = await _workers(settings, store, client, metrics, pings, due)
    return Account(name, settings, store, metrics, quota, ledger), due, workers


async def open_store(
    settings: Settings,
    metrics: Metrics | None = None,
    *,
    account: str = "",
    bells: Bells | None = None,
) -> Store:
    """The engine that the database URL names; an account with a name has a store of its own.

    `bells`: rung when other processes that share the store have something to fold or to send.
    """
    observe = (metrics or Metrics()).observe_commit
    url, mode = settings.database_url, settings.identity
    if is_postgresql(url):
        return await open_postgres(url, mode, observe, account, bells=bells)
    return await open_sqlite(url, mode, observe, account)


@asynccontextmanager
async def connect_hubspot(
    settings: Settings, store: Store, metrics: Metrics, ledger: Ledger | None
) -> AsyncIterator[HubSpotClient]:
    """A client for HubSpot, or for a sandbox of our own that writes into `ledger`."""
    async with AsyncExitStack() as stack:
        base_url = settings.hubspot_base_url
        if ledger is not None:
            base_url = await stack.enter_async_context(_embedded_sandbox(settings, ledger))
        http = await stack.enter_async_context(make_http())
        exchange = Exchange(http, base_url, now_ms, observe=metrics.observe_request)
        tokens = token_source(settings, exchange, store, now_ms)
        stack.push_async_callback(tokens.aclose)
        yield HubSpotClient(
            exchange, tokens, api_version=settings.hubspot_api_version, app=oauth_app(settings)
        )


async def _workers(
    settings: Settings,
    store: Store,
    client: HubSpotClient,
    metrics: Metrics,
    pings: Bell,
    due: Bell,
) -> dict[str, Worker]:
    catalogue = load_catalogue(settings.catalogue) if settings.catalogue else Catalogue()
    folding = PureFolding(observing_of(settings, catalogue), milestones_of(settings))
    shelf = ShelfWorker(store, folding.know, metrics)
    await shelf.step()  # before the first fold
    retention = retention_of(settings)
    desk = Desk(
        policy=DeliveryPolicy(give_up_after=retention.park_ms),
        quota=quota_of(settings),
        clock=now_ms,
        chance=random.Random().random,  # noqa: S311 - jitter, no secret
    )
    workers: dict[str, Worker] = {
        "fold": FoldWorker(
            store,
            folding,
            settle_ms=settings.settle_seconds * 1000,
            clock=now_ms,
            pings=pings,
            delivery=due,
            metrics=metrics,
        ).run,
        "shelf": shelf.run,
        "upkeep": UpkeepWorker(store, retention, now_ms, due, metrics).run,
    }
    for number in range(SENDERS):
        workers[f"sender-{number}"] = Sender(store, client, desk, due, metrics).run
    if settings.identity == "lookup":
        workers["lookup"] = Lookup(store, client, desk, due, metrics).run
    return workers


def _progress(
    settings: Settings,
    store: Store,
    pings: Bell,
    metrics: Metrics,
    new_id: Callable[[], str],
    sightings: Sightings,
) -> ProgressEndpoint:
    origins = OriginPolicy.parse(settings.allowed_origins, loopback=settings.sandboxed)
    return ProgressEndpoint(
        store,
        Guards(origins, AddressRate(settings.pings_per_minute, time.monotonic)),
        clock=now_ms,
        wake=pings.ring,
        new_id=new_id,
        metrics=metrics,
        sightings=sightings,
    )


@asynccontextmanager
async def _embedded_sandbox(settings: Settings, ledger: Ledger) -> AsyncIterator[str]:
    """The sandbox on a loopback port of its own; yields its address."""
    world = World(rate=settings.hubspot_rate)
    sandbox = create_sandbox(world, time.time, ledger=ledger)
    config = uvicorn.Config(
        sandbox, http=CuttableProtocol, log_config=None, access_log=False, lifespan="off"
    )
    with listen("127.0.0.1", 0) as bound:
        server = EmbeddedServer(config)
        task = asyncio.create_task(server.serve([bound]), name="sandbox")
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def _working(
    workers: dict[str, Worker], stop: asyncio.Event, bells: Sequence[Bell]
) -> AsyncIterator[None]:
    """Run the workers; at the end let them finish, and hurry those that take too long."""
    tasks = {
        asyncio.create_task(_supervised(name, worker, stop), name=name)
        for name, worker in workers.items()
    }
    try:
        yield
    finally:
        stop.set()
        for bell in bells:
            bell.ring()
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _supervised(name: str, worker: Worker, stop: asyncio.Event) -> None:
    """A worker that fails is started again: what it was at stands in the store, not in it."""
    while not stop.is_set():
        try:
            await worker(stop)
        except Exception:  # noqa: BLE001 - whatever it is, the relay goes on
            _log.exception("worker_failed", worker=name)
            await heard(stop, 1.0)


def _ids() -> Callable[[], str]:
    """Request ids: unique across restarts, cheap, and telling nothing."""
    boot, count = secrets.token_hex(4), itertools.count(1)
    return lambda: f"{boot}-{next(count):x}"
