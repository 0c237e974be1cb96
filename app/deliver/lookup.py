"""Looks up the contacts of usertokens: a hundred per request, strangers again at intervals."""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from app.deliver.delays import DAY, ask_again, doubled
from app.deliver.loop import keep_stepping, rest_until
from app.deliver.policy import Health, account_update
from app.deliver.sender import LEASE_MS, SenderContext
from app.domain.outcome import AccountUpdate, Failing, Healthy
from app.hubspot.client import HubSpotClient
from app.hubspot.results import Contacts, LookupGone, LookupResult, NotConnected, Refused
from app.runtime.notifier import Notifier
from app.store.pipeline import Lookups
from app.store.records import LookupClaim
from app.telemetry.metrics import Metrics

TOKENS_A_REQUEST = 100

_log = structlog.get_logger(__name__)


class Lookup:
    """Resolves usertokens to contacts. Notifies `due` when events become sendable."""

    def __init__(
        self,
        store: Lookups,
        hubspot: HubSpotClient,
        context: SenderContext,
        due: Notifier,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._hubspot = hubspot
        self._context = context
        self._due = due
        self._metrics = metrics
        self._limits: deque[int] = deque()
        self._gone = 0
        self._rest_until = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Look up until `stop` is set."""
        await keep_stepping("lookup", self.step, due=self._due, stop=stop, metrics=self._metrics)

    async def step(self) -> float:
        """Make one request if tokens are due; returns how long to wait, in seconds."""
        context = self._context
        now = context.clock()
        if now < self._rest_until:
            return rest_until(self._rest_until, now, context.idle_seconds)
        limit = self._limits.popleft() if self._limits else TOKENS_A_REQUEST
        claim = await self._store.claim(now, limit, LEASE_MS)
        if not claim.utks:
            return rest_until(claim.next_at, now, context.idle_seconds)
        result = await self._hubspot.contacts_by_usertoken(claim.utks)
        released = await self._settle(claim, result)
        if released:
            self._due.notify()
        return 0

    async def _settle(self, claim: LookupClaim, result: LookupResult) -> int:
        context = self._context
        now = context.clock()
        update: AccountUpdate = Healthy(of_event=False)
        answers: dict[str, int | None] = {}
        ask: dict[str, int] = {}
        if isinstance(result, Contacts):
            self._gone = 0
            update = Healthy(was_error=result.was_error, of_event=False)
            answers = {utk: result.found.get(utk) for utk in claim.utks}
            ask = self._later(claim, [utk for utk in claim.utks if answers[utk] is None], now)
            self._metrics.contacts.labels("contact").inc(len(answers) - len(ask))
            self._metrics.contacts.labels("stranger").inc(len(ask))
        elif isinstance(result, LookupGone):
            update = self._ended(result, now)
            ask = dict.fromkeys(claim.utks, now)
        elif isinstance(result, Refused):
            update = Healthy(was_error=True, of_event=False)
            answers, ask = self._refused(claim, result, now)
        else:
            update = account_update(
                result,
                now=now,
                health=Health(claim.failures, claim.strained),
                chance=context.chance(),
                policy=context.policy,
            )
            _log.warning("lookup_failed", reason=update.reason)
            ask = dict.fromkeys(claim.utks, now)
        useful = any(contact_id is not None for contact_id in answers.values())
        if not isinstance(result, NotConnected):
            self._metrics.budget.labels("lookup" if useful else "wasted").inc()
        return await self._store.settle(claim.permit, answers, ask, update, now)

    def _ended(self, result: LookupGone, now: int) -> AccountUpdate:
        """Pause only the look-ups, and try again at growing intervals.

        No visitor is counted as a stranger meanwhile, and events that need no look-up are sent.
        """
        policy = self._context.policy
        rest = doubled(policy.gone_first, self._gone, policy.gone_cap)
        self._gone += 1
        self._rest_until = now + rest
        self._metrics.contacts.labels("gone").inc()
        _log.error(
            "lookup_gone",
            status=result.status,
            advice="see playrelay doctor: if HubSpot has ended it, set "
            "PLAYRELAY_IDENTITY=passthrough and restart; nothing is lost",
        )
        if result.answered:
            return Healthy(was_error=True, of_event=False)
        return Failing(f"unavailable: the look-up answers {result.status}")

    def _refused(
        self, claim: LookupClaim, result: Refused, now: int
    ) -> tuple[dict[str, int | None], dict[str, int]]:
        """One bad token spoils a request for a hundred: halve it until that token stands alone.

        Each half may cause one more error. If the day has too many errors, it continues tomorrow.
        """
        _log.warning("lookup_refused", tokens=len(claim.utks), category=result.category)
        if claim.strained:
            self._limits.clear()
        if len(claim.utks) == 1:
            self._metrics.contacts.labels("refused").inc()
            return {claim.utks[0]: None}, self._later(claim, claim.utks, now)
        if claim.strained:
            return {}, dict.fromkeys(claim.utks, now - now % DAY + DAY)
        # The same tokens come first again, because none is due longer; now in two portions.
        half = (len(claim.utks) + 1) // 2
        self._limits.extendleft((len(claim.utks) - half, half))
        return {}, dict.fromkeys(claim.utks, 0)

    def _later(self, claim: LookupClaim, utks: Sequence[str], now: int) -> dict[str, int]:
        return {utk: now + ask_again(claim.asked[utk], self._context.policy) for utk in utks}
