"""The server's clock, by which replicas agree on the rate window whatever their own clocks say."""

import time
from collections.abc import Callable

from app.store.tx import Tx

GRAIN_MS = 20
"""A smaller difference counts as none: the window has room for twice that."""

NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"


def wall_ms() -> int:
    """This machine's clock, in ms since the epoch."""
    return time.time_ns() // 1_000_000


class ServerClock:
    """How many ms the server's clock is ahead of ours; 0 if the difference is negligible."""

    def __init__(self, wall: Callable[[], int]) -> None:
        self._wall = wall
        self.ahead = 0

    async def compare(self, tx: Tx) -> None:
        """Compare both clocks."""
        before = self._wall()
        server = await tx.value(NOW)
        after = self._wall()
        ahead = int(server) - (before + after) // 2
        self.ahead = ahead if abs(ahead) > GRAIN_MS + (after - before) // 2 else 0
