"""Leaves the processor to acknowledgements: where they need most of it, the fold rests."""

import asyncio
import time
from collections.abc import Callable

RESTS = 8
"""Times as long as a batch took, at most: at least a ninth of the time is the fold's."""

SAMPLE_SECONDS = 0.005
"""How long the event loop is watched, to see whether it is busy."""


class Pace:
    """Rests between batches. What waits is on disk: it can wait longer than a visitor's browser.

    Both threads need the interpreter's lock, and a fold needs it for long: without rests, it took
    half of the rate from a busy collector, and more from one with few connections.

    `acknowledged`: how many pings were so far. `now`: seconds. `used`: seconds of processor time
    that the event loop's thread has used.
    """

    def __init__(
        self,
        acknowledged: Callable[[], int],
        now: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.thread_time,
    ) -> None:
        self._acknowledged = acknowledged
        self._now = now
        self._used = used

    async def rest(self, worked: float) -> None:
        """Rest while the event loop is busy with pings, up to a limit. `worked`: of the batch."""
        until = self._now() + RESTS * worked
        while await self._is_busy() and self._now() < until:
            pass

    async def _is_busy(self) -> bool:
        """Whether the event loop works a third of the time, and acknowledges pings."""
        began, used, before = self._now(), self._used(), self._acknowledged()
        await asyncio.sleep(SAMPLE_SECONDS)
        took = self._now() - began
        return self._acknowledged() > before and self._used() - used > took / 3
