"""The workers that check for problems, and send the messages about them."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any

import msgspec
import structlog

from app.alerts.channel import Channel, Failed, Result
from app.alerts.message import Origin, alert, decoded, encoded, weekly
from app.alerts.summary import summarise
from app.domain.alerting import Change, Sentence
from app.domain.period import Period
from app.domain.timestamps import DAY_MS
from app.domain.weekly import Weekly
from app.explain.advice import Advice, advise
from app.explain.pauses import Level
from app.runtime.notifier import wait_for
from app.store.errors import StoreError
from app.store.event_reports import REFUSED_MEDIA
from app.store.reports import COUNTED, Day
from app.store.store import Store
from app.telemetry.metrics import Metrics

LEASE_MS = 90_000
"""Longer than any channel takes."""

STOP_SECONDS = 2.0
"""How long the end of the relay waits for a message that is being sent."""

RETRY_FIRST_MS = 30_000
RETRY_CAP_MS = 60 * 60 * 1000

_log = structlog.get_logger(__name__)


class AlertPolicy(msgspec.Struct, frozen=True):
    """`levels`: of the advice to report; `after_ms`: how long a problem must last.

    `look_ms`: between two checks of all replicas together. `collects`: this process's role.
    `weekly`: when a summary is sent; None: never.
    """

    levels: frozenset[Level]
    after_ms: int
    look_ms: int
    origin: Origin
    collects: bool
    weekly: Weekly | None = None


class AlertWatcher:
    """Checks for problems; only one process of several does so at a time."""

    def __init__(
        self,
        store: Store,
        policy: AlertPolicy,
        channels: Sequence[str],
        clock: Callable[[], int],
        random: Random,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._policy = policy
        self._channels = channels
        self._clock = clock
        self._random = random
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Check at intervals until `stop` is set."""
        while not stop.is_set():
            try:
                await self.step()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
            await wait_for(stop, self._policy.look_ms / 1000)

    async def step(self) -> None:
        """Check, if it is this process's turn."""
        now = self._clock()
        if not await self._store.alerts.take_turn(now, self._policy.look_ms):
            return
        name = f"{self._random.getrandbits(64):016x}"
        found = await self._found(now)

        def compose(changes: Sequence[Change]) -> str:
            return encoded(alert(changes, self._policy.origin, now, name))

        after = self._policy.after_ms
        dropped = await self._store.alerts.note(found, now, after, self._channels, compose)
        for channel in dropped:
            self._metrics.alerts.labels(channel, "dropped").inc()
            _log.error("alert_dropped", channel=channel, advice="playrelay doctor says why")
        if self._policy.weekly is not None:
            await self._summarise(self._policy.weekly, now)

    async def _summarise(self, when: Weekly, now: int) -> None:
        """Write a summary, if one is due. After a downtime only the latest is written."""
        at, period = when.due(now)
        if not await self._store.alerts.summary_is_due(at, now):
            return
        name = f"{self._random.getrandbits(64):016x}"
        summary = await summarise(self._store, period, now)
        document = encoded(weekly(summary, self._policy.origin, now, name))
        await self._store.alerts.add_summary(at, document, self._channels, now)

    async def _found(self, now: int) -> list[Sentence]:
        """The current problems. A day without pings is reported if the next has none either."""
        store = self._store
        depths = await store.admin.depths(now, COUNTED)
        refused = await store.rejections.media(now, REFUSED_MEDIA)
        days = await store.figures.days(Period.latest(2, now))
        lately = Day(now // DAY_MS, pings=sum(each.pings for each in days))
        found = advise(depths, refused, lately, now, collects=self._policy.collects)
        return [_sentence(each) for each in found if each.level in self._policy.levels]


def _sentence(advice: Advice) -> Sentence:
    return Sentence(advice.key, advice.brief or advice.says, advice.do, advice.path)


class AlertSender:
    """Sends the messages of one channel, in order; one process of several at a time."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        clock: Callable[[], int],
        random: Random,
        metrics: Metrics,
        idle_seconds: float,
    ) -> None:
        self._alerts = store.alerts
        self._channel = channel
        self._clock = clock
        self._random = random
        self._metrics = metrics
        self._idle_seconds = idle_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set."""
        while not stop.is_set():
            more = False
            try:
                more = await self.step(stop)
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
            if not more:
                await wait_for(stop, self._idle_seconds)

    async def step(self, stop: asyncio.Event) -> bool:
        """Send the next message, if it is due; returns whether it has arrived."""
        channel = self._channel.name
        message = await self._alerts.claim(channel, self._clock(), LEASE_MS)
        if message is None:
            return False
        try:
            result = await _unless(stop, self._channel.send(decoded(message.document)))
        except msgspec.MsgspecError:  # written by another release
            result = Failed("the message can't be read")
        if result is None:  # its lease ends, and it is sent again
            return False
        now = self._clock()
        if isinstance(result, Failed):
            self._metrics.alerts.labels(channel, "failed").inc()
            _log.warning("alert_failed", channel=channel, fault=result.fault)
            wait = max(_backoff(message.attempts, self._random.random()), result.wait_ms)
            due_at = now + min(wait, RETRY_CAP_MS)
            await self._alerts.failed(channel, message.id, result.fault, due_at, now)
            return False
        self._metrics.alerts.labels(channel, "delivered").inc()
        await self._alerts.sent(channel, message.id, now)
        return True


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of the work; None if the relay stops and it takes long."""
    sending, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        done, _ = await asyncio.wait({sending}, timeout=STOP_SECONDS)
        return sending.result() if done else None
    finally:
        for task in (sending, stopping):
            task.cancel()
        await asyncio.gather(sending, stopping, return_exceptions=True)


def _backoff(attempts: int, chance: float) -> int:
    """A random delay from half up to all of `RETRY_FIRST_MS`, doubled with each attempt."""
    most = min(RETRY_FIRST_MS << min(attempts - 1, 10), RETRY_CAP_MS)
    return round(most * (0.5 + chance / 2))
