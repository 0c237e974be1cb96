"""`/console/media/…`: the figures of one medium, and how far people get in it."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from app.console.attention import heat
from app.console.charts import by_day, curve
from app.console.compared import compared
from app.console.csv_file import csv_file
from app.console.dates import SPANS, Chosen, offered_zones
from app.console.medium_report import Wanted, kept_since, shown_report
from app.console.names import names_of
from app.console.pages.media import HEAD
from app.console.parameters import Id
from app.console.records import record_address
from app.console.sharing import LIVES
from app.console.view import ForViewers
from app.domain.period import Period
from app.domain.retention import drops, returns
from app.explain.refused import describe, remedy
from app.store.reports import MediumReport

PAGES_SHOWN = 10
WATCHERS_SHOWN = 10
PARTS_SHOWN = 3
PAGES_LISTED = 1_000

Table = Literal["days", "retention", "pages"]


def routes() -> APIRouter:
    """The page, and its tables as CSV."""
    router = APIRouter()

    @router.get("/console/media/{medium}")
    async def one(
        view: ForViewers,
        medium: Id,
        chosen: Chosen,
        wanted: Wanted,
        choose: Literal["yes"] | None = None,
    ) -> Response:
        store = view.account.store
        shown = await shown_report(
            store, medium, chosen, wanted, PAGES_SHOWN, choices=choose is not None
        )
        report = shown.report
        refusals = (await store.rejections.of_media([report.medium])).values()
        watching = await store.watchers.of_media([medium], 0, "any", WATCHERS_SHOWN)
        return view.page(
            "medium.html",
            report=report,
            refused=[describe(each, view.now) for each in refusals],
            remedy=remedy(refusals, view.account.name),
            chosen=chosen,
            spans=SPANS,
            zones=offered_zones(chosen),
            wanted=wanted,
            filters={name: value for name, value in wanted._asdict().items() if value},
            choices=shown.choices,
            choosing=choose is not None or any(wanted),
            filtered_since=shown.filtered_since,
            figures=compared(report, shown.viewers, shown.viewers_before),
            kept_since=kept_since(store, chosen),
            **charts_of(report, chosen.period),
            signs_links=view.account.settings.secret_key is not None,
            lives=LIVES,
            watchers=watching.watchers,
            more_watchers=watching.after is not None,
            record=await record_address(view.account),
            names=await names_of(view, [each.contact_id for each in watching.watchers]),
        )

    @router.get("/console/media/{medium}/{table}.csv")
    async def one_as_csv(
        view: ForViewers, medium: Id, table: Table, chosen: Chosen, wanted: Wanted
    ) -> Response:
        shown = await shown_report(view.account.store, medium, chosen, wanted, PAGES_LISTED)
        name = f"playrelay-medium-{medium}-{table}-{chosen.slug}.csv"
        return csv_file(name, *_table(shown.report, table))

    return router


def charts_of(report: MediumReport, period: Period) -> dict[str, Any]:
    """A report's figures, prepared for the page."""
    return {
        "funnel": _funnel(report),
        "leaving": drops(report.figures, PARTS_SHOWN),
        "again": returns(report.figures, PARTS_SHOWN),
        "heat": heat(report.figures),
        "curve": curve([("Saw this part", report)], report.medium.duration),
        "by_day": by_day([("Plays", report, "plays"), ("Completed", report, "whole")], period),
    }


def _table(report: MediumReport, table: Table) -> tuple[tuple[str, ...], list[list[object]]]:
    figures = report.figures
    if table == "retention":
        rows: list[list[object]] = [
            [part, seen, f"{100 * seen / figures.mapped:.1f}" if figures.mapped else "", again]
            for part, (seen, again) in enumerate(zip(figures.seen, figures.again, strict=True), 1)
        ]
        return _PARTS, rows
    if table == "pages":
        return ("page", "plays"), [
            [each.page or "other pages", each.plays] for each in report.pages
        ]
    head = ("day", *HEAD[4:10])
    return head, [
        [f"{day}", *(getattr(each, name) for name in _COUNTED)] for day, each in report.days
    ]


_PARTS = ("percent of the medium", "plays that saw it", "share in percent", "seen again")
_COUNTED = ("plays", "quarter", "half", "most", "whole", "attributed")


def _funnel(report: MediumReport) -> list[tuple[str, int]]:
    figures = report.figures
    return [
        ("Started", figures.plays),
        ("25 %", figures.quarter),
        ("50 %", figures.half),
        ("75 %", figures.most),
        ("100 %", figures.whole),
    ]
