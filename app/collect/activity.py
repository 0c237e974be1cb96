"""What each origin has done lately: loaded the script, sent pings that were accepted or refused.

It answers why no plays arrive. It is kept in the memory of this process, and limited.
"""

from collections.abc import Callable

import msgspec

ORIGINS = 1_000
"""Beyond this many allowed origins, and as many others, the oldest entries are dropped."""

LENGTH = 300
"""Longest origin that is kept, in bytes: no site has a longer one."""


class Activity(msgspec.Struct):
    """Times in ms since the epoch, 0: never. `reason`, `detail`: of the last refusal."""

    script_at: int = 0
    taken_at: int = 0
    taken: int = 0
    refused_at: int = 0
    reason: str = ""
    detail: str = ""


class OriginActivity:
    """Activity by origin, as browsers write it. `clock`: ms since the epoch."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._allowed: dict[bytes, Activity] = {}
        self._strange: dict[bytes, Activity] = {}
        self.allows: Callable[[bytes], bool] = lambda _origin: False
        """Whether an origin is allowed to send; set when that is known."""

    def script(self, origin: bytes) -> None:
        """Record that a page of this origin has loaded the script."""
        if len(origin) <= LENGTH:
            self._of(origin).script_at = self._clock()

    def taken(self, origin: bytes | None) -> None:
        """Record an accepted ping of this origin. None: not sent by a page."""
        if origin is None or len(origin) > LENGTH:
            return
        entry = self._allowed.get(origin) or self._of(origin)  # a hot path: every ping comes here
        entry.taken_at = self._clock()
        entry.taken += 1

    def refused(self, origin: bytes | None, reason: str, detail: str) -> None:
        """Record a refused ping of this origin."""
        if origin is None or len(origin) > LENGTH:
            return
        entry = self._of(origin)
        entry.refused_at = self._clock()
        entry.reason, entry.detail = reason, detail

    def of(self, origin: str) -> Activity:
        """The activity of this origin."""
        key = origin.encode("latin-1", "replace")
        return self._allowed.get(key) or self._strange.get(key) or Activity()

    def origins(self) -> list[str]:
        """Every origin that is kept: the allowed ones, then the others, the newest first."""
        both = [*reversed(self._allowed), *reversed(self._strange)]
        return [origin.decode("latin-1") for origin in both]

    def _of(self, origin: bytes) -> Activity:
        kept = self._allowed if self.allows(origin) else self._strange
        found = kept.get(origin)
        if found is None:
            if len(kept) >= ORIGINS:
                del kept[next(iter(kept))]
            found = kept[origin] = Activity()
        return found
