"""The attention map: how often each of up to a hundred equal spans of a medium was watched.

On the wire and at rest it is run-length encoded, `[[times watched, how many spans], …]`; in hand
it is a tuple with one count a span. Merging takes the maximum per span, so maps may arrive late,
twice and in any order.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, groupby, repeat, starmap

MAX_SPANS = 100

Spans = tuple[int, ...]
"""Times watched, one figure a span; empty where nothing is known."""


def spans_in(runs: Iterable[tuple[int, int]]) -> int:
    """How many spans a run-length list stands for."""
    return sum([count for _, count in runs])


def expand(runs: Iterable[tuple[int, int]]) -> Spans:
    """Run-length list → one figure a span."""
    return tuple(chain.from_iterable(starmap(repeat, runs)))


def compress(spans: Sequence[int]) -> list[tuple[int, int]]:
    """One figure a span → run-length list."""
    return [(times, len(list(run))) for times, run in groupby(spans)]


def merge(one: Spans, other: Spans) -> Spans:
    """The maximum per span. Of maps of different resolution the finer one stands alone.

    Spans of different widths can't be compared; taking the finer map whole keeps the merge
    commutative, associative and idempotent, and a session changes its resolution rarely.
    """
    if len(one) != len(other):
        return one if len(one) > len(other) else other
    return tuple(map(max, one, other))


def percent(spans: Spans) -> float:
    """How much was watched at least once, 0–100."""
    return 100 * (len(spans) - spans.count(0)) / len(spans) if spans else 0.0
