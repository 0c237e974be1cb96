"""`/console/media/compare`: two media side by side."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.console.charts import by_day, curve
from app.console.compared import compared
from app.console.dates import SPANS, Chosen, offered_zones
from app.console.medium_report import ShownReport, shown_report
from app.console.parameters import MediumId
from app.console.view import ForViewers
from app.domain.traits import Traits
from app.explain.words import named
from app.store.reports import MediumFigures
from app.store.store import Store

MEDIA_OFFERED = 200
LABEL_LIMIT = 40

Two = Annotated[Sequence[MediumId], Query(max_length=2)]


def routes() -> APIRouter:
    """The page; without two media it only offers the choice."""
    router = APIRouter()

    @router.get("/console/media/compare")
    async def compare(view: ForViewers, chosen: Chosen, medium: Two = ()) -> Response:
        store = view.account.store
        shown = [await shown_report(store, each, chosen, Traits(), 0) for each in medium]
        figures = [
            {each.name: each for each in compared(one.report, one.viewers, one.viewers_before)}
            for one in shown
        ]
        return view.page(
            "compare.html",
            chosen=chosen,
            spans=SPANS,
            zones=offered_zones(chosen),
            picked=list(medium),
            offered=await _offered(store, medium),
            shown=shown,
            names=list(dict.fromkeys(name for each in figures for name in each)),
            figures=figures,
            curve=curve([(_label(each), each.report) for each in shown]),
            by_day=by_day([(_label(each), each.report, "plays") for each in shown], chosen.period),
        )

    return router


async def _offered(store: Store, picked: Sequence[int]) -> list[MediumFigures]:
    """The media to choose from, by name: those played last, and the chosen ones."""
    offered = {each.id: each for each in await store.figures.media("latest", None, MEDIA_OFFERED)}
    missing = set(picked) - offered.keys()
    offered |= {each.id: each for each in await store.figures.of_ids(sorted(missing))}
    return sorted(offered.values(), key=lambda each: named(each.medium).casefold())


def _label(shown: ShownReport) -> str:
    name = named(shown.report.medium)
    return name if len(name) <= LABEL_LIMIT else f"{name[: LABEL_LIMIT - 1]}…"
