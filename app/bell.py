"""A bell that wakes everybody who was listening before it rang."""

import asyncio
import contextlib
from dataclasses import dataclass, field


class Bell:
    """Listen first, look for work, then wait: a ring in between is not missed."""

    def __init__(self) -> None:
        self._next: asyncio.Event | None = None

    def ring(self) -> None:
        """Wake all who listen. Costs nothing while nobody does."""
        if self._next is not None:
            self._next.set()
            self._next = None

    def listen(self) -> asyncio.Event:
        """The coming ring."""
        if self._next is None:
            self._next = asyncio.Event()
        return self._next


@dataclass(frozen=True, slots=True)
class Bells:
    """The two that the store's other users may have to ring: pings to fold, events to send."""

    pings: Bell = field(default_factory=Bell)
    due: Bell = field(default_factory=Bell)

    def ring(self) -> None:
        """Ring both."""
        self.pings.ring()
        self.due.ring()


async def heard(ring: asyncio.Event, seconds: float) -> None:
    """Wait for a ring, so many seconds at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ring.wait()
