"""The composition root: settings and an environment become a running relay."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from app.collect.activity import OriginActivity
from app.collect.endpoint import ProgressEndpoint
from app.collect.rate import AddressRate
from app.collect.sites import SiteEntry, SiteResolver
from app.config import Settings, accounts_of
from app.domain.origin import OriginPolicy
from app.runtime.account import AccountRuntime, open_account
from app.runtime.environment import Environment
from app.runtime.policies import trust_of
from app.runtime.relay import Relay
from app.runtime.workers import running
from app.telemetry.metrics import Tally, pings_by_outcome


@asynccontextmanager
async def assemble(
    settings: Settings, environment: Environment | None = None
) -> AsyncIterator[Relay]:
    """Open the accounts, start the workers, yield; then finish what is in flight and close.

    Raises SettingsError, StoreError, CatalogueError or SealError where the start must fail.
    """
    world = environment or Environment()
    stop, new_id, activity = asyncio.Event(), _request_ids(world), OriginActivity(world.clock)
    async with AsyncExitStack() as stack:
        runtimes = [
            await stack.enter_async_context(open_account(given, world))
            for given in accounts_of(settings)
        ]
        first = runtimes[0].account
        refused = pings_by_outcome() if first.name else first.metrics.pings
        tasks = [task for runtime in runtimes for task in runtime.tasks()]
        await stack.enter_async_context(running(tasks, stop, world.stop_seconds))
        stack.callback(stop.set)
        yield Relay(
            settings=settings,
            accounts={each.account.name: each.account for each in runtimes},
            progress=None
            if settings.role == "deliver"
            else _progress(settings, runtimes, world.clock, new_id, refused, activity),
            refused=refused,
            clock=world.clock,
            stop=stop,
            new_id=new_id,
            activity=activity,
        )


def _progress(
    settings: Settings,
    runtimes: Sequence[AccountRuntime],
    clock: Callable[[], int],
    new_id: Callable[[], str],
    refused: Tally,
    activity: OriginActivity,
) -> ProgressEndpoint:
    entries = [
        SiteEntry(
            site=site.key,
            origins=_origins_of(site.settings),
            needs_key=site.needs_key,
            account=runtime.account.name,
            inbox=runtime.account.store.inbox,
            wake=runtime.notifiers.pings.notify,
            metrics=runtime.account.metrics,
            admission=runtime.admission,
            trust=trust_of(site.settings),
        )
        for runtime in runtimes
        for site in runtime.account.sites
    ]
    return ProgressEndpoint(
        SiteResolver(entries),
        AddressRate(settings.pings_per_minute, asyncio.get_running_loop().time),
        clock=clock,
        new_id=new_id,
        refused=refused,
        activity=activity,
    )


def _origins_of(settings: Settings) -> OriginPolicy:
    """Whose pages may send. In the sandbox this includes this machine's pages and the demo."""
    allowed = list(settings.allowed_origins)
    if settings.sandboxed and settings.public_url is not None:
        url = urlsplit(settings.public_url)
        allowed.append(f"{url.scheme}://{url.netloc}")
    return OriginPolicy.parse(allowed, loopback=settings.sandboxed)


def _request_ids(environment: Environment) -> Callable[[], str]:
    """Request ids: unique across restarts, cheap, and free of information."""
    start, count = f"{environment.random.getrandbits(32):08x}", itertools.count(1)
    return lambda: f"{start}-{next(count):x}"
