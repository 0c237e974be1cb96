"""The composition root: from settings to everything that runs. Nobody else makes collaborators."""

import asyncio
import itertools
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import structlog
import uvicorn

from app.bell import Bell, Bells, heard
from app.catalogue import load_catalogue
from app.collect.activity import OriginActivity
from app.collect.endpoint import ProgressEndpoint
from app.collect.rate import AddressRate
from app.collect.sites import SiteEntry, SiteResolver
from app.credentials import has_tokens, oauth_app, token_source
from app.deliver.lookup import Lookup
from app.deliver.policy import DeliveryPolicy
from app.deliver.sender import Desk, Sender
from app.deliver.upkeep import UpkeepWorker
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.origin import OriginPolicy
from app.fold.folding import PureFolding, SitePolicy
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
from app.settings import AccountSettings, Settings, accounts_of, is_postgresql
from app.store.interface import Store
from app.store.postgres.engine import open_postgres
from app.store.sqlite.engine import open_sqlite
from app.telemetry.metrics import Metrics, Tally, pings_by_outcome
from app.web.server.embedded import embedded

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

    Raises SettingsError, StoreError, CatalogueError or SealError where the start must fail.
    """
    stop, new_id, activity = asyncio.Event(), _ids(), OriginActivity(now_ms)
    async with AsyncExitStack() as stack:
        houses = [await _house(stack, account) for account in accounts_of(settings)]
        sole = houses[0].account
        refused = pings_by_outcome() if sole.name else sole.metrics.pings
        await stack.enter_async_context(_working(houses, stop))
        stack.callback(stop.set)
        yield Relay(
            settings=settings,
            accounts={house.account.name: house.account for house in houses},
            progress=None
            if settings.role == "deliver"
            else _progress(settings, houses, new_id, refused, activity),
            refused=refused,
            clock=now_ms,
            stop=stop,
            new_id=new_id,
            activity=activity,
        )


class _House(NamedTuple):
    """An account with those who work in it, and the bells by which they are woken."""

    account: Account
    workers: dict[str, Worker]
    pings: Bell
    due: Bell


async def _house(stack: AsyncExitStack, given: AccountSettings) -> _House:
    """Open an account's store and its way to HubSpot; its workers are ready to start."""
    name, settings = given.name, given.settings
    metrics, pings, due = Metrics(), Bell(), Bell()
    ledger = Ledger() if settings.sandboxed and settings.role != "collect" else None
    # Where one only collects nobody listens.
    bells = None if settings.role == "collect" else Bells(pings, due)
    store = await open_store(settings, metrics, account=name, bells=bells)
    stack.push_async_callback(store.close)
    account = Account(name, settings, given.sites, store, metrics, quota_of(settings), ledger)
    if settings.role == "collect":
        return _House(account, {}, pings, due)
    if not await has_tokens(settings, store):
        _log.warning("not_connected", account=name, advice="run playrelay connect")
    client = await stack.enter_async_context(connect_hubspot(settings, store, metrics, ledger))
    interrupted = await store.take_over(now_ms(), account.quota)
    if interrupted:
        metrics.interrupted.inc(interrupted)
        _log.warning("sends_interrupted_by_last_stop", account=name, count=interrupted)
    await store.unpause()
    return _House(account, await _workers(account, client, pings, due), pings, due)


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
    account: Account, client: HubSpotClient, pings: Bell, due: Bell
) -> dict[str, Worker]:
    settings, store, metrics = account.settings, account.store, account.metrics
    folding = _folding(account)
    shelf = ShelfWorker(store, folding.know, metrics)
    await shelf.step()  # before the first fold
    retention = retention_of(settings)
    desk = Desk(
        policy=DeliveryPolicy(give_up_after=retention.park_ms),
        quota=account.quota,
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


def _folding(account: Account) -> PureFolding:
    """The account's own policies, and those of each site of it."""
    return PureFolding(
        *_policies(account.settings),
        {site.key: SitePolicy(*_policies(site.settings)) for site in account.sites},
    )


def _policies(settings: Settings) -> tuple[ObservationPolicy, MilestonePolicy]:
    catalogue = load_catalogue(settings.catalogue) if settings.catalogue else Catalogue()
    return observing_of(settings, catalogue), milestones_of(settings)


def _progress(
    settings: Settings,
    houses: Sequence[_House],
    new_id: Callable[[], str],
    refused: Tally,
    activity: OriginActivity,
) -> ProgressEndpoint:
    entries = [
        SiteEntry(
            site=site.key,
            origins=OriginPolicy.parse(
                site.settings.allowed_origins, loopback=site.settings.sandboxed
            ),
            needs_key=site.needs_key,
            account=house.account.name,
            inbox=house.account.store,
            wake=house.pings.ring,
            metrics=house.account.metrics,
        )
        for house in houses
        for site in house.account.sites
    ]
    return ProgressEndpoint(
        SiteResolver(entries),
        AddressRate(settings.pings_per_minute, time.monotonic),
        clock=now_ms,
        new_id=new_id,
        refused=refused,
        activity=activity,
    )


@asynccontextmanager
async def _embedded_sandbox(settings: Settings, ledger: Ledger) -> AsyncIterator[str]:
    """The sandbox on a loopback port of its own; yields its address."""
    world = World(rate=settings.hubspot_rate)
    sandbox = create_sandbox(world, time.time, ledger=ledger)
    config = uvicorn.Config(
        sandbox, http=CuttableProtocol, log_config=None, access_log=False, lifespan="off"
    )
    async with embedded(config, 0, "sandbox") as port:
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _working(houses: Sequence[_House], stop: asyncio.Event) -> AsyncIterator[None]:
    """Run the workers; at the end let them finish, and hurry those that take too long."""
    tasks = {
        asyncio.create_task(
            _supervised(house.account.name, name, worker, stop),
            name=f"{house.account.name} {name}".lstrip(),
        )
        for house in houses
        for name, worker in house.workers.items()
    }
    try:
        yield
    finally:
        stop.set()
        for house in houses:
            house.pings.ring()
            house.due.ring()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _supervised(account: str, name: str, worker: Worker, stop: asyncio.Event) -> None:
    """A worker that fails is started again: what it was at stands in the store, not in it."""
    if account:  # in each line that the worker logs; a task has a context of its own
        structlog.contextvars.bind_contextvars(account=account)
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
