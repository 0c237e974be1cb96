"""What the retention of a medium comes to: the average share, the time watched, where people leave.

All is derived from how many plays saw each percent, so it is of the plays that tell it (`mapped`).
"""

from typing import NamedTuple

from app.domain.figures import BINS, Figures

WINDOW = 5
"""Percent of the medium in which leaving is counted together: single ones differ by chance."""


class Drop(NamedTuple):
    """A part of the medium, in percent of its length, and the share of plays that left in it."""

    start: int
    end: int
    lost: float


class Repeat(NamedTuple):
    """A part of the medium, and how often it was seen again in a hundred plays."""

    start: int
    end: int
    times: float


def average_share(figures: Figures) -> float | None:
    """How much of the medium a play covered on average, in percent."""
    return figures.parts / figures.mapped if figures.mapped else None


def watched_seconds(figures: Figures, duration: float | None) -> float | None:
    """How long was watched in all, again and again included; None where the length is unknown."""
    parts = figures.parts + figures.repeats
    return parts * duration / BINS if duration and figures.mapped else None


def drops(figures: Figures, most: int) -> list[Drop]:
    """Where the most plays left: so many parts at most, the worst first."""
    if not figures.mapped:
        return []
    seen = figures.seen
    found = [
        Drop(start, start + WINDOW, 100 * (seen[start] - seen[_last(start)]) / figures.mapped)
        for start in range(0, BINS, WINDOW)
    ]
    leaving = [drop for drop in found if drop.lost >= 1]
    return sorted(leaving, key=lambda drop: (-drop.lost, drop.start))[:most]


def returns(figures: Figures, most: int) -> list[Repeat]:
    """Which parts were seen again the most, on average of those in a window."""
    if not figures.mapped:
        return []
    found = [
        Repeat(
            start,
            start + WINDOW,
            100 * sum(figures.again[start : start + WINDOW]) / WINDOW / figures.mapped,
        )
        for start in range(0, BINS, WINDOW)
    ]
    again = [part for part in found if part.times >= 1]
    return sorted(again, key=lambda part: (-part.times, part.start))[:most]


def _last(start: int) -> int:
    return min(start + WINDOW, BINS - 1)
