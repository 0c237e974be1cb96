"""The loop of senders and look-ups: step, wait until something is due, retry store errors."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.runtime.notifier import Notifier, wait_for
from app.store.errors import StoreError
from app.telemetry.metrics import Metrics

TROUBLE_SECONDS = 1.0

Step = Callable[[], Awaitable[float]]
"""Does one piece of work if there is any; returns how long to wait, in seconds."""

_log = structlog.get_logger(__name__)


async def keep_stepping(
    name: str, step: Step, *, due: Notifier, stop: asyncio.Event, metrics: Metrics
) -> None:
    """Call `step` until `stop` is set; a step that has begun is finished."""
    while not stop.is_set():
        event = due.next_event()
        try:
            rest = await step()
        except StoreError as error:
            metrics.store_errors.labels(error.fault).inc()
            _log.warning("waits_for_store", worker=name, fault=error.fault, advice=str(error))
            rest = TROUBLE_SECONDS
        if rest:
            await wait_for(event, rest)


def rest_until(next_at: int | None, now: int, idle_seconds: float) -> float:
    """Seconds until the store knows of something due, `idle_seconds` at most (times in ms)."""
    if next_at is None:
        return idle_seconds
    return min(max(next_at - now, 1) / 1000, idle_seconds)
