"""Reads contacts' names for the console: a hundred per request, after events."""

import asyncio
from collections.abc import Callable, Collection

import structlog

from app.deliver.loop import keep_stepping, rest_until
from app.deliver.sender import LEASE_MS
from app.domain.outcome import AccountUpdate, Failing, Healthy, Paused, Unasked
from app.hubspot.client import HubSpotClient
from app.hubspot.contacts import NAMES_LIMIT, ContactNames, NamePart
from app.hubspot.results import (
    MissingScope,
    NotConnected,
    Refused,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
)
from app.runtime.notifier import Notifier
from app.store.names import ContactNameStore
from app.telemetry.metrics import Metrics

THROTTLED_SECONDS = 10.0
MISSING_SCOPE = "missing_scope"

_log = structlog.get_logger(__name__)


class NameReader:
    """Stores HubSpot's answer encrypted. `seal`: encrypts a name for the store.

    A failure pauses no event, unless it is a limit of HubSpot's, which applies to all requests.
    """

    def __init__(
        self,
        store: ContactNameStore,
        hubspot: HubSpotClient,
        parts: Collection[NamePart],
        seal: Callable[[str], str],
        clock: Callable[[], int],
        stopping: Notifier,
        metrics: Metrics,
        idle_seconds: float,
    ) -> None:
        self._store = store
        self._hubspot = hubspot
        self._parts = parts
        self._seal = seal
        self._clock = clock
        self._stopping = stopping
        self._metrics = metrics
        self._idle = idle_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Read names until `stop` is set."""
        woken = self._stopping
        await keep_stepping("names", self.step, due=woken, stop=stop, metrics=self._metrics)

    async def step(self) -> float:
        """Make one request if names are wanted; returns how long to wait, in seconds."""
        now = self._clock()
        if not await self._store.waiting(now):
            return self._idle
        claim = await self._store.claim(now, NAMES_LIMIT, LEASE_MS)
        if claim.permit is None:
            return rest_until(claim.next_at, now, self._idle)
        result = await self._hubspot.contact_names(claim.contacts, self._parts)
        now = self._clock()
        if isinstance(result, ContactNames):
            found = {each: self._sealed(result.found.get(each)) for each in claim.contacts}
            await self._store.save(claim.permit, found, Healthy(of_event=False), now)
            self._metrics.budget.labels("names").inc()
            return 0
        fault = MISSING_SCOPE if isinstance(result, MissingScope) else "unavailable"
        _log.warning("names_not_read", reason=type(result).__name__)
        await self._store.fail(claim.permit, fault, _update(result, now), now)
        self._metrics.budget.labels("wasted").inc()
        return self._idle

    def _sealed(self, name: str | None) -> str:
        return self._seal(name) if name else ""


def _update(result: Refused | Trouble, now: int) -> AccountUpdate:
    """What the answer says about the account: a refusal here says nothing about events."""
    match result:
        case Throttled(policy=policy, retry_after=wait):
            rest = THROTTLED_SECONDS if wait is None else wait
            return Paused(
                now + int(rest * 1000), "daily_limit" if policy == "DAILY" else "rate_limited"
            )
        case Unavailable(reason=reason, answered=answered):
            return Failing(f"unavailable: {reason}", was_error=answered)
        case NotConnected():
            return Unasked()
        case Refused() | Unauthorized() | MissingScope():
            return Healthy(was_error=True, of_event=False)
