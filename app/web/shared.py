"""An answer that is computed at most once a second and shared by all callers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedAnswer(Generic[T]):
    """Callers that come while it is computed wait for it. `clock`: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._second = -1
        self._asking: asyncio.Future[T] | None = None

    async def get(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer of this second; `ask` is called where there is none."""
        second = int(self._clock())
        if self._asking is None or (self._asking.done() and second != self._second):
            self._second = second
            self._asking = asyncio.ensure_future(ask())
        return await asyncio.shield(self._asking)
