"""What arrived: the events HubSpot kept and every request, the latest of each, and running counts.

Memory is bounded; counts are not cut. All of it belongs to one event loop.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from app.sandbox.names import EventKind


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that HubSpot kept: the `seq`-th, counted from 1; times in ms since the epoch."""

    seq: int
    arrived_ms: int
    event: EventKind
    body: Mapping[str, Any]
    contact_id: int
    media_bridge_id: int


@dataclass(frozen=True, slots=True)
class KeptCustom:
    """A custom event that HubSpot kept: the `seq`-th, counted from 1; times in ms."""

    seq: int
    arrived_ms: int
    body: Mapping[str, Any]
    contact_id: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A request; `status` None: the connection was cut without an answer. No query, no token."""

    arrived_ms: int
    method: str
    path: str
    status: int | None


class Subscription:
    """An async iterator over the events kept from now on, until `close`.

    A reader that falls more than `size` events behind loses the oldest; `lost` says how many.
    """

    def __init__(self, subscriptions: set["Subscription"], size: int) -> None:
        self.lost = 0
        self._subscriptions = subscriptions
        self._waiting: deque[Kept] = deque(maxlen=size)
        self._arrived = asyncio.Event()
        subscriptions.add(self)

    def offer(self, kept: Kept) -> None:
        """Called by the ledger."""
        self.lost += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(kept)
        self._arrived.set()

    def close(self) -> None:
        """Give the reader what is still waiting, and then the end."""
        self._subscriptions.discard(self)
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Kept:
        while not self._waiting:
            if self not in self._subscriptions:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Ledger:
    """The latest `maxlen` kept events and requests, in order of arrival and of answer."""

    def __init__(self, maxlen: int = 100_000) -> None:
        self.events: deque[Kept] = deque(maxlen=maxlen)
        self.custom_events: deque[KeptCustom] = deque(maxlen=maxlen)
        self.kept_custom = 0
        self.requests: deque[Seen] = deque(maxlen=maxlen)
        self.kept = 0
        self.silent = 0
        self.statuses: Counter[int | None] = Counter()
        self._subscriptions: set[Subscription] = set()

    def keep(
        self,
        *,
        arrived_ms: int,
        event: EventKind,
        body: Mapping[str, Any],
        contact_id: int,
        media_bridge_id: int,
    ) -> None:
        """Record an event that HubSpot kept, and tell the subscribers."""
        self.kept += 1
        kept = Kept(self.kept, arrived_ms, event, body, contact_id, media_bridge_id)
        self.events.append(kept)
        for subscription in self._subscriptions:
            subscription.offer(kept)

    def keep_custom(self, arrived_ms: int, body: Mapping[str, Any], contact_id: int) -> None:
        """Record a custom event that HubSpot kept."""
        self.kept_custom += 1
        self.custom_events.append(KeptCustom(self.kept_custom, arrived_ms, body, contact_id))

    def see(self, seen: Seen) -> None:
        """Record a request that has been answered or cut."""
        self.requests.append(seen)
        self.statuses[seen.status] += 1

    def forget_events(self) -> None:
        """Empty the list of events; the counts go on."""
        self.events.clear()
        self.custom_events.clear()

    def subscribe(self, size: int = 1000) -> Subscription:
        """The events kept from now on, for `with … as news: async for kept in news: …`."""
        return Subscription(self._subscriptions, size)

    def close_streams(self) -> None:
        """End every subscription: the server that streams them is going down."""
        for subscription in list(self._subscriptions):
            subscription.close()
