"""What each origin has done lately: loaded the script, sent pings that were taken or refused.

For a person who wonders why nothing arrives. Kept in the memory of this process, and bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass

ORIGINS = 1_000
"""Beyond this many origins the oldest entries are dropped."""

LENGTH = 300
"""Longest origin that is kept, in bytes: longer ones are nobody's, and are not."""


@dataclass(slots=True)
class Activity:
    """Times in ms since the epoch, 0: never. `reason`, `detail`: of the last refusal."""

    script_at: int = 0
    taken_at: int = 0
    taken: int = 0
    refused_at: int = 0
    reason: str = ""
    detail: str = ""


class OriginActivity:
    """By origin, as browsers write it. `clock`: ms since the epoch."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._by_origin: dict[bytes, Activity] = {}

    def script(self, origin: bytes) -> None:
        """A page of that origin has loaded the script."""
        if len(origin) <= LENGTH:
            self._of(origin).script_at = self._clock()

    def taken(self, origin: bytes | None) -> None:
        """A ping of that origin was taken. None: not sent by a page."""
        if origin is None or len(origin) > LENGTH:
            return
        entry = self._of(origin)
        entry.taken_at = self._clock()
        entry.taken += 1

    def refused(self, origin: bytes | None, reason: str, detail: str) -> None:
        """A ping of that origin was refused."""
        if origin is None or len(origin) > LENGTH:
            return
        entry = self._of(origin)
        entry.refused_at = self._clock()
        entry.reason, entry.detail = reason, detail

    def of(self, origin: str) -> Activity:
        """What that origin has done."""
        return self._by_origin.get(origin.encode("latin-1", "replace"), Activity())

    def origins(self) -> list[str]:
        """Every origin that is kept, the newest first."""
        return [origin.decode("latin-1") for origin in reversed(self._by_origin)]

    def _of(self, origin: bytes) -> Activity:
        found = self._by_origin.get(origin)
        if found is None:
            if len(self._by_origin) >= ORIGINS:
                del self._by_origin[next(iter(self._by_origin))]
            found = self._by_origin[origin] = Activity()
        return found
