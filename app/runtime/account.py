"""Opens all that belongs to one HubSpot account: store, client, notifiers and workers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import msgspec
import structlog

from app.collect.admission import Admission
from app.config import PREFIX, AccountSettings, SettingsError
from app.hubspot.client import HubSpotClient
from app.hubspot.endings import LABELS
from app.hubspot.versions import unknown
from app.runtime.alerts import alert_runs
from app.runtime.credentials import has_tokens
from app.runtime.environment import Environment
from app.runtime.hubspot import connect_hubspot
from app.runtime.notifier import Notifiers, wait_for
from app.runtime.policies import quota_of
from app.runtime.relay import Account
from app.runtime.workers import Run, Task, Workers, make_workers
from app.sandbox.ledger import Ledger
from app.telemetry.metrics import Metrics

_log = structlog.get_logger(__name__)


class Delivery(msgspec.Struct, frozen=True):
    """An account's delivery: its client for HubSpot, and its workers."""

    client: HubSpotClient
    workers: Workers


class AccountRuntime(msgspec.Struct, frozen=True):
    """An opened account whose workers are not started yet. `delivery`: None if it only collects.

    `idle_seconds`: between two measurements of the store. `alerts`: the workers that report
    problems, in every process: one that only collects is the one to notice that nobody delivers.
    """

    account: Account
    notifiers: Notifiers
    delivery: Delivery | None
    admission: Admission
    idle_seconds: float
    alerts: Mapping[str, Run]

    def tasks(self) -> list[Task]:
        """The workers to run."""
        runs: dict[str, Run] = {**self.alerts}
        if self.delivery is not None:
            runs |= self.delivery.workers.by_name()
        if self.account.settings.role != "deliver":
            runs["admission"] = partial(
                self.admission.run, wait=wait_for, seconds=self.idle_seconds
            )
        name = self.account.name
        return [Task(name, worker, run, self.notifiers) for worker, run in runs.items()]


@asynccontextmanager
async def open_account(
    given: AccountSettings, environment: Environment
) -> AsyncIterator[AccountRuntime]:
    """Open an account, ready to run; close it at the end. Events cut off by a crash become due.

    Raises SettingsError, StoreError, CatalogueError or SealError.
    """
    name, settings = given.name, given.settings
    metrics, notifiers = Metrics(), Notifiers()
    delivers = settings.role != "collect"
    if delivers and settings.lacks_definition:
        place = f"[accounts.{name}] event_name" if name else f"{PREFIX}HUBSPOT_EVENT_NAME"
        raise SettingsError(
            [f"{place}: the destination custom-events needs it: playrelay events define prints it"]
        )
    ledger = Ledger() if settings.sandboxed and delivers else None
    async with AsyncExitStack() as stack:
        woken = notifiers if delivers else None
        store = await environment.open_database(settings, metrics, name, woken)
        stack.push_async_callback(store.close)
        await store.expect_whole()
        account = Account(name, settings, given.sites, store, metrics, quota_of(settings), ledger)
        admission = _admission(account, environment)
        idle = environment.idle.maintain
        alerts = alert_runs(account, environment)
        if not delivers:
            yield AccountRuntime(account, notifiers, None, admission, idle, alerts)
            return
        for use, known in unknown(settings.hubspot_versions).items():
            _log.warning(
                "unknown_hubspot_version",
                account=name,
                part=LABELS[use],
                version=settings.hubspot_versions[use],
                known=", ".join(known),
            )
        if not await has_tokens(settings, store):
            _log.warning("not_connected", account=name, advice="run playrelay connect")
        client = await stack.enter_async_context(
            connect_hubspot(settings, store, metrics, ledger, environment, account.signs)
        )
        interrupted = await store.maintenance.recover_in_flight(environment.clock())
        if interrupted:
            metrics.interrupted.inc(interrupted)
            _log.warning("sends_interrupted_by_last_stop", account=name, count=interrupted)
        await store.maintenance.clear_operator_pause()
        workers = make_workers(account, client, notifiers, environment)
        await workers.media.step()  # before the first fold
        delivery = Delivery(client, workers)
        yield AccountRuntime(account, notifiers, delivery, admission, idle, alerts)


def _admission(account: Account, environment: Environment) -> Admission:
    settings = account.settings
    return Admission(
        settings.store_limit_mb * 2**20,
        account.store.maintenance.usage,
        partial(environment.free_bytes, settings),
        account.store.maintenance.known_visitors,
        account.metrics,
        asks=settings.identity == "lookup",
    )
