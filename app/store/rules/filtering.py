"""What some of the plays of a medium come to, counted from the plays themselves. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from operator import add

from app.domain.figures import Figures, figures_of
from app.domain.period import Period, day_at
from app.domain.play import Play
from app.domain.traits import Traits, traits_of
from app.store.reports import PageFigures
from app.store.rules.plays import viewer

VALUES_OFFERED = 50
"""Of each trait, the most played first."""


class Counting:
    """Counts plays one by one: those that are wanted, and which traits all of them have."""

    def __init__(self, wanted: Traits, period: Period) -> None:
        self._wanted = wanted
        self._zone = period.zone
        self._total = Figures()
        self._days: dict[date, Figures] = defaultdict(Figures)
        self._pages: Counter[str] = Counter()
        self._viewers: set[int] = set()
        self._values: dict[str, Counter[str]] = defaultdict(Counter)

    def count(self, play: Play, *, attributed: bool) -> None:
        """One more play."""
        traits = traits_of(play)
        for name, value in zip(Traits._fields, traits, strict=True):
            if value:
                self._values[name][value] += 1
        if not self._wanted.allow(traits):
            return
        figures = figures_of(play, attributed=attributed)
        self._total = _sum(self._total, figures)
        day = day_at(play.started_at, self._zone)
        plain = map(add, self._days[day].counts, figures.counts)
        self._days[day] = Figures.of(plain)
        self._pages[traits.page] += 1
        self._viewers.add(viewer(play))

    @property
    def figures(self) -> Figures:
        """All together."""
        return self._total

    @property
    def viewers(self) -> int:
        """How many different ones."""
        return len(self._viewers)

    def days(self) -> list[tuple[date, Figures]]:
        """The plain counts by day, in order."""
        return sorted(self._days.items())

    def pages(self, most: int) -> list[PageFigures]:
        """The most played first."""
        ranked = sorted(self._pages.items(), key=lambda each: (-each[1], each[0]))
        return [PageFigures(*each) for each in ranked[:most]]

    def choices(self) -> Mapping[str, list[tuple[str, int]]]:
        """What there is to choose from, by trait: values and how many plays have them."""
        return {
            name: sorted(values.items(), key=lambda each: (-each[1], each[0]))[:VALUES_OFFERED]
            for name, values in self._values.items()
        }


def _sum(one: Figures, other: Figures) -> Figures:
    return Figures.of(
        map(add, one.counts, other.counts),
        tuple(map(add, one.seen, other.seen)),
        tuple(map(add, one.again, other.again)),
    )
