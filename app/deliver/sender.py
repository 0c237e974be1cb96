"""Claim an event, send it, settle it with one outcome; again and again."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from app.bell import Bell, heard
from app.deliver.policy import DeliveryPolicy, Sent, decide
from app.deliver.request import body_of
from app.domain.identity import Identity, IdentityMode, Unknown, identify
from app.domain.outcome import Decision, Delivered, Healthy, Paused, Rejected, Retry, Wait
from app.hubspot.client import HubSpotClient
from app.store.interface import Job, Quota, Store, StoreError
from app.telemetry.metrics import Metrics

LEASE_MS = 120_000
"""Longer than a request, a refresh of the token and both once more: it ends with its holder."""

IDLE_SECONDS = 2.0
"""How long the sender rests at most: other processes may requeue events meanwhile."""

TROUBLE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Desk(msgspec.Struct, frozen=True):
    """What the senders share: the rules, the clock (ms since the epoch) and the dice."""

    policy: DeliveryPolicy
    quota: Quota
    mode: IdentityMode
    clock: Callable[[], int]
    chance: Callable[[], float]


class Sender:
    """One of a few that run side by side; the store keeps them from taking the same event."""

    def __init__(
        self, store: Store, hubspot: HubSpotClient, desk: Desk, due: Bell, metrics: Metrics
    ) -> None:
        self._store = store
        self._hubspot = hubspot
        self._desk = desk
        self._due = due
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is in flight then is finished."""
        while not stop.is_set():
            ring = self._due.listen()
            try:
                rest = await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
                _log.warning("delivery_waits_for_store", fault=error.fault, advice=str(error))
                rest = TROUBLE_SECONDS
            if rest:
                await heard(ring, rest)

    async def step(self) -> float:
        """Send one event if one is due; returns how long to rest, in seconds."""
        desk = self._desk
        now = desk.clock()
        claim = await self._store.claim(now, LEASE_MS, desk.quota)
        if claim.job is None:
            until = claim.next_at - now if claim.next_at else IDLE_SECONDS * 1000
            return min(max(until, 1) / 1000, IDLE_SECONDS)
        job = claim.job
        play = job.play
        identity = identify(
            signed_contact_id=play.contact_id[1] if play.contact_id else None,
            utk=play.utk[1] if play.utk else None,
            hsenc=play.hsenc[1] if play.hsenc else None,
            known=job.known,
            mode=desk.mode,
        )
        if isinstance(identity, Unknown):
            await self._store.release(job, now, desk.quota, sent=False, wait=identity.why)
            return 0
        decision = await self._send(job, identity, claim.failures)
        await self._store.settle(job, decision.outcome, decision.account, desk.clock(), desk.quota)
        self._tell(job, decision)
        return 0

    async def _send(self, job: Job, identity: Identity, failures: int) -> Decision:
        try:
            result = await self._hubspot.send(job.event, body_of(job, identity))
        except asyncio.CancelledError:
            # Told to hurry: whether it arrived is not known, so it is due again.
            now = self._desk.clock()
            await asyncio.shield(self._store.release(job, now, self._desk.quota, sent=True))
            raise
        return decide(
            result,
            Sent(identity.rung, job.attempts, job.created_at),
            now=self._desk.clock(),
            failures=failures,
            chance=self._desk.chance(),
            policy=self._desk.policy,
        )

    def _tell(self, job: Job, decision: Decision) -> None:
        outcome, account = decision.outcome, decision.account
        name = {Delivered: "delivered", Retry: "retry", Wait: "waiting", Rejected: "rejected"}
        self._metrics.outcomes.labels(name[type(outcome)]).inc()
        if isinstance(outcome, Retry):
            self._metrics.retries.labels(outcome.reason.partition(":")[0]).inc()
        if isinstance(outcome, Rejected):
            _log.warning(
                "event_rejected",
                outbox=job.id,
                reason=outcome.reason,
                status=outcome.http_status,
                category=outcome.category,
                correlation_id=outcome.correlation_id,
            )
        if isinstance(account, Paused):
            _log.error("account_paused", reason=account.reason, until=account.until)
        elif not isinstance(account, Healthy):
            _log.warning("hubspot_unavailable", reason=account.reason)
