"""The list of media for pages and programs: of a period, sorted, and in portions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import Query

from app.domain.figures import Figures
from app.domain.retention import average_share, watched_seconds
from app.explain.words import named
from app.store.reports import MediumFigures, Point

Order = Literal[
    "plays",
    "name",
    "average",
    "watched",
    "reached25",
    "reached50",
    "reached75",
    "completed",
    "onContact",
    "latest",
    "most",
]
"""The sort orders: `most` is the number of plays ever, `latest` the day of the last one."""

Search = Annotated[str, Query(max_length=200, description="Part of a medium's name, id or address")]

_VALUES: Mapping[Order, Callable[[MediumFigures], float]] = {
    "plays": lambda each: each.figures.plays,
    "average": lambda each: average_share(each.figures) or 0,
    "watched": lambda each: watched_seconds(each.figures, each.medium.duration) or 0,
    "reached25": lambda each: _share(each.figures.quarter, each.figures),
    "reached50": lambda each: _share(each.figures.half, each.figures),
    "reached75": lambda each: _share(each.figures.most, each.figures),
    "completed": lambda each: _share(each.figures.whole, each.figures),
    "onContact": lambda each: _share(each.figures.attributed, each.figures),
    "latest": lambda each: each.last_day,
    "most": lambda each: each.plays,
}


def by_order(media: Sequence[MediumFigures], order: Order) -> list[MediumFigures]:
    """Names from a to z, figures from the largest; equal figures by the number of plays."""
    rows = sorted(media, key=lambda each: (-each.figures.plays, each.id))
    if order == "name":
        return sorted(rows, key=lambda each: named(each.medium).casefold())
    return sorted(rows, key=_VALUES[order], reverse=True)


def portion(
    media: Sequence[MediumFigures], limit: int, after: Point | None
) -> tuple[Sequence[MediumFigures], Point | None]:
    """Some of a sorted list, and where it continues. `after`: value and row of the last item."""
    start = 0
    if after is not None:
        place, row = after
        rows = [each.id for each in media]
        start = rows.index(row) + 1 if row in rows else place
    found = media[start : start + limit]
    end = start + len(found)
    return found, (end, found[-1].id) if end < len(media) else None


def sums(media: Sequence[MediumFigures]) -> Figures:
    """The sums of the plain counts."""
    columns = zip(*(each.figures.counts for each in media), strict=True)
    return Figures.of(map(sum, columns)) if media else Figures()


def seconds_watched(media: Sequence[MediumFigures]) -> float:
    """The total time watched, as far as the durations are known."""
    return sum(watched_seconds(each.figures, each.medium.duration) or 0 for each in media)


def _share(part: int, figures: Figures) -> float:
    return part / figures.plays if figures.plays else 0
