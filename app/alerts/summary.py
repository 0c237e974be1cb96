"""A weekly summary, compared with the week before: figures and media, no visitor, no contact."""

from collections.abc import Iterable, Sequence

import msgspec

from app.domain.period import Period
from app.domain.retention import watched_seconds
from app.explain.words import named
from app.store.reports import COUNTED, MediumFigures
from app.store.store import Store

MEDIA_NAMED = 5
_NAME = 100
_HOUR = 3600


class Figure(msgspec.Struct, frozen=True):
    """A figure of the week. `before`: of the week before; None: it is as things stand now."""

    key: str
    name: str
    value: int
    before: int | None = None


class MediumMoved(msgspec.Struct, frozen=True):
    """A medium, its plays, and those of the week before."""

    name: str
    plays: int
    before: int


class Summary(msgspec.Struct, frozen=True):
    """A week. `first` and `last`: its days, as `2026-11-16`."""

    first: str
    last: str
    figures: tuple[Figure, ...]
    media: tuple[MediumMoved, ...]


async def summarise(store: Store, period: Period, now: int) -> Summary:
    """The summary of these days."""
    before = period.before()
    played = await store.figures.played(period)
    played_before = await store.figures.played(before)
    viewers = await store.figures.viewers_of_all(period)
    viewers_before = await store.figures.viewers_of_all(before)
    days = await store.figures.days(period)
    days_before = await store.figures.days(before)
    depths = await store.admin.depths(now, COUNTED)
    outbox = depths.outbox
    return Summary(
        f"{period.first}",
        f"{period.last}",
        (
            Figure("plays", "Plays", _plays(played), _plays(played_before)),
            Figure("viewers", "Viewers", viewers.viewers, viewers_before.viewers),
            Figure("hours", "Hours watched", _hours(played), _hours(played_before)),
            Figure(
                "delivered",
                "Events delivered",
                sum(each.delivered for each in days),
                sum(each.delivered for each in days_before),
            ),
            Figure(
                "rejected",
                "Events rejected by HubSpot",
                sum(each.rejected for each in days),
                sum(each.rejected for each in days_before),
            ),
            Figure("waiting", "Events that wait until their visitor is known", outbox["waiting"]),
            Figure("due", "Events to be sent", outbox["due"] + outbox["sending"]),
        ),
        moved(played, played_before),
    )


def moved(now: Sequence[MediumFigures], before: Sequence[MediumFigures]) -> tuple[MediumMoved, ...]:
    """The media whose number of plays changed most, up or down."""
    plays = {each.id: each.figures.plays for each in now}
    earlier = {each.id: each.figures.plays for each in before}
    names = {each.id: named(each.medium) for each in (*before, *now)}
    found = [
        MediumMoved(_short(name), plays.get(number, 0), earlier.get(number, 0))
        for number, name in names.items()
    ]
    changed = [each for each in found if each.plays != each.before]
    changed.sort(key=lambda each: (-abs(each.plays - each.before), -each.plays, each.name))
    return tuple(changed[:MEDIA_NAMED])


def _plays(media: Iterable[MediumFigures]) -> int:
    return sum(each.figures.plays for each in media)


def _hours(media: Iterable[MediumFigures]) -> int:
    seconds = sum(watched_seconds(each.figures, each.medium.duration) or 0 for each in media)
    return round(seconds / _HOUR)


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _NAME else f"{line[: _NAME - 1]}…"
