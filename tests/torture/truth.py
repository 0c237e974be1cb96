"""Derives from the contract alone, without our code, what acknowledged pings imply.

Nobody knows whether a request that a kill cut off was kept. So a session has a few right ends:
what its acknowledged pings imply, together with any of those that may have been kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any

Body = Mapping[str, Any]
Milestones = frozenset[tuple[str, str]]
"""(event, value) of each."""

QUARTILES = (25, 50, 75, 100)
VIEWED = 50


@dataclass
class Session:
    """One view and the pings that were sent of it. Times in ms since the epoch."""

    name: str
    utk: str
    acknowledged: list[Body] = field(default_factory=list)
    uncertain: list[Body] = field(default_factory=list)
    first_sent: float = float("inf")
    last_answered: float = 0.0

    def possible(self) -> Iterator[list[Body]]:
        """The pings that may be on disk, in each way that is possible."""
        for size in range(len(self.uncertain) + 1):
            for kept in combinations(self.uncertain, size):
                yield [*self.acknowledged, *kept]

    def subsets(self) -> Iterator[list[Body]]:
        """The pings that may have been known at some moment."""
        every = [*self.acknowledged, *self.uncertain]
        sizes = range(1, len(every) + 1)
        return map(list, chain.from_iterable(combinations(every, size) for size in sizes))


def implied(pings: Sequence[Body]) -> Milestones:
    """All that must arrive of a session with these pings, in whatever order they came."""
    if not pings:
        return frozenset()
    spans = merged(pings)
    covered = max(
        [ping.get("playedPercent", 0) for ping in pings]
        + [100 * sum(times > 0 for times in spans) / len(spans) if spans else 0]
    )
    if any(ping.get("ended") for ping in pings) and covered >= 90:
        covered = 100
    found = {("media-played", "STARTED")}
    found |= {("media-played-percent", str(value)) for value in QUARTILES if covered >= value}
    if covered >= VIEWED:
        found.add(("media-played", "VIEWED"))
    if any(spans):
        found.add(("attention-span", ""))
    return frozenset(found)


def merged(pings: Iterable[Body]) -> list[int]:
    """The attention map of all together: the most often that each span was watched."""
    maps = [
        [times for times, count in ping["watched"] for _ in range(count)]
        for ping in pings
        if "watched" in ping
    ]
    return [max(times) for times in zip(*maps, strict=True)]
