"""Slows the fold down while the event loop needs the processor to acknowledge pings."""

import asyncio
import time
from collections.abc import Callable

RESTS = 8
"""The longest rest, in durations of the last batch: at least a ninth of the time is the fold's."""

SAMPLE_SECONDS = 0.005
"""How long the event loop is observed to see whether it is busy."""


class Pace:
    """Rests between batches. Waiting pings are on disk, so they can wait longer than a browser.

    Both threads need the interpreter's lock, and a fold holds it for long. Without rests the fold
    cost a busy collector half of its rate, and more with few connections.

    `acknowledged`: the number of pings so far. `now`: seconds. `used`: seconds of processor time
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
        """Rest while the event loop is busy, up to a limit. `worked`: the batch's seconds."""
        until = self._now() + RESTS * worked
        while await self._is_busy() and self._now() < until:
            pass

    async def _is_busy(self) -> bool:
        """Whether the event loop works a third of the time, and acknowledges pings."""
        began, used, before = self._now(), self._used(), self._acknowledged()
        await asyncio.sleep(SAMPLE_SECONDS)
        took = self._now() - began
        return self._acknowledged() > before and self._used() - used > took / 3
