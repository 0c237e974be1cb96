"""What the platform asks: alive? able to store? and the figures."""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.bootstrap import Relay
from app.domain.outcome import STATUSES
from app.store.interface import StoreError
from app.store.values import Depths

_log = structlog.get_logger(__name__)


def relay_of(request: Request) -> Relay:
    """The relay that serves this request."""
    relay: Relay = request.app.state.relay
    return relay


TheRelay = Annotated[Relay, Depends(relay_of)]


def health_routes() -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    router = APIRouter(tags=["platform"])

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def alive() -> Mapping[str, str]:
        """The process answers. Restart it when this fails."""
        return {"status": "ok"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", responses={503: {"description": "The store can't take pings"}})
    async def ready(relay: TheRelay) -> Response:
        """The store takes writes. Send no pings while this fails."""
        try:
            await relay.store.check_writable(relay.clock())
        except StoreError as error:
            relay.metrics.ready.set(0)
            _log.error("not_ready", fault=error.fault, advice=str(error))
            return JSONResponse({"status": "unavailable", "reason": error.fault}, 503)
        relay.metrics.ready.set(1)
        return JSONResponse({"status": "ok"})

    @router.get("/metrics", response_class=Response)
    async def metrics(relay: TheRelay) -> Response:
        """Prometheus' text format; docs/METRICS.md names each figure."""
        try:
            _gauge(relay, await relay.store.depths(relay.clock()))
        except StoreError as error:
            relay.metrics.store_errors.labels(error.fault).inc()
        return Response(relay.metrics.render(), media_type=CONTENT_TYPE_LATEST)

    return router


def _gauge(relay: Relay, depths: Depths) -> None:
    metrics = relay.metrics
    metrics.inbox_depth.set(depths.inbox)
    metrics.inbox_age.set(depths.inbox_age / 1000)
    for status in STATUSES:
        metrics.outbox_depth.labels(status).set(depths.outbox[status])
    metrics.outbox_age.set(depths.due_age / 1000)
    metrics.strangers.set(depths.strangers)
    metrics.quarantine_depth.set(depths.quarantined)
    metrics.quota_left.set(max(0, relay.quota.rate - depths.quota_used))
    metrics.day_requests.set(depths.requests_today)
    metrics.day_errors.set(depths.errors_today)
    metrics.paused.clear()
    if depths.paused_until > relay.clock():
        metrics.paused.labels(depths.pause_reason.partition(":")[0]).set(1)
