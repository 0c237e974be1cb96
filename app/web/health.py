"""Liveness, readiness and metrics, for the platform that runs the relay."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.domain.outcome import STATUSES
from app.runtime.relay import Account, Relay
from app.store.errors import StoreError
from app.store.event_reports import REFUSED_MEDIA
from app.telemetry.exposition import Figures, exposition
from app.web.dependencies import TheRelay
from app.web.shared import SharedAnswer

SLOW_SECONDS = 0.5
REST = 20
"""Counting a large store that took longer than `SLOW_SECONDS` is not repeated for `REST` times as
long: looking may cost a twentieth of the store's time."""

_log = structlog.get_logger(__name__)


def health_routes(process: Sequence[Figures] = ()) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`. `process`: figures that belong to no account."""
    router = APIRouter(tags=["platform"])
    rest_until: dict[str, float] = {}
    # Each check is a commit to disk, and anybody may ask.
    readiness: SharedAnswer[list[str]] = SharedAnswer(time.monotonic)

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def alive() -> Mapping[str, str]:
        """The process answers. Restart it when this fails."""
        return {"status": "ok"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", responses={503: {"description": "The store can't take pings"}})
    async def ready(relay: TheRelay) -> Response:
        """The store takes writes. Send no pings while this fails.

        Of several accounts one that can take pings is enough: the others answer for themselves.
        """
        faults = await readiness.get(lambda: _faults(relay))
        details: dict[str, object] = {"sandbox": True} if relay.settings.sandboxed else {}
        if not any(faults):
            return JSONResponse({"status": "ok", **details})
        details["reason"] = next(filter(None, faults))
        if len(faults) > 1:
            named = zip(relay.accounts, faults, strict=True)
            details["accounts"] = {name: fault for name, fault in named if fault}
        if all(faults):
            return JSONResponse({"status": "unavailable", **details}, 503)
        return JSONResponse({"status": "degraded", **details})

    @router.get("/metrics", response_class=Response)
    async def metrics(relay: TheRelay) -> Response:
        """Prometheus' text format; docs/METRICS.md names each figure."""
        now = relay.clock()
        await asyncio.gather(*(_gauge(each, now, rest_until) for each in relay.accounts.values()))
        figures: dict[str, Figures] = {"": relay.refused}
        figures |= {name: each.metrics.registry for name, each in relay.accounts.items()}
        return Response(exposition(figures, process), media_type=CONTENT_TYPE_LATEST)

    return router


async def _faults(relay: Relay) -> list[str]:
    """For each account, the fault why its store takes no writes; empty if it does."""
    now, accounts = relay.clock(), relay.accounts.values()
    return list(await asyncio.gather(*(_fault(each, now) for each in accounts)))


async def _fault(account: Account, now: int) -> str:
    """The fault why the account's store takes no writes; empty if it does."""
    try:
        await account.store.inbox.check_writable(now)
    except StoreError as error:
        account.metrics.ready.set(0)
        _log.error("not_ready", account=account.name, fault=error.fault, advice=str(error))
        return error.fault
    account.metrics.ready.set(1)
    return ""


def _endings(account: Account) -> None:
    metrics = account.metrics
    metrics.version_ends.clear()
    metrics.endpoint_gone.clear()
    for each in account.endings():
        metrics.endpoint_gone.labels(each.use).set(each.gone)
        if each.ends_at is not None:
            metrics.version_ends.labels(each.use, each.version).set(each.ends_at / 1000)


async def _gauge(account: Account, now: int, rest_until: dict[str, float]) -> None:
    """Set the gauges. `rest_until`: by account, until when (monotonic) what they say is enough."""
    metrics = account.metrics
    metrics.sandbox.set(account.settings.sandboxed)
    _endings(account)
    began = time.monotonic()
    if began < rest_until.get(account.name, began):
        return
    try:
        depths = await account.store.admin.depths(now)
        refused = await account.store.rejections.media(now, REFUSED_MEDIA)
    except StoreError as error:
        metrics.store_errors.labels(error.fault).inc()
        return
    took = time.monotonic() - began
    if took > SLOW_SECONDS:
        rest_until[account.name] = began + REST * took
    metrics.inbox_depth.set(depths.inbox)
    metrics.inbox_age.set(depths.inbox_age / 1000)
    for status in STATUSES:
        metrics.outbox_depth.labels(status).set(depths.outbox[status])
    metrics.outbox_age.set(depths.due_age / 1000)
    metrics.strangers.set(depths.strangers)
    metrics.quarantine_depth.set(depths.quarantined)
    metrics.refused_media.set(len(refused))
    metrics.quota_left.set(max(0, account.quota.rate - depths.quota_used))
    metrics.day_requests.set(depths.requests_today)
    metrics.day_errors.set(depths.errors_today)
    metrics.paused.clear()
    metrics.destination_paused.clear()
    for rest in depths.resting:
        reason = rest.reason.partition(":")[0]
        metrics.destination_paused.labels(rest.destination, reason).set(1)
    metrics.destination_depth.clear()
    for destination, statuses in depths.elsewhere.items():
        for status, events in statuses.items():
            metrics.destination_depth.labels(destination, status).set(events)
    if depths.paused_until > now:
        metrics.paused.labels(depths.pause_reason.partition(":")[0]).set(1)
