"""`/console/media/compare`: two media side by side."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.console.compared import compared
from app.console.dates import SPANS, Chosen, offered_zones
from app.console.medium_report import ShownReport, shown_report
from app.console.parameters import MediumId
from app.console.view import ForViewers
from app.domain.figures import BINS, DAY_MS, Figures
from app.domain.period import Period
from app.domain.traits import Traits
from app.explain.words import named
from app.store.reports import MediumFigures
from app.store.store import Store

MEDIA_OFFERED = 200
LABEL_LIMIT = 40

Two = Annotated[Sequence[MediumId], Query(max_length=2)]


def routes() -> APIRouter:
    """The page; without two media it only asks for them."""
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
            curve=_curve(shown),
            by_day=_by_day(shown, chosen.period),
        )

    return router


async def _offered(store: Store, picked: Sequence[int]) -> list[MediumFigures]:
    """The media to choose from, by name: those played last, and the picked."""
    offered = {each.id: each for each in await store.figures.media("latest", None, MEDIA_OFFERED)}
    missing = set(picked) - offered.keys()
    offered |= {each.id: each for each in await store.figures.of_ids(sorted(missing))}
    return sorted(offered.values(), key=lambda each: named(each.medium).casefold())


def _label(shown: ShownReport) -> str:
    name = named(shown.report.medium)
    return name if len(name) <= LABEL_LIMIT else f"{name[: LABEL_LIMIT - 1]}…"


def _curve(shown: Sequence[ShownReport]) -> dict[str, Any]:
    """Share of each medium's plays, in percent, that saw each percent of it."""
    series = []
    for each in shown:
        figures = each.report.figures
        most = figures.mapped or 1
        values = [round(100 * seen / most, 1) for seen in figures.seen]
        series.append({"label": _label(each), "values": values})
    return {"kind": "curve", "x": list(range(1, BINS + 1)), "duration": None, "series": series}


def _by_day(shown: Sequence[ShownReport], period: Period) -> dict[str, Any]:
    first, last = period.utc_days
    series = []
    for each in shown:
        known = dict(each.report.days)
        values = [known.get(day, Figures()).plays for day in period.dates()]
        series.append({"label": _label(each), "values": values})
    days = [day * DAY_MS // 1000 for day in range(first, last + 1)]
    return {"kind": "days", "x": days, "series": series}
