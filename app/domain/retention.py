"""Figures from the retention curve: the average share, the time watched, where people leave.

All are derived from how many plays saw each percent, so they cover only plays that report it
(`mapped`).
"""

from typing import NamedTuple

from app.domain.figures import BINS, Figures

WINDOW = 5
"""Percent of the medium that are grouped for leaving: single percents differ by chance."""


class Drop(NamedTuple):
    """A part of the medium, in percent of its length, and the share of plays that left there."""

    start: int
    end: int
    lost: float


class Repeat(NamedTuple):
    """A part of the medium, and how often per hundred plays it was seen again."""

    start: int
    end: int
    times: float


def average_share(figures: Figures) -> float | None:
    """The average share of the medium that a play covered, in percent."""
    return figures.parts / figures.mapped if figures.mapped else None


def watched_seconds(figures: Figures, duration: float | None) -> float | None:
    """The total time watched, repeats included; None if the duration is unknown."""
    parts = figures.parts + figures.repeats
    return parts * duration / BINS if duration and figures.mapped else None


def drops(figures: Figures, most: int) -> list[Drop]:
    """The parts where the most plays left: at most so many, the worst first."""
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
    """The parts that were seen again most often, averaged over a window."""
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
