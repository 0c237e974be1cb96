"""An event loop with virtual time: it advances to the next timer whenever no task can run.

Weeks pass in seconds, and since there are neither threads nor sockets, the same input gives the
same run.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EPOCH = 1_790_000_000.0
"""When every run begins, in seconds since the epoch."""

COMMIT_SECONDS = 0.001
"""How long the store's threads keep their results to themselves: time enough for others."""

_TIMER_GRAIN = 1e-6


class _Leaping(selectors.SelectSelector):
    """Never waits: what the loop would have waited for is time that has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return []
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("every task waits for another, and no timer is set")
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0. Work for threads is done at once and known `COMMIT_SECONDS` later."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)
        self._clock_resolution = _TIMER_GRAIN

    def time(self) -> float:
        """Seconds since the run began."""
        return self._leaping.now

    def seconds(self) -> float:
        """Seconds since the epoch."""
        return EPOCH + self.time()

    def milliseconds(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.seconds() * 1000)

    def run_in_executor(
        self, _executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Do it here and now; there is no thread."""
        future: asyncio.Future[T] = self.create_future()
        try:
            result = func(*args)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits
            future.set_exception(error)
        else:
            self.call_later(COMMIT_SECONDS, _set_result, future, result)
        return future


def _set_result(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def run(main: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run it on a loop of its own, to its end."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main(loop))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
