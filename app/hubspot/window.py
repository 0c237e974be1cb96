"""Holds this process to HubSpot's rate, whatever it sends for a permit of the store's.

The store's permits are what all replicas share, one for each event. Repeats after a refused token
and the requests for tokens take none: a few are reserved (see `app.runtime.policies`), but where
tokens are refused again and again they would not do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RateWindow:
    """At most `rate` requests in any `seconds`; one more waits until it may leave.

    A request counts from before it leaves until `seconds` after its answer, like a permit, for it
    reaches HubSpot at some instant in between.
    """

    def __init__(self, rate: int, seconds: float) -> None:
        self._free = asyncio.Semaphore(rate)
        self._seconds = seconds

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Wait for room, and count what is sent within."""
        await self._free.acquire()
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._seconds, self._free.release)
