"""What was lately heard of each site: its pages loaded the script, its pings were taken or refused.

For a person who wonders why nothing arrives. In memory, of this process alone, and bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass

ORIGINS = 1_000
"""Beyond this many sites the first heard of are forgotten."""

LENGTH = 300
"""Of an origin, in bytes: longer ones are nobody's."""


@dataclass(slots=True)
class Sighting:
    """Times in ms since the epoch, 0: never. `reason`, `detail`: of the last refusal."""

    script_at: int = 0
    taken_at: int = 0
    taken: int = 0
    refused_at: int = 0
    reason: str = ""
    detail: str = ""


class Sightings:
    """By origin, as browsers write it. `clock`: ms since the epoch."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._by_origin: dict[bytes, Sighting] = {}

    def script(self, origin: bytes) -> None:
        """A page of it has loaded the script."""
        self._of(origin).script_at = self._clock()

    def taken(self, origin: bytes | None) -> None:
        """A ping of it was taken. None: no page's."""
        if origin is None:
            return
        sighting = self._of(origin)
        sighting.taken_at = self._clock()
        sighting.taken += 1

    def refused(self, origin: bytes | None, reason: str, detail: str) -> None:
        """A ping of it was refused."""
        if origin is None:
            return
        sighting = self._of(origin)
        sighting.refused_at = self._clock()
        sighting.reason, sighting.detail = reason, detail

    def of(self, origin: str) -> Sighting:
        """What was heard of it."""
        return self._by_origin.get(origin.encode("latin-1", "replace"), Sighting())

    def origins(self) -> list[str]:
        """All that were heard of, the last to appear first."""
        return [origin.decode("latin-1") for origin in reversed(self._by_origin)]

    def _of(self, origin: bytes) -> Sighting:
        origin = origin[:LENGTH]
        found = self._by_origin.get(origin)
        if found is None:
            if len(self._by_origin) >= ORIGINS:
                del self._by_origin[next(iter(self._by_origin))]
            found = self._by_origin[origin] = Sighting()
        return found
