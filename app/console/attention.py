"""The attention that each part of a medium got, as a strip of colour."""

from itertools import groupby
from typing import NamedTuple

from app.domain.figures import BINS, Figures

SHADES = 10
FAINTEST = 0.08


class Shade(NamedTuple):
    """A stretch of a medium, in percent of it, and how strong its colour is, up to 1."""

    start: int
    width: int
    strength: float


def heat(figures: Figures) -> list[Shade]:
    """The most watched part is strongest, however often that was; equal neighbours are joined."""
    views = [seen + again for seen, again in zip(figures.seen, figures.again, strict=True)]
    most = max(*views, 1)
    shades = [round(SHADES * max(each, 0) / most) for each in views]
    found: list[Shade] = []
    for shade, run in groupby(range(BINS), key=shades.__getitem__):
        parts = list(run)
        strength = round(FAINTEST + (1 - FAINTEST) * shade / SHADES, 2) if shade else 0.0
        found.append(Shade(parts[0], len(parts), strength))
    return found
