"""What the plays of a medium come to by their traits, as rows of figures say it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.domain.period import SLOT_MS
from app.domain.traits import OTHERS_DIGEST, Traits
from app.store.reports import Choices, PageFigures

VALUES_OFFERED = 50
"""Of each trait, the most played first."""


class Group(NamedTuple):
    """Plays of a medium and day (UTC) that have the same traits: the row, and how many they are.

    `whole`: what they come to stands in the row itself, and need not be read by slot.
    """

    row: int
    digest: int
    traits: Traits
    plays: int
    whole: bool


def choices(groups: Iterable[Group], filtered_since: int) -> Choices:
    """What there is to choose from, and what there is not."""
    values: Mapping[str, Counter[str]] = {name: Counter() for name in Traits._fields}
    others = 0
    for each in groups:
        if each.digest == OTHERS_DIGEST:
            others += each.plays
            continue
        for name, value in zip(Traits._fields, each.traits, strict=True):
            if value:
                values[name][value] += each.plays
    offered = {name: _ranked(counted)[:VALUES_OFFERED] for name, counted in values.items()}
    return Choices(
        {name: found for name, found in offered.items() if found}, others, filtered_since * SLOT_MS
    )


def pages(groups: Iterable[Group], most: int) -> list[PageFigures]:
    """The most played first."""
    counted: Counter[str] = Counter()
    for each in groups:
        counted[each.traits.page] += each.plays
    return [PageFigures(*each) for each in _ranked(counted)[:most]]


def _ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    found = [(value, plays) for value, plays in counted.items() if plays > 0]
    return sorted(found, key=lambda each: (-each[1], each[0]))
