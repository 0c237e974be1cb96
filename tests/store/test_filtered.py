"""Figures for some of a medium's plays equal a recount of these plays."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, timedelta, timezone
from functools import partial
from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.figures import Figures
from app.domain.outcome import Delivered
from app.domain.period import SLOT_MS, Period, day_at
from app.domain.play import Play
from app.domain.traits import Traits, traits_of
from app.store.reports import TRAITS_A_DAY, FilteredReport, PageFigures, Viewers
from app.store.rules.figures import plus
from app.store.rules.plays import decode_play, viewer
from app.store.store import Store
from app.store.transactions.figure_traits import sum_days
from app.store.tx import Tx
from tests.store.engines import Database
from tests.store.setting import (
    ALL,
    DAY,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    YEAR,
    arrive,
    fold,
    looked_up,
    played,
    settle,
)
from tests.unit.domain.setting import figures_of

ZONES = (UTC, *(timezone(timedelta(minutes=60 * hours)) for hours in (9, -5, 5.75)))
PAGES = ("https://x.test/a", "https://x.test/b?utm_source=news&utm_campaign=may")
Known = Sequence[tuple[Play, bool]]


class Viewing(NamedTuple):
    """A play: how long ago it began; its pages, by a mail or not, by whom, how far at first."""

    ago: int
    pages: tuple[str, str]
    mail: bool
    utk: str
    watched: tuple[int, ...]
    more: bool


VIEWINGS = st.lists(
    st.builds(
        Viewing,
        st.integers(0, 5 * DAY),
        st.tuples(*[st.sampled_from(PAGES)] * 2),
        st.booleans(),
        st.sampled_from(["u1", "u2", "u3"]),
        st.tuples(*[st.integers(0, 2)] * 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)
WANTED = st.builds(
    lambda page, context, campaign: Traits(page=page, context=context, utm_campaign=campaign),
    st.sampled_from(["", *PAGES]),
    st.sampled_from(["", "mail", "page"]),
    st.sampled_from(["", "may"]),
)


async def report(store: Store, wanted: Traits, period: Period = YEAR) -> FilteredReport:
    """The report of the one medium."""
    (medium,) = await store.figures.media("latest", None, 1)
    found = await store.figures.filtered(medium.id, period, wanted, ALL, compared=True)
    assert found is not None
    return found


async def sum_up(store: Store) -> int:
    """The slots of all days but the last two are summed up."""
    return await store._database.write(partial(sum_days, day=NOW // DAY - 1, limit=ALL))


async def raw_plays(tx: Tx) -> Known:
    """All that the store has, as they are."""
    rows = await tx.rows("SELECT state, attributed FROM playrelay.plays")
    return [(decode_play(state), bool(attributed)) for state, attributed in rows]


async def ask_for(tx: Tx, sql: str) -> object:
    """A value."""
    return await tx.value(sql)


def recount(plays: Known, wanted: Traits, period: Period) -> Figures:
    """The figures of the plays in a period that match the filter."""
    total = Figures()
    for play, attributed in among(plays, wanted, period):
        total = plus(total, figures_of(play, attributed=attributed))
    return total


def among(plays: Known, wanted: Traits, period: Period) -> Known:
    """Those of a period that are asked for."""
    return [
        (play, attributed)
        for play, attributed in plays
        if period.start <= play.started_at // SLOT_MS < period.end and wanted.allow(traits_of(play))
    ]


async def say(store: Store, number: int, each: Viewing, *, first: bool) -> None:
    """The first ping of a play, or the next, of a play that has grown or is on another page."""
    begun = NOW - each.ago
    times = each.watched if first else [each_ + each.more for each_ in each.watched]
    await arrive(
        store,
        begun if first else begun + 10 * MINUTE,
        sessionId=f"s{number}",
        contactUtk=each.utk,
        pageId=None,
        pageUrl=each.pages[0 if first else 1],
        externalPlayContext="EMAIL" if each.mail else None,
        occurredTimestamp=begun if first else begun + 10 * MINUTE,
        duration=80,
        playedPercent=None,
        watched=[[part, 1] for part in times],
    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    viewings=VIEWINGS,
    wanted=WANTED,
    zone=st.sampled_from(ZONES),
    days=st.integers(1, 3),
    summed=st.sampled_from(["never", "between", "after"]),
)
@example(
    viewings=[
        Viewing(3 * DAY, (PAGES[0],) * 2, mail=False, utk="u2", watched=(1, 0, 0, 0), more=True)
    ],
    wanted=Traits(context="page"),
    zone=UTC,
    days=3,
    summed="between",
)
async def test_some_plays_equal_a_recount(
    database: Database,
    viewings: list[Viewing],
    wanted: Traits,
    zone: timezone,
    days: int,
    summed: str,
) -> None:
    """However plays grew, before or after their days were summed up, and whoever was erased."""
    period = Period.latest(days, NOW - DAY, zone)
    async with database.fresh().open() as store:
        for first in (True, False):
            for number, each in enumerate(viewings):
                await say(store, number, each, first=first)
            await fold(store)
            if (first and summed == "between") or summed == "after":
                await sum_up(store)
        plays = await store._database.read(raw_plays)
        found = await report(store, wanted, period)
        every = await report(store, Traits(), period)
        kept_up = await store.figures.medium(every.report.id, period, ALL, compared=True)
        offered = await store.figures.choices(every.report.id, period)
        await store.admin.forget(utk="u1", contact_id=None)
        erased = await report(store, wanted, period)
        left = await store._database.read(raw_plays)
    assert kept_up is not None
    assert (every.report.figures, every.report.days) == (kept_up.figures, kept_up.days)
    assert every.report.before == kept_up.before
    now = among(plays, wanted, period)
    assert found.report.figures == recount(plays, wanted, period)
    assert found.report.before == recount(plays, wanted, period.before())
    assert found.viewers == Viewers(len({viewer(play) for play, _ in now}), len(now))
    by_day: Counter[date] = Counter(day_at(play.started_at, zone) for play, _ in now)
    assert {day: figures.plays for day, figures in found.report.days} == by_day
    pages = Counter(traits_of(play).page for play, _ in now)
    assert {each.page: each.plays for each in found.report.pages} == pages
    assert offered == found.choices
    contexts = Counter(traits_of(play).context for play, _ in among(plays, Traits(), period))
    assert dict(found.choices.values.get("context", ())) == contexts
    assert erased.report == found.report
    remaining = among(left, wanted, period)
    assert erased.viewers == Viewers(len({viewer(play) for play, _ in remaining}), len(remaining))


async def test_a_contact_is_counted_and_erased(store: Store) -> None:
    """A play on a contact counts as such, in summed days too; who is erased is no viewer."""
    for number, at in enumerate((NOW - MINUTE, NOW - 3 * DAY)):
        await played(store, at, sessionId=f"s{number}", playedPercent=50)
    assert await sum_up(store) == 1
    await looked_up(store, {"utk": 9})
    while (job := (await store.outbox.claim(NOW, LEASE)).job) is not None:
        await settle(store, job, Delivered(9, 42, "usertoken"))
    found = await report(store, Traits(context="page"))
    assert (found.report.figures.plays, found.viewers.viewers) == (2, 1)
    assert [figures.attributed for _, figures in found.report.days] == [1, 1]
    await store.admin.forget(utk=None, contact_id=9)
    gone = await report(store, Traits(context="page"))
    assert (gone.report.figures.plays, gone.viewers.viewers) == (2, 0)


async def test_the_first_traits_of_a_day_are_told_apart(store: Store) -> None:
    """Others count together, are in no filter, and it is said how many they are."""
    for again in range(2):
        for number in range(TRAITS_A_DAY + 3):
            await arrive(
                store,
                NOW - HOUR + again * MINUTE,
                sessionId=f"s{number}",
                pageId=1 + number,
                playedPercent=30 + 30 * again,
            )
            if number == TRAITS_A_DAY:
                await fold(store)
        await fold(store)
    found = await report(store, Traits(context="page"))
    assert found.report.figures.plays == found.report.figures.half == TRAITS_A_DAY
    assert found.choices.others == 3
    assert len(found.choices.values["page"]) == TRAITS_A_DAY
    every = await report(store, Traits())
    assert every.report.figures.half == TRAITS_A_DAY + 3
    assert PageFigures("", 3) in every.report.pages
    beyond = await report(store, Traits(page=f"page {TRAITS_A_DAY + 3}"))
    assert beyond.report.figures == Figures()


async def test_days_are_summed_up_by_maintenance(store: Store) -> None:
    """Maintenance sums up finished days in steps, so that pages read few rows."""
    for number in range(3):
        await played(store, NOW - number * DAY, sessionId=f"s{number}", playedPercent=60)
    before = await report(store, Traits(context="page"))
    await store.maintenance.maintain(NOW + 5 * DAY, ALL)
    assert await sum_up(store) == 0
    assert await report(store, Traits(context="page")) == before


async def test_figures_of_traits_end_with_the_others(store: Store) -> None:
    """When all figures of the day do."""
    await played(store, NOW, playedPercent=60)
    await store.maintenance.maintain(NOW + 402 * DAY, ALL)
    left = "SELECT count(*) FROM playrelay.{}"
    for table in ("figure_traits", "figure_trait_slots"):
        count = partial(ask_for, sql=left.format(table))
        assert await store._database.read(count) == 0


async def test_of_no_medium_there_is_nothing(store: Store) -> None:
    """An id that is no medium's."""
    assert await store.figures.filtered(99, YEAR, Traits(), 1) is None
    assert await store.figures.choices(99, YEAR) is None
