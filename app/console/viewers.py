"""The different viewers of a medium, for pages and programs: as far as plays are still kept."""

from datetime import date, timedelta

from app.console.dates import ChosenDates
from app.domain.figures import DAY_MS
from app.store.reports import Viewers
from app.store.store import Store


def kept_since(store: Store, chosen: ChosenDates) -> date:
    """The first day of which all plays are still kept."""
    kept = store.figures.plays_kept_ms // DAY_MS
    return chosen.today - timedelta(kept - 1)


async def viewers_of(
    store: Store, medium: int, chosen: ChosenDates
) -> tuple[Viewers | None, Viewers | None]:
    """Those of the period, and of the one before; None where not all of the plays are kept."""
    since = kept_since(store, chosen)
    now, before = [
        await store.figures.viewers(medium, each) if each.first >= since else None
        for each in (chosen.period, chosen.period.before())
    ]
    return now, before
