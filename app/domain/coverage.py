"""The attention map: how often each of up to a hundred equal spans of a medium was watched.

On the wire and at rest it is run-length encoded, `[[times watched, how many spans], …]`; in hand
it is a tuple with one count a span. Merging takes the maximum per span, so maps may arrive late,
twice and in any order.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, groupby, repeat, starmap

MAX_SPANS = 100

Spans = tuple[int, ...]
"""Times watched, one number per span; empty where nothing is known."""

Maps = tuple[Spans, ...]
"""The attention maps of one medium: one for each resolution that was sent, from coarse to fine."""


def spans_in(runs: Iterable[tuple[int, int]]) -> int:
    """The number of spans in a run-length list."""
    return sum([count for _, count in runs])


def expand(runs: Iterable[tuple[int, int]]) -> Spans:
    """Convert a run-length list to one number per span."""
    return tuple(chain.from_iterable(starmap(repeat, runs)))


def compress(spans: Sequence[int]) -> list[tuple[int, int]]:
    """Convert one number per span to a run-length list."""
    return [(times, len(list(run))) for times, run in groupby(spans)]


def merge(one: Maps, other: Maps) -> Maps:
    """The maximum per span, each resolution by itself.

    Spans of different widths can't be compared, and to drop the coarser map would forget what it
    knows: how far a play has come would depend on the order in which its pings arrived.
    """
    if len(one) == len(other) == 1 and len(one[0]) == len(other[0]):  # nearly always
        return (tuple(map(max, one[0], other[0])),)
    merged = {len(spans): spans for spans in one}
    for spans in other:
        known = merged.get(len(spans))
        merged[len(spans)] = spans if known is None else tuple(map(max, known, spans))
    return tuple(merged[size] for size in sorted(merged))


def percent(spans: Spans) -> float:
    """The share of the medium that was watched at least once, 0–100."""
    return 100 * (len(spans) - spans.count(0)) / len(spans) if spans else 0.0
