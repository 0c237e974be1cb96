"""Which plays are accepted when strangers have filled their share of the store.

A worker checks that every few seconds; a ping costs only a look at two flags.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from app.collect.problem import Refusal
from app.domain.identity import mail_token, usertoken
from app.domain.ping import Parsed, PlayPing
from app.store.errors import StoreError
from app.store.records import StoreUsage
from app.telemetry.metrics import Metrics

LEAST_FREE_BYTES = 500 * 2**20
"""Free disk space below which plays without any identity are refused."""

MOST_UNPROVEN = 100_000
"""Due events of visitors without a proven identity: two and a half hours at HubSpot's rate."""

BEYOND = 1.25
"""The multiple of the limit at which only known visitors' plays are accepted."""

RETRY_SECONDS = 300

Wait = Callable[[asyncio.Event, float], Awaitable[object]]


class Admission:
    """The admission of one account. `limit`: bytes that the store may hold, 0: unlimited.

    `measure`: the size of the store; `free`: bytes left on its disk, None if it is remote. `known`:
    which of these usertokens belong to a contact. `asks`: whether usertokens are looked up;
    otherwise none of them is ever proven before its event is sent, and nobody is refused for that.
    """

    def __init__(
        self,
        limit: int,
        measure: Callable[[int], Awaitable[StoreUsage]],
        free: Callable[[], int | None],
        known: Callable[[list[str]], Awaitable[set[str]]],
        metrics: Metrics,
        *,
        asks: bool,
    ) -> None:
        self._limit = limit
        self._measure = measure
        self._free = free
        self._known = known
        self._metrics = metrics
        self._asks = asks
        self.is_full = False
        self.is_beyond = False
        self.is_crowded = False

    async def check(self) -> None:
        """Measure the store. Raises StoreError."""
        usage, free = await self._measure(MOST_UNPROVEN), self._free()
        self.is_full = 0 < self._limit <= usage.size or (
            free is not None and free < LEAST_FREE_BYTES
        )
        self.is_beyond = 0 < self._limit * BEYOND <= usage.size
        self.is_crowded = self._asks and usage.unproven >= MOST_UNPROVEN
        self._metrics.store_bytes.set(usage.size)
        self._metrics.store_limit.set(self._limit)
        self._metrics.unproven.set(usage.unproven)

    async def run(self, stop: asyncio.Event, wait: Wait, seconds: float) -> None:
        """Measure again and again."""
        while not stop.is_set():
            try:
                await self.check()
            except StoreError as error:
                self._metrics.store_errors.labels(error.fault).inc()
            await wait(stop, seconds)

    def require_space(self, parsed: Parsed) -> None:
        """Raise Refusal if no play of the request may be accepted at present."""
        if self.is_full and not any(map(_can_be_known, parsed.plays)):
            detail = "the store is nearly full: plays without any identity"
        elif self.is_crowded and not any(map(_can_be_proven, parsed.plays)):
            detail = "too many events are due for visitors without a proven identity: their plays"
        else:
            return
        raise _full(detail)

    async def require_known(self, plays: Iterable[PlayPing]) -> None:
        """Raise Refusal unless all of these plays are known visitors'. Raises StoreError.

        Anybody can invent usertokens, so only those count that HubSpot has matched to a contact.
        """
        tokens = {usertoken(play.contact_utk) or "" for play in plays}
        if tokens - await self._known(sorted(tokens)):
            raise _full("the store is full: plays of visitors whom HubSpot does not know yet")


def _full(detail: str) -> Refusal:
    return Refusal(
        "store_full", f"{detail} are not accepted at the moment", retry_after=RETRY_SECONDS
    )


def _can_be_known(play: PlayPing) -> bool:
    return _can_be_proven(play) or mail_token(play.hsenc) is not None


def _can_be_proven(play: PlayPing) -> bool:
    signed = bool(play.contact_id and play.contact_signature)
    return signed or usertoken(play.contact_utk) is not None
