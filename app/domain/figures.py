"""What media come to: plays counted by medium, day and page, kept up as each play changes.

A play's contribution is a pure function of its state. When the state changes, the old contribution
is taken out and the new one put in: so a figure is what the plays come to, however they grew, and
a play that turns out to be of another medium, page or day moves there.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import add, itemgetter, sub
from typing import Self

import msgspec

from app.domain.coverage import Spans
from app.domain.media import Medium
from app.domain.milestones import reached
from app.domain.page import Page
from app.domain.play import Play

BINS = 100
"""Parts of a medium in which is counted how many plays saw it: one for each percent."""

QUARTILES = (25, 50, 75, 100)
DAY_MS = 24 * 60 * 60 * 1000

Cell = tuple[str, int]
"""A medium's key, and a day (UTC, counted from the epoch)."""


class Figures(msgspec.Struct, frozen=True):
    """Plays counted: begun; of these a quarter, half, three quarters and all of it covered.

    `attributed`: on a contact in HubSpot. `mapped`: those that tell which parts were seen; `seen`:
    how many of these saw each of `BINS` parts.
    """

    plays: int = 0
    quarter: int = 0
    half: int = 0
    most: int = 0
    whole: int = 0
    attributed: int = 0
    mapped: int = 0
    seen: tuple[int, ...] = (0,) * BINS

    @classmethod
    def of(cls, counts: Iterable[int], seen: Iterable[int] = (0,) * BINS) -> Self:
        """From the plain counts, in the order of the fields."""
        plays, quarter, half, most, whole, attributed, mapped = counts
        return cls(plays, quarter, half, most, whole, attributed, mapped, tuple(seen))


COUNTS = 7
"""How many of its fields are plain counts."""

NONE = Figures()
Counts = tuple[int, ...]


class Change:
    """What a batch of folds does to one cell; `pages`: plays by page."""

    __slots__ = ("counts", "medium", "pages", "seen")

    def __init__(self, medium: Medium) -> None:
        self.medium = medium
        self.counts: Counts = (0,) * COUNTS
        self.seen: Counts = (0,) * BINS
        self.pages: dict[Page, int] = {}

    def figures(self) -> Figures:
        """As they are added to what the cell holds."""
        return Figures.of(self.counts, self.seen)

    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return not (any(self.counts) or any(self.seen) or any(self.pages.values()))

    def move(self, play: Play, sign: int, *, attributed: bool) -> None:
        """Put a play's contribution in, or take it out (`sign` -1)."""
        step = add if sign > 0 else sub
        self.counts = tuple(map(step, self.counts, _counts(play, attributed=attributed)))
        self.seen = tuple(map(step, self.seen, _seen(play.spans)))
        page = play.page[2]
        self.pages[page] = self.pages.get(page, 0) + sign


def figures_of(play: Play, *, attributed: bool = False) -> Figures:
    """What one play contributes. `attributed`: HubSpot has put an event of it on a contact."""
    return Figures.of(map(int, _counts(play, attributed=attributed)), map(int, _seen(play.spans)))


def changes(moves: Iterable[tuple[Play | None, Play, bool]]) -> dict[Cell, Change]:
    """From each play before (None: it is new), after, and whether it is attributed: what changes.

    By cell.
    """
    found: dict[Cell, Change] = {}
    for before, after, attributed in moves:
        if before is not None:
            _at(found, before).move(before, -1, attributed=attributed)
        change = _at(found, after)
        change.medium = after.medium
        change.move(after, 1, attributed=attributed)
    return {cell: change for cell, change in found.items() if not change.is_none()}


def cell_of(play: Play) -> Cell:
    """Where a play counts: its medium, and the day on which it began."""
    return medium_key(play.medium), play.started_at // DAY_MS


def medium_key(medium: Medium) -> str:
    """The key of a medium, as HubSpot distinguishes them."""
    if medium.bridge_id is not None:
        return f"bridge:{medium.bridge_id}"
    return f"id:{medium.external_id or medium.url or ''}"


def _at(found: dict[Cell, Change], play: Play) -> Change:
    cell = cell_of(play)
    change = found.get(cell)
    if change is None:
        change = found[cell] = Change(play.medium)
    return change


def _counts(play: Play, *, attributed: bool) -> Counts:
    covered = reached(play)
    marks = [covered >= quartile for quartile in QUARTILES]
    return (1, *marks, attributed, bool(play.maps))


def _seen(spans: Spans) -> tuple[bool, ...]:
    """Which of `BINS` parts were seen: a part counts if its middle was."""
    return tuple(map(bool, _parts(len(spans))(spans))) if spans else _NOTHING


_NOTHING = (False,) * BINS


@lru_cache(128)
def _parts(count: int) -> Callable[[Spans], Spans]:
    return itemgetter(*((2 * part + 1) * count // (2 * BINS) for part in range(BINS)))
