"""The fold's rests."""

from collections.abc import Iterator
from itertools import count

from app.fold.pace import RESTS, Pace

WORKED = 0.1


def clock(step: float) -> Iterator[float]:
    """Seconds that pass between two looks at a clock."""
    return (number * step for number in count())


async def rested(share: float, pings: int = 1) -> float:
    """The time that the fold rested, if the event loop is busy for that share of the time.

    `pings`: acknowledged between two looks.
    """
    now, looks = clock(0.01), []

    def look() -> float:
        looks.append(next(now))
        return looks[-1]

    used, acknowledged = clock(0.01 * share), count(step=pings)
    await Pace(lambda: next(acknowledged), look, lambda: next(used)).rest(WORKED)
    return looks[-1] - looks[0]


async def test_a_busy_collector_is_left_alone() -> None:
    """While answers take most of the time, a batch is followed by a rest of several times that."""
    assert RESTS * WORKED <= await rested(0.9) < (RESTS + 1) * WORKED


async def test_an_idle_process_folds_on() -> None:
    """The next batch follows at once if there is little to answer."""
    assert await rested(0.1) < WORKED


async def test_a_process_that_is_busy_otherwise_folds_on() -> None:
    """The fold does not wait if no ping is acknowledged."""
    assert await rested(0.9, pings=0) < WORKED
