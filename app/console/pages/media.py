"""`/console/media`: the media that were played in a period, and the same as CSV."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal

from fastapi import APIRouter, Response

from app.console import cursor
from app.console.csv_file import csv_stream
from app.console.dates import SPANS, Chosen, ChosenDates, offered_zones
from app.console.media_list import Order, Search, by_order, portion, seconds_watched, sums
from app.console.parameters import After
from app.console.view import ForViewers, View
from app.domain.retention import average_share, watched_seconds
from app.explain.refused import describe, remedy
from app.explain.words import named
from app.formatting import date
from app.store.reports import MEDIA_SORTED, MediumFigures

ROWS = 50
ROWS_AT_A_TIME = 500


def routes() -> APIRouter:
    """The list, as a page and as CSV."""
    router = APIRouter()

    @router.get("/console/media")
    async def listed(
        view: ForViewers,
        chosen: Chosen,
        order: Order = "plays",
        search: Search = "",
        only: Literal["refused"] | None = None,
        after: After = None,
    ) -> Response:
        store = view.account.store
        played = await store.figures.played(chosen.period, search)
        refusals = await store.rejections.of_media([each.medium for each in played])
        if only:
            played = [each for each in played if each.medium.ids in refusals]
        media, more = portion(by_order(played, order), ROWS, cursor.read(after))
        return view.page(
            "media.html",
            media=media,
            refused={ids: describe(each, view.now) for ids, each in refusals.items()},
            remedy=remedy(refusals.values(), view.account.name),
            order=order,
            search=search,
            only=only,
            chosen=chosen,
            spans=SPANS,
            zones=offered_zones(chosen),
            total=sums(played),
            seconds=seconds_watched(played),
            number=len(played),
            cut=len(played) >= MEDIA_SORTED,
            first=after is None,
            more=cursor.write(more),
            begun=bool(played) or bool(await store.figures.media("latest", None, 1)),
        )

    @router.get("/console/media.csv")
    async def listed_as_csv(view: ForViewers, chosen: Chosen, search: Search = "") -> Response:
        rows = _rows(view, chosen, search)
        return csv_stream(f"playrelay-media-{chosen.slug}.csv", HEAD, rows)

    return router


async def _rows(
    view: View, chosen: ChosenDates, search: str
) -> AsyncIterator[Sequence[Sequence[object]]]:
    """All rows of the file, some at a time, the latest medium first."""
    after: tuple[int, int] | None = None
    figures = view.account.store.figures
    while media := await figures.media("latest", chosen.period, ROWS_AT_A_TIME, after):
        yield [_row(each) for each in media if each.figures.plays and each.matches(search)]
        after = (media[-1].last_day, media[-1].id)


HEAD = (
    "medium",
    "media type",
    "media bridge id",
    "external id",
    "plays",
    "reached 25 %",
    "reached 50 %",
    "reached 75 %",
    "completed",
    "on a contact",
    "watched on average, in percent",
    "watched in all, in seconds",
    "last played",
)


def _row(each: MediumFigures) -> list[object]:
    medium, figures = each.medium, each.figures
    share, seconds = average_share(figures), watched_seconds(figures, medium.duration)
    return [
        named(medium),
        medium.type or "",
        medium.bridge_id or "",
        medium.external_id or "",
        figures.plays,
        figures.quarter,
        figures.half,
        figures.most,
        figures.whole,
        figures.attributed,
        "" if share is None else f"{share:.1f}",
        "" if seconds is None else round(seconds),
        date(each.last_day),
    ]
