"""`/console/media`: the figures of each medium, and how far people get in it."""

from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, HTTPException, Path, Query, Response

from app.console import cursor
from app.console.csv_file import csv_file
from app.console.records import record_address
from app.console.view import ForViewers
from app.domain.figures import BINS, DAY_MS
from app.domain.retention import average_share, drops, watched_seconds
from app.explain.refused import describe, remedy
from app.explain.words import named
from app.formatting import count, date, number, percent
from app.runtime.relay import Account
from app.store.reports import MediumFigures, MediumReport, Order

ROWS = 50
PAGES_SHOWN = 10
WATCHERS_SHOWN = 10
DROPS_SHOWN = 3
LONGEST_COMPARED = 200
"""Days that can be compared with as many before: figures are kept for twice as long."""

PAGES_LISTED = 1_000
SPANS = (7, 28, 90, 365)
"""Days that can be looked at."""

Days = Annotated[int, Query(ge=1, le=400)]
MediumId = Annotated[int, Path(ge=1, lt=2**63)]
Table = Literal["days", "retention", "pages"]


def routes() -> APIRouter:
    """The list, one medium, and both as CSV."""
    router = APIRouter()

    @router.get("/console/media")
    async def listed(
        view: ForViewers,
        order: Order = "latest",
        days: Days = 28,
        after: Annotated[str | None, Query(pattern=cursor.PATTERN)] = None,
    ) -> Response:
        now, store = view.now, view.account.store
        media = await store.figures.media(
            order, now // DAY_MS - days + 1, ROWS + 1, cursor.read(after)
        )
        refusals = await store.rejections.of_media([each.medium for each in media[:ROWS]])
        more = _point(media[ROWS - 1], order) if len(media) > ROWS else None
        return view.page(
            "media.html",
            media=media[:ROWS],
            refused={ids: describe(each, now) for ids, each in refusals.items()},
            remedy=remedy(refusals.values(), view.account.name),
            order=order,
            days=days,
            spans=SPANS,
            first=after is None,
            more=cursor.write(more),
        )

    @router.get("/console/media.csv")
    async def listed_as_csv(view: ForViewers, days: Days = 28) -> Response:
        since = view.now // DAY_MS - days + 1
        rows: list[list[object]] = []
        after: tuple[int, int] | None = None
        while media := await view.account.store.figures.media("latest", since, 500, after):
            rows += [_row(each) for each in media if each.figures.plays]
            after = (media[-1].last_day, media[-1].id)
            if media[-1].last_day < since:
                break
        return csv_file(f"playrelay-media-{days}-days.csv", _HEAD, rows)

    @router.get("/console/media/{medium}")
    async def one(
        view: ForViewers,
        medium: MediumId,
        days: Days = 28,
    ) -> Response:
        now = view.now
        today = now // DAY_MS
        since = today - days + 1
        before = days if days <= LONGEST_COMPARED else 0
        report = await _report(view.account, medium, since, PAGES_SHOWN, before)
        store = view.account.store
        refusals = (await store.rejections.of_media([report.medium])).values()
        watching = await store.watchers.of_media([medium], 0, "any", WATCHERS_SHOWN)
        return view.page(
            "medium.html",
            report=report,
            refused=[describe(each, now) for each in refusals],
            remedy=remedy(refusals, view.account.name),
            days=days,
            spans=SPANS,
            figures=_compared(report),
            before=before,
            funnel=_funnel(report),
            leaving=drops(report.figures, DROPS_SHOWN),
            curve=_curve(report),
            by_day=_by_day(report, since, today),
            watchers=watching.watchers,
            more_watchers=watching.after is not None,
            record=await record_address(view.account),
        )

    @router.get("/console/media/{medium}/{table}.csv")
    async def one_as_csv(
        view: ForViewers, medium: MediumId, table: Table, days: Days = 28
    ) -> Response:
        since = view.now // DAY_MS - days + 1
        report = await _report(view.account, medium, since, PAGES_LISTED)
        name = f"playrelay-medium-{medium}-{table}-{days}-days.csv"
        return csv_file(name, *_table(report, table))

    return router


async def _report(
    account: Account, medium: int, since: int, pages: int, before: int = 0
) -> MediumReport:
    report = await account.store.figures.medium(medium, since, pages, before)
    if report is None:
        raise HTTPException(404, "there is no such medium, or nobody has played it for long")
    return report


def _point(last: MediumFigures, order: Order) -> tuple[int, int]:
    return last.last_day if order == "latest" else last.plays, last.id


_HEAD = (
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
    "last played",
)


def _row(each: MediumFigures) -> list[object]:
    medium, figures = each.medium, each.figures
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
        date(each.last_day),
    ]


def _table(report: MediumReport, table: Table) -> tuple[tuple[str, ...], list[list[object]]]:
    figures = report.figures
    if table == "retention":
        rows: list[list[object]] = [
            [part + 1, seen, f"{100 * seen / figures.mapped:.1f}" if figures.mapped else ""]
            for part, seen in enumerate(figures.seen)
        ]
        return ("percent of the medium", "plays that saw it", "share in percent"), rows
    if table == "pages":
        return ("page", "plays"), [
            [each.page or "other pages", each.plays] for each in report.pages
        ]
    head = ("day", *_HEAD[4:10])
    return head, [
        [date(day), *(getattr(each, name) for name in _COUNTED)] for day, each in report.days
    ]


_COUNTED = ("plays", "quarter", "half", "most", "whole", "attributed")


class Compared(NamedTuple):
    """A figure, what else there is to say of it, and how it has changed; empty: no telling."""

    name: str
    value: str
    beside: str
    change: str


def _compared(report: MediumReport) -> list[Compared]:
    """The figures of the period beside those of the period before."""
    now, then = report.figures, report.before
    plain: list[tuple[str, int, int]] = [
        ("Plays", now.plays, then.plays),
        ("Completed", now.whole, then.whole),
        ("Known: on a contact", now.attributed, then.attributed),
    ]
    found = [
        Compared(name, number(one), percent(one, now.plays) if place else "", _change(one, other))
        for place, (name, one, other) in enumerate(plain)
    ]
    share, earlier = average_share(now), average_share(then)
    if share is not None:
        points = "" if earlier is None else f"{share - earlier:+.0f} points"
        found.append(Compared("Watched on average", f"{share:.0f} %", "", points))
    length = report.medium.duration
    seconds, before = watched_seconds(now, length), watched_seconds(then, length)
    if seconds is not None:
        found.append(Compared("Watched in all", _hours(seconds), "", _change(seconds, before or 0)))
    return found


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return count(round(hours), "hour") if hours >= 2 else count(round(seconds / 60), "minute")  # noqa: PLR2004 - below, hours say too little


def _change(now: float, then: float) -> str:
    return f"{100 * (now - then) / then:+.0f} %" if then else ""


def _funnel(report: MediumReport) -> list[tuple[str, int]]:
    figures = report.figures
    return [
        ("Started", figures.plays),
        ("25 %", figures.quarter),
        ("50 %", figures.half),
        ("75 %", figures.most),
        ("100 %", figures.whole),
    ]


def _curve(report: MediumReport) -> dict[str, object]:
    """Share of plays, in percent, that saw each percent of the medium."""
    figures = report.figures
    shares = [
        round(100 * seen / figures.mapped, 1) if figures.mapped else 0 for seen in figures.seen
    ]
    return {
        "kind": "curve",
        "x": list(range(1, BINS + 1)),
        "duration": report.medium.duration,
        "series": [{"label": "Saw this part", "values": shares}],
    }


def _by_day(report: MediumReport, since: int, today: int) -> dict[str, object]:
    known = dict(report.days)
    every = range(since, today + 1)
    plays = [known[day].plays if day in known else 0 for day in every]
    whole = [known[day].whole if day in known else 0 for day in every]
    return {
        "kind": "days",
        "x": [day * DAY_MS // 1000 for day in every],
        "series": [{"label": "Plays", "values": plays}, {"label": "Completed", "values": whole}],
    }
