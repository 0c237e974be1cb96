"""The workers of an account: which exist, and how they run, restart and stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

import msgspec
import structlog

from app.config import Settings
from app.config.catalogue import load_catalogue
from app.deliver.delays import DeliveryPolicy
from app.deliver.destination import CustomEvents, Destinations, MediaBridge
from app.deliver.lookup import Lookup
from app.deliver.maintenance import MaintenanceWorker
from app.deliver.names import NameReader
from app.deliver.sender import Sender, SenderContext
from app.domain.media import Catalogue
from app.fold.folding import PureFolding, SitePolicy
from app.fold.media import MediaRefresher
from app.fold.worker import FoldWorker
from app.hubspot.client import HubSpotClient
from app.hubspot.custom_events import EventForm
from app.runtime.environment import Environment
from app.runtime.notifier import Notifiers, wait_for
from app.runtime.policies import milestones_of, observing_of, retention_of
from app.runtime.relay import Account
from app.sandbox.names import SANDBOX_EVENT

SENDERS = 4
"""HubSpot accepts eleven requests a second: four senders reach that, and few are cheap."""

RESTART_SECONDS = 1.0

Run = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""

_log = structlog.get_logger(__name__)


class Workers(msgspec.Struct, frozen=True):
    """All workers of one account."""

    fold: FoldWorker
    media: MediaRefresher
    maintenance: MaintenanceWorker
    senders: tuple[Sender, ...]
    lookup: Lookup | None
    names: NameReader | None

    def by_name(self) -> Mapping[str, Run]:
        """How each is run, by its name in the log."""
        runs = {
            "fold": self.fold.run,
            "media": self.media.run,
            "maintenance": self.maintenance.run,
            **{f"sender-{number}": each.run for number, each in enumerate(self.senders)},
        }
        some = {"lookup": self.lookup, "names": self.names}
        return runs | {name: each.run for name, each in some.items() if each is not None}


def make_workers(
    account: Account, client: HubSpotClient, notifiers: Notifiers, environment: Environment
) -> Workers:
    """The workers, ready to run. Raises CatalogueError."""
    settings, store, metrics = account.settings, account.store, account.metrics
    clock, idle, due = environment.clock, environment.idle, notifiers.due
    folding = _folding(account)
    retention = retention_of(settings)
    context = SenderContext(
        policy=DeliveryPolicy(give_up_after=retention.park_ms),
        clock=clock,
        chance=environment.random.random,
        idle_seconds=idle.deliver,
    )
    return Workers(
        fold=FoldWorker(
            store.folding,
            folding,
            clock=clock,
            pings=notifiers.pings,
            due=due,
            metrics=metrics,
            idle_seconds=idle.fold,
        ),
        media=MediaRefresher(store.media, folding.use_media, metrics, idle.maintain),
        maintenance=MaintenanceWorker(
            store.maintenance, store.inbox, clock, due, metrics, idle.maintain
        ),
        senders=tuple(
            Sender(store.outbox, destinations_of(account, client), context, due, metrics)
            for _ in range(SENDERS)
        ),
        lookup=Lookup(store.lookups, client, context, due, metrics)
        if settings.identity == "lookup"
        else None,
        names=NameReader(
            store.names,
            client,
            settings.console_names,
            settings.seal.close_text,
            clock,
            notifiers.names,
            metrics,
            idle.deliver,
        )
        if settings.console_names
        else None,
    )


def destinations_of(account: Account, client: HubSpotClient) -> Destinations:
    """Every destination; each site decides for which of them events are made."""
    return {
        "media-bridge": MediaBridge(client),
        "custom-events": CustomEvents(client, event_form_of(account)),
    }


def event_form_of(account: Account) -> EventForm:
    """The form of the account's custom events; the sandbox's own event if none is set."""
    settings = account.settings
    name = settings.hubspot_event_name or SANDBOX_EVENT
    if not settings.play_links or settings.public_url is None:
        return EventForm(name)
    chosen = f"account={quote(account.name, safe='')}&" if account.name else ""
    return EventForm(name, f"{settings.public_url}/console/play?{chosen}session=")


def _folding(account: Account) -> PureFolding:
    """The fold with the account's policies and those of each of its sites."""
    sites = {site.key: SitePolicy(*_policies(site.settings)) for site in account.sites}
    own = _policies(account.settings)
    return PureFolding(own.observing, own.milestones, sites, own.destinations)


def _policies(settings: Settings) -> SitePolicy:
    catalogue = load_catalogue(settings.catalogue) if settings.catalogue else Catalogue()
    return SitePolicy(
        observing_of(settings, catalogue), milestones_of(settings), settings.destinations
    )


class Task(msgspec.Struct, frozen=True):
    """One worker of one account, and what wakes it."""

    account: str
    name: str
    run: Run
    notifiers: Notifiers


@asynccontextmanager
async def running(
    work: Sequence[Task], stop: asyncio.Event, stop_seconds: float
) -> AsyncIterator[None]:
    """Run the workers; at the end let them finish, and cancel those that take too long."""
    tasks = {
        asyncio.create_task(_supervised(each, stop), name=f"{each.account} {each.name}".lstrip())
        for each in work
    }
    try:
        yield
    finally:
        stop.set()
        for each in work:
            each.notifiers.notify()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=stop_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _supervised(work: Task, stop: asyncio.Event) -> None:
    """Start a worker again when it fails: its work is in the store, so nothing is lost."""
    if work.account:  # in each line that the worker logs; a task has a context of its own
        structlog.contextvars.bind_contextvars(account=work.account)
    while not stop.is_set():
        try:
            await work.run(stop)
        except Exception:  # noqa: BLE001 - whatever it is, the relay goes on
            _log.exception("worker_failed", worker=work.name)
            await wait_for(stop, RESTART_SECONDS)
