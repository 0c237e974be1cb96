"""Figures of media: plays counted by medium, time and traits, updated as each play changes.

A play's contribution is a pure function of its state. When the state changes, the old contribution
is subtracted and the new one added. So a figure does not depend on how its plays grew, and a play
whose medium, page or time changes moves to the new place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add, itemgetter, sub
from typing import NamedTuple, Self

import msgspec

from app.domain.coverage import Spans
from app.domain.media import Medium
from app.domain.milestones import reached
from app.domain.period import SLOT_MS
from app.domain.play import Play
from app.domain.traits import Traits, digest_of, traits_of

BINS = 100
"""Parts of a medium for which plays are counted: one for each percent."""

QUARTILES = (25, 50, 75, 100)

Bins = tuple[int, ...]
"""One number for each of `BINS` parts."""

Counts = tuple[int, ...]
NOTHING: Bins = (0,) * BINS

MOST_REPEATS = 100
"""One play counts at most this often for a part, so that a single play can't distort the medium."""

Cell = tuple[str, int, int]
"""A medium's key, a slot (`domain.period`): the quarter of an hour, counted from the epoch, and the
digest of the plays' traits."""


class Figures(msgspec.Struct, frozen=True):
    """Counts of plays: all of them; those that covered at least a quarter, half, 3/4 or all.

    `attributed`: on a contact in HubSpot. `mapped`: plays that report which parts were seen;
    `parts`: the sum of the parts (of `BINS`) that these saw; `repeats`: how often parts were seen
    again. `seen`: how many plays saw each part; `again`: how often it was seen again.
    """

    plays: int = 0
    quarter: int = 0
    half: int = 0
    most: int = 0
    whole: int = 0
    attributed: int = 0
    mapped: int = 0
    parts: int = 0
    repeats: int = 0
    seen: Bins = NOTHING
    again: Bins = NOTHING

    @classmethod
    def of(cls, counts: Iterable[int], seen: Bins = NOTHING, again: Bins = NOTHING) -> Self:
        """Build the figures from plain counts, in the order of the fields."""
        plays, quarter, half, most, whole, attributed, mapped, parts, repeats = counts
        plain = plays, quarter, half, most, whole, attributed, mapped, parts, repeats
        return cls(*plain, seen, again)

    @property
    def counts(self) -> Counts:
        """The plain counts, in the order of the fields."""
        return msgspec.structs.astuple(self)[:COUNTS]


COUNTS = 9
"""How many of the fields are plain counts."""

NONE = Figures()


class Change:
    """What a batch of folds adds to or subtracts from figures."""

    __slots__ = ("again", "counts", "seen")

    def __init__(self) -> None:
        self.counts: Counts = (0,) * COUNTS
        self.seen: Bins = NOTHING
        self.again: Bins = NOTHING

    def figures(self) -> Figures:
        """The changes as values to add to the stored counts."""
        return Figures.of(self.counts, self.seen, self.again)

    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return not (any(self.counts) or any(self.seen))

    def move(self, play: Play, sign: int, *, attributed: bool) -> None:
        """Add a play's contribution, or subtract it (`sign` -1)."""
        counts, seen, again = _contribution(play, attributed=attributed)
        self._combine(add if sign > 0 else sub, counts, seen, again)

    def plus(self, other: Self) -> None:
        """Add another change to this one."""
        self._combine(add, other.counts, other.seen, other.again)

    def _combine(
        self, step: Callable[[int, int], int], counts: Counts, seen: Bins, again: Bins
    ) -> None:
        self.counts = tuple(map(step, self.counts, counts))
        if seen is not NOTHING:
            self.seen = tuple(map(step, self.seen, seen))
        if again is not NOTHING:  # nearly always
            self.again = tuple(map(step, self.again, again))


class Changes(NamedTuple):
    """What a batch of folds changes, by cell.

    `media`: the latest descriptions, by key. `traits`: by digest.
    """

    media: Mapping[str, Medium]
    traits: Mapping[int, Traits]
    cells: Mapping[Cell, Change]


def together(changes: Sequence[Change]) -> Change:
    """Merge several changes (at least one) into one. The result may be one of the arguments."""
    if len(changes) == 1:
        return changes[0]
    total = Change()
    for each in changes:
        total.plus(each)
    return total


def changes(moves: Iterable[tuple[Play | None, Play, bool]]) -> Changes:
    """The changes, from each play before (None: new) and after, and whether it is attributed."""
    found: dict[Cell, Change] = {}
    media: dict[str, tuple[int, Medium]] = {}
    traits: dict[int, Traits] = {}
    for before, after, attributed in moves:
        key, slot, digest = cell = cell_of(after)
        if before is not None:
            left = cell
            if not _in_one_cell(before, after):
                left = cell_of(before)
                media.setdefault(left[0], (-1, before.medium))
                traits[left[2]] = traits_of(before)
            _at(found, left).move(before, -1, attributed=attributed)
        _at(found, cell).move(after, 1, attributed=attributed)
        traits[digest] = traits_of(after)
        if slot >= media.get(key, (-1, after.medium))[0]:
            media[key] = slot, after.medium
    return Changes(
        {key: medium for key, (_, medium) in media.items()},
        traits,
        {cell: change for cell, change in found.items() if not change.is_none()},
    )


def cell_of(play: Play) -> Cell:
    """The cell in which a play counts: its medium, the slot in which it began, its traits."""
    return medium_key(play.medium), play.started_at // SLOT_MS, digest_of(play)


def _in_one_cell(before: Play, after: Play) -> bool:
    """Whether a play certainly stays in its cell, as it nearly always does."""
    return (
        before.started_at == after.started_at
        and before.page == after.page
        and before.medium == after.medium
        and before.site == after.site
    )


def medium_key(medium: Medium) -> str:
    """The key of a medium, as HubSpot distinguishes them."""
    if medium.bridge_id is not None:
        return f"bridge:{medium.bridge_id}"
    return f"id:{medium.external_id or medium.url or ''}"


def _at(found: dict[Cell, Change], cell: Cell) -> Change:
    change = found.get(cell)
    if change is None:
        change = found[cell] = Change()
    return change


def _contribution(play: Play, *, attributed: bool) -> tuple[Counts, Bins, Bins]:
    """The plain counts, the parts that were seen, and how often they were seen again."""
    covered = reached(play)
    seen, again, parts, repeats = _watched(spans) if (spans := play.spans) else _UNKNOWN
    quarter, half, most, whole = (int(covered >= quartile) for quartile in QUARTILES)
    mapped = int(bool(play.maps))
    counts = (1, quarter, half, most, whole, int(attributed), mapped, parts, repeats)
    return counts, seen, again


_UNKNOWN = NOTHING, NOTHING, 0, 0


@lru_cache(1024)
def _watched(spans: Spans) -> tuple[Bins, Bins, int, int]:
    """The parts that were seen, how often they were seen again, and the sums of both.

    A part counts as watched as often as its middle was. Cached, because the contribution of a play
    is added now and subtracted when its next ping arrives.
    """
    times = _parts(len(spans))(spans)
    seen = tuple([1 if each else 0 for each in times])
    again = NOTHING
    if max(times) > 1:
        again = tuple([min(each, MOST_REPEATS) - 1 if each > 1 else 0 for each in times])
    return seen, again, sum(seen), sum(again)


@lru_cache(128)
def _parts(count: int) -> Callable[[Spans], Spans]:
    return itemgetter(*((2 * part + 1) * count // (2 * BINS) for part in range(BINS)))
