"""A medium's report, of all of its plays or of some, for pages and programs."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import Depends, HTTPException, Query

from app.console.dates import ChosenDates
from app.domain.figures import DAY_MS
from app.domain.traits import Traits
from app.store.reports import MediumReport, Viewers
from app.store.store import Store

NO_SUCH = "there is no such medium, or nobody has played it for long"

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
    """Which plays are asked for."""
    return Traits(site, page, context, utm_source, utm_medium, utm_campaign)


Wanted = Annotated[Traits, Depends(chosen_traits)]


class ShownReport(msgspec.Struct, frozen=True):
    """A report, and the different viewers; None where not all of the plays are kept.

    `choices`: what its plays can be told apart by. `cut`: only the latest plays were counted.
    """

    report: MediumReport
    viewers: Viewers | None
    viewers_before: Viewers | None = None
    choices: Mapping[str, Sequence[tuple[str, int]]] = msgspec.field(default_factory=dict)
    cut: bool = False


def kept_since(store: Store, chosen: ChosenDates) -> date:
    """The first day of which all plays are still kept."""
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
    """From the figures that are kept up; but from the plays, if some are asked for, or `choices`.

    HTTPException 404 if there is no such medium.
    """
    if choices or any(wanted):
        return await _filtered(store, medium, chosen, wanted, pages)
    report = await store.figures.medium(medium, chosen.period, pages, compared=chosen.comparable)
    if report is None:
        raise HTTPException(404, NO_SUCH)
    since = kept_since(store, chosen)
    now, before = [
        await store.figures.viewers(medium, each) if each.first >= since else None
        for each in (chosen.period, chosen.period.before())
    ]
    return ShownReport(report, now, before)


async def _filtered(
    store: Store, medium: int, chosen: ChosenDates, wanted: Traits, pages: int
) -> ShownReport:
    comparable = chosen.period.before().first >= kept_since(store, chosen)
    found = await store.figures.filtered(medium, chosen.period, wanted, pages, compared=comparable)
    if found is None:
        raise HTTPException(404, NO_SUCH)
    return ShownReport(found.report, found.viewers, None, found.choices, found.cut)
