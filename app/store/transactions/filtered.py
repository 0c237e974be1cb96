"""A medium's figures for some of its plays, counted from the plays that are still kept.

They are read along an index, the latest first, up to a bound: so a page takes no longer where a
medium is played all the time, and who is erased is in none of these figures any more.
"""

from app.domain.figures import Figures
from app.domain.period import Period
from app.domain.traits import Traits
from app.store.reports import FilteredReport, MediumReport, Viewers
from app.store.rules.figures import decode_medium
from app.store.rules.filtering import Counting
from app.store.rules.plays import readable
from app.store.tx import Tx

MOST_PLAYS = 5_000
"""Counted for one page."""

STEP = 50
"""Plays that are counted before the event loop gets to do something else."""

MEDIUM = "SELECT key, about FROM playrelay.media WHERE id = $1"
PLAYS = """
    SELECT state, attributed FROM playrelay.plays
    WHERE medium = $1 AND started >= $2 AND started < $3
    ORDER BY started DESC LIMIT $4
"""


async def filtered(
    tx: Tx,
    medium: int,
    period: Period,
    wanted: Traits,
    pages: int,
    *,
    compared: bool = False,
    most: int = MOST_PLAYS,
) -> FilteredReport | None:
    """One medium; `compared`: with as many days before. None: there is no such medium."""
    found = await tx.row(MEDIUM, medium)
    if found is None:
        return None
    key, about = found
    now, plays = await _counted(tx, key, period, wanted, most)
    before = Figures()
    if compared and plays < most:
        counted, plays_before = await _counted(tx, key, period.before(), wanted, most)
        before = counted.figures if plays_before < most else before
    report = MediumReport(
        medium, decode_medium(about), now.figures, now.days(), now.pages(pages), before
    )
    cut = plays >= most
    viewers = Viewers(now.viewers, now.figures.plays, cut=cut)
    return FilteredReport(report, viewers, now.choices(), cut=cut)


async def _counted(
    tx: Tx, key: str, period: Period, wanted: Traits, most: int
) -> tuple[Counting, int]:
    """What they come to, and how many plays were looked at."""
    rows = await tx.rows(PLAYS, key, period.start, period.end, most)
    counting = Counting(wanted, period)
    for number, (state, attributed) in enumerate(rows, 1):
        if number % STEP == 0:
            await tx.checkpoint()
        play = readable(state)
        if play is not None:
            counting.count(play, attributed=bool(attributed))
    return counting, len(rows)
