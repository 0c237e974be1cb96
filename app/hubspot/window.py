"""Keeps this process within HubSpot's rate, for requests with and without a permit.

The store's permits, one for each event, are shared by all replicas. Repeats after a refused token
and requests for tokens take none: a few are reserved for them (see `app.runtime.policies`), but
these would not be enough if tokens were refused again and again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RateWindow:
    """At most `rate` requests in any `seconds`; a further one waits.

    A request counts from before it is sent until `seconds` after its answer, like a permit, because
    it reaches HubSpot at some moment in between.
    """

    def __init__(self, rate: int, seconds: float) -> None:
        self._free = asyncio.Semaphore(rate)
        self._seconds = seconds

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Wait for room, and count what is sent inside the context."""
        await self._free.acquire()
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._seconds, self._free.release)
