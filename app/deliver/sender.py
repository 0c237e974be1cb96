"""Claims an event, sends it and settles it with one outcome; repeatedly."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from app.deliver.delays import DAY, DeliveryPolicy
from app.deliver.destination import Destinations
from app.deliver.loop import TROUBLE_SECONDS, keep_stepping, rest_until
from app.deliver.policy import UNSURE, Health, Sent, decide
from app.domain.identity import Identity, Unknown
from app.domain.outcome import (
    Decision,
    Delivered,
    Failing,
    IdentityRejected,
    Paused,
    RefusedMedium,
    Rejected,
    Retry,
    Unasked,
    Wait,
    was_asked,
)
from app.runtime.notifier import Notifier
from app.store.errors import StoreError
from app.store.pipeline import Outbox
from app.store.records import Job
from app.telemetry.metrics import Metrics

LEASE_MS = 120_000
"""Longer than a request, a token refresh and both repeated, so it outlasts its holder."""

_OUTCOMES = {
    Delivered: "delivered",
    Retry: "retry",
    Wait: "waiting",
    IdentityRejected: "next_rung",
    Rejected: "rejected",
    RefusedMedium: "rejected",
}

_log = structlog.get_logger(__name__)


class SenderContext(msgspec.Struct, frozen=True):
    """What senders and look-ups share. `clock`: ms since the epoch; `chance`: 0 ≤ random < 1.

    `idle_seconds`: the longest wait, because another process may requeue events meanwhile.
    """

    policy: DeliveryPolicy
    clock: Callable[[], int]
    chance: Callable[[], float]
    idle_seconds: float


class Sender:
    """One of several that run side by side; the store never gives the same event to two of them."""

    def __init__(
        self,
        store: Outbox,
        destinations: Destinations,
        context: SenderContext,
        due: Notifier,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._context = context
        self._due = due
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; a request in flight is finished."""
        await keep_stepping("sender", self.step, due=self._due, stop=stop, metrics=self._metrics)

    async def step(self) -> float:
        """Send one event if one is due; returns how long to wait, in seconds."""
        context = self._context
        now = context.clock()
        claim = await self._store.claim(now, LEASE_MS)
        if claim.job is None:
            return rest_until(claim.next_at, now, context.idle_seconds)
        job = claim.job
        identity = job.identity
        if isinstance(identity, Unknown):
            await self._store.release(job, now, sent=False, wait=identity.why)
            return 0
        if not claim.may_risk and identity.source in UNSURE and not job.proven:
            # HubSpot may not know the visitor, and the day already has too many errors.
            tomorrow = now - now % DAY + DAY
            await self._store.release(job, now, sent=False, wait="error_guard", until=tomorrow)
            return 0
        if job.refusal is not None:
            decision = Decision(job.refusal, Unasked())
        else:
            decision = await self._send(
                job, identity, Health(claim.failures, claim.strained, claim.refused_all)
            )
        await self._settle(job, decision)
        self._record(job, decision)
        return 0

    async def _settle(self, job: Job, decision: Decision) -> None:
        """Settle the job, retrying store errors: HubSpot must not get an accepted event again."""
        context = self._context
        while True:
            try:
                outcome, account = decision.outcome, decision.account
                return await self._store.settle(job, outcome, account, context.clock())
            except StoreError as error:
                if error.fault == "closed":
                    raise
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("answer_waits_for_store", fault=error.fault, advice=str(error))
                await asyncio.sleep(TROUBLE_SECONDS)

    async def _send(self, job: Job, identity: Identity, health: Health) -> Decision:
        destination = self._destinations[job.destination]
        try:
            body = destination.body(job, identity)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends this event alone
            message = f"{type(error).__name__}: {error}"
            return Decision(Rejected("unsendable", message=message), Unasked())
        try:
            result = await destination.send(job, body)
        except asyncio.CancelledError:
            # Cancelled at shutdown: HubSpot may have received it or not, so it is due again.
            now = self._context.clock()
            await asyncio.shield(self._store.release(job, now, sent=True))
            raise
        return decide(
            result,
            Sent(identity, job.attempts, job.created_at, destination.names),
            now=self._context.clock(),
            health=health,
            chance=self._context.chance(),
            policy=self._context.policy,
        )

    def _record(self, job: Job, decision: Decision) -> None:
        outcome, account = decision.outcome, decision.account
        name = _OUTCOMES[type(outcome)]
        self._metrics.outcomes.labels(name).inc()
        self._metrics.destinations.labels(job.destination, name).inc()
        if was_asked(account):
            self._metrics.budget.labels("event" if name == "delivered" else "wasted").inc()
        if isinstance(outcome, Retry):
            self._metrics.retries.labels(outcome.reason.partition(":")[0]).inc()
        if isinstance(outcome, IdentityRejected):
            source = outcome.identity.partition(":")[0]
            _log.warning(
                "identity_refused", outbox=job.id, source=source, category=outcome.category
            )
        if isinstance(outcome, Rejected):
            _log.warning(
                "event_rejected",
                outbox=job.id,
                destination=job.destination,
                reason=outcome.reason,
                status=outcome.http_status,
                category=outcome.category,
                correlation_id=outcome.correlation_id,
            )
        if isinstance(account, Paused):
            where = job.destination
            _log.error(
                "account_paused", reason=account.reason, until=account.until, destination=where
            )
        elif isinstance(account, Failing):
            _log.warning("hubspot_unavailable", reason=account.reason, destination=job.destination)
