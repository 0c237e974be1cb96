"""The loop that deliverers share: step, rest until something is due, bear a store in trouble."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.bell import Bell, heard
from app.store.interface import StoreError
from app.telemetry.metrics import Metrics

IDLE_SECONDS = 2.0
"""How long a deliverer rests at most: other processes may requeue events meanwhile."""

TROUBLE_SECONDS = 1.0

Step = Callable[[], Awaitable[float]]
"""Does one thing if there is one to do; returns how long to rest, in seconds."""

_log = structlog.get_logger(__name__)


async def keep_stepping(
    name: str, step: Step, *, due: Bell, stop: asyncio.Event, metrics: Metrics
) -> None:
    """Until told to stop. What a step has begun it finishes."""
    while not stop.is_set():
        ring = due.listen()
        try:
            rest = await step()
        except StoreError as error:
            metrics.store_errors.labels(error.fault).inc()
            _log.warning("waits_for_store", worker=name, fault=error.fault, advice=str(error))
            rest = TROUBLE_SECONDS
        if rest:
            await heard(ring, rest)


def rest_until(next_at: int | None, now: int, idle_seconds: float) -> float:
    """Seconds until the store has something to do again, as far as it knows (times in ms)."""
    if next_at is None:
        return idle_seconds
    return min(max(next_at - now, 1) / 1000, idle_seconds)
