"""Slows down password guessing without locking out a person who knows the password.

Each address has some free attempts. Further attempts wait for one another and for a delay each, so
that the right password still passes, only later. After many failures from all addresses together
every address has the delay, and the number of waiting attempts is limited: any number of addresses
makes at most `WAITING_IN_ALL` attempts per delay.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from cachetools import TTLCache
from fastapi import HTTPException

from app.collect.rate import subscriber

FREE_PER_ADDRESS = 10
FREE_IN_ALL = 100
"""Wrong passwords in `WINDOW_SECONDS` that cause no delay."""

WINDOW_SECONDS = 600
DELAY_SECONDS = 1.0
WAITING_PER_ADDRESS = 5
WAITING_IN_ALL = 100
"""Attempts that may wait at a time; a further one is refused (429)."""

MAX_ADDRESSES = 10_000


class _Queue:
    """The attempts of one address, or of all: those that failed, and those that wait."""

    def __init__(self) -> None:
        self.failures = 0
        self.waiting = 0
        self.lock = asyncio.Lock()


class Attempt:
    """One attempt to sign in."""

    def __init__(self, queues: tuple[_Queue, ...]) -> None:
        self._queues = queues

    def failed(self) -> None:
        """Count it: the password was wrong."""
        for queue in self._queues:
            queue.failures += 1


class Throttle:
    """`clock`: monotonic seconds. `sleep`: waits so many seconds."""

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queues: TTLCache[str, _Queue] = TTLCache(MAX_ADDRESSES, WINDOW_SECONDS, clock)
        self._all: TTLCache[str, _Queue] = TTLCache(1, WINDOW_SECONDS, clock)
        self._sleep = sleep

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[Attempt]:
        """Wait until an attempt from `address` may be made; 429 if too many wait."""
        own, every = _queue(self._queues, subscriber(address)), _queue(self._all, "")
        attempt = Attempt((own, every))
        if own.failures < FREE_PER_ADDRESS and every.failures < FREE_IN_ALL:
            yield attempt
            return
        if own.waiting >= WAITING_PER_ADDRESS or every.waiting >= WAITING_IN_ALL:
            raise HTTPException(
                429,
                "too many wrong passwords: wait a little, then try once",
                {"retry-after": str(WAITING_PER_ADDRESS)},
            )
        own.waiting += 1
        every.waiting += 1
        try:
            async with own.lock:
                await self._sleep(DELAY_SECONDS)
                yield attempt
        finally:
            own.waiting -= 1
            every.waiting -= 1


def _queue(queues: TTLCache[str, _Queue], key: str) -> _Queue:
    queue = queues.get(key)
    if queue is None:
        queue = queues[key] = _Queue()
    return queue
