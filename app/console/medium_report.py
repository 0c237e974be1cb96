"""A medium's report, of all of its plays or of some, for pages and programs."""

from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import Depends, HTTPException, Query

from app.console.dates import ChosenDates
from app.domain.period import SLOT_MS, Period
from app.domain.timestamps import DAY_MS
from app.domain.traits import Traits
from app.store.reports import Choices, MediumReport, Viewers
from app.store.store import Store

NO_SUCH = "there is no such medium, or nobody has played it for a long time"

Word = Annotated[str, Query(max_length=200)]


def chosen_traits(
    site: Annotated[str, Query(max_length=64, description="The key of a site")] = "",
    page: Annotated[str, Query(max_length=2048, description="A page as the list names it")] = "",
    context: Annotated[
        Literal["", "mail", "page"], Query(description="`mail`: a mail led to the page")
    ] = "",
    utm_source: Word = "",
    utm_medium: Word = "",
    utm_campaign: Word = "",
) -> Traits:
    """The filter: which plays to include."""
    return Traits(site, page, context, utm_source, utm_medium, utm_campaign)


Wanted = Annotated[Traits, Depends(chosen_traits)]


class ShownReport(msgspec.Struct, frozen=True):
    """A report, and the different viewers; None where not all of the plays are kept.

    `choices`: what the plays of the period can be told apart by, where that is asked for.
    `filtered_since`: when (ms) the first of these began, where the period begins earlier.
    """

    report: MediumReport
    viewers: Viewers | None
    viewers_before: Viewers | None = None
    choices: Choices | None = None
    filtered_since: int | None = None


def kept_since(store: Store, chosen: ChosenDates) -> date:
    """The first day whose plays are all still kept."""
    kept = store.figures.plays_kept_ms // DAY_MS
    return chosen.today - timedelta(kept - 1)


async def shown_report(
    store: Store,
    medium: int,
    chosen: ChosenDates,
    wanted: Traits,
    pages: int,
    *,
    choices: bool = False,
) -> ShownReport:
    """The report of all plays, or of some; `choices`: with the values to filter by.

    HTTPException 404 if there is no such medium.
    """
    if any(wanted):
        return await _filtered(store, medium, chosen, wanted, pages)
    report = await store.figures.medium(medium, chosen.period, pages, compared=chosen.comparable)
    if report is None:
        raise HTTPException(404, NO_SUCH)
    now, before = [
        await store.figures.viewers(medium, each) if _keeps_plays(store, chosen, each) else None
        for each in (chosen.period, chosen.period.before())
    ]
    offered = await store.figures.choices(medium, chosen.period) if choices else None
    return ShownReport(report, now, before, offered, _filtered_since(offered, chosen.period))


async def _filtered(
    store: Store, medium: int, chosen: ChosenDates, wanted: Traits, pages: int
) -> ShownReport:
    period, compared = chosen.period, chosen.comparable
    found = await store.figures.filtered(medium, period, wanted, pages, compared=compared)
    if found is None:
        raise HTTPException(404, NO_SUCH)
    now = found.viewers if _keeps_plays(store, chosen, period) else None
    before = found.viewers_before if _keeps_plays(store, chosen, period.before()) else None
    since = _filtered_since(found.choices, period)
    return ShownReport(found.report, now, before, found.choices, since)


def _filtered_since(choices: Choices | None, period: Period) -> int | None:
    if choices is None or choices.since <= period.start * SLOT_MS:
        return None
    return choices.since


def _keeps_plays(store: Store, chosen: ChosenDates, period: Period) -> bool:
    """Whether all plays of a period are still kept."""
    return period.first >= kept_since(store, chosen)
