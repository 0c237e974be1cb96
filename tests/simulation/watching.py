"""The ground truth: what a person watches, and what a tracker knows of it at each moment.

A medium has equal spans. Each is watched whole or not at all, so that a share of them is a whole
number of hundredths and no rounding hides a milestone.
"""

from dataclasses import dataclass
from random import Random

QUARTILES = (25, 50, 75, 100)
VIEWED = 50
COMPLETE_FROM = 90
"""Percent from which `ended` means that all was watched."""

Milestone = tuple[str, str]
"""(event, value), as HubSpot names them."""

STARTED: Milestone = ("media-played", "STARTED")
ATTENTION: Milestone = ("attention-span", "")


@dataclass(frozen=True, slots=True)
class State:
    """All that has been watched until `at`, in seconds of the run; times watched, one a span."""

    at: float
    watched: tuple[int, ...]
    ended: bool = False

    @property
    def percent(self) -> float:
        """The share that was watched at least once, in percent."""
        return 100 * sum(times > 0 for times in self.watched) / len(self.watched)

    @property
    def reached(self) -> frozenset[Milestone]:
        """The milestones it is worth, without the attention span."""
        percent = self.percent
        if self.ended and percent >= COMPLETE_FROM:
            percent = 100
        found = {STARTED}
        found |= {("media-played-percent", str(value)) for value in QUARTILES if percent >= value}
        if percent >= VIEWED:
            found.add(("media-played", "VIEWED"))
        return frozenset(found)


def watch(
    rng: Random, begin: float, spans: int, span_seconds: float, pace: float = 1.0
) -> list[State]:
    """Watch in a few stretches, back and forth; a state at each moment a tracker would report.

    `pace`: what all times are multiplied by.
    """
    counts = [0] * spans
    now = begin
    states = [State(now, tuple(counts))]
    ended = False
    for stretch in range(rng.choice((1, 1, 2, 3))):
        first = 0 if stretch == 0 else rng.randrange(spans)
        last = spans if rng.random() < 0.4 else rng.randrange(first + 1, spans + 1)
        for span in range(first, last):
            counts[span] += 1
            now += span_seconds * pace
            state = State(now, tuple(counts), ended)
            if state.reached != states[-1].reached:
                states.append(state)
        ended = ended or last == spans
        states.append(State(now, tuple(counts), ended))
        now += rng.choice((2.0, 20.0, 200.0, 2000.0)) * pace
    return states
