"""Figures for some of a medium's plays equal a recount of these plays."""

from collections import Counter
from functools import partial
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.outcome import Delivered
from app.domain.period import Period
from app.domain.traits import Traits
from app.store.reports import FilteredReport, PageFigures, Viewers
from app.store.store import Store
from app.store.transactions.filtered import filtered
from tests.store.engines import Database
from tests.store.setting import (
    ALL,
    DAY,
    MINUTE,
    NOW,
    YEAR,
    arrive,
    claimed,
    fold,
    looked_up,
    played,
    settle,
)

TWO_DAYS = Period.latest(2, NOW)
PAGES = ("https://x.test/a", "https://x.test/b?utm_source=news&utm_campaign=may")


class Viewing(NamedTuple):
    """A play: how many days ago, on which page, led there by a mail or not, by whom, how far."""

    ago: int
    page: str
    mail: bool
    utk: str
    watched: tuple[int, ...]

    def allowed(self, wanted: Traits) -> bool:
        """Whether it is asked for."""
        campaign = "may" if "utm_campaign" in self.page else ""
        context = "mail" if self.mail else "page"
        asked = ((wanted.page, self.page), (wanted.context, context))
        return all(want in ("", is_) for want, is_ in (*asked, (wanted.utm_campaign, campaign)))


VIEWINGS = st.lists(
    st.builds(
        Viewing,
        st.integers(0, 4),
        st.sampled_from(PAGES),
        st.booleans(),
        st.sampled_from(["u1", "u2", "u3"]),
        st.tuples(*[st.integers(0, 2)] * 4),
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


async def report(store: Store, wanted: Traits, period: Period = TWO_DAYS) -> FilteredReport:
    """Of the one medium."""
    (medium,) = await store.figures.media("latest", None, 1)
    found = await store.figures.filtered(medium.id, period, wanted, ALL, compared=True)
    assert found is not None
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(viewings=VIEWINGS, wanted=WANTED)
async def test_some_plays_equal_a_recount(
    database: Database, viewings: list[Viewing], wanted: Traits
) -> None:
    """Whatever is asked for, in the period and before; and asked for nothing, they are all."""
    async with database.fresh().open() as store:
        for number, each in enumerate(viewings):
            await arrive(
                store,
                NOW - each.ago * DAY,
                sessionId=f"s{number}",
                contactUtk=each.utk,
                pageId=None,
                pageUrl=each.page,
                externalPlayContext="EMAIL" if each.mail else None,
                duration=80,
                playedPercent=None,
                watched=[[times, 1] for times in each.watched],
            )
        await fold(store)
        found = await report(store, wanted)
        every = await report(store, Traits())
        kept_up = await store.figures.medium(every.report.id, TWO_DAYS, ALL, compared=True)
    assert kept_up == every.report
    of_period = [each for each in viewings if each.ago < 2]
    now = [each for each in of_period if each.allowed(wanted)]
    before = [each for each in viewings if 2 <= each.ago < 4 and each.allowed(wanted)]
    for figures, expected in ((found.report.figures, now), (found.report.before, before)):
        assert figures.plays == figures.mapped == len(expected)
        for part in range(100):
            times = [each.watched[part // 25] for each in expected]
            assert figures.seen[part] == sum(each > 0 for each in times)
            assert figures.again[part] == sum(max(each - 1, 0) for each in times)
    assert found.viewers == Viewers(len({each.utk for each in now}), len(now))
    pages = Counter(each.page for each in now)
    assert Counter({each.page: each.plays for each in found.report.pages}) == pages
    assert sum(figures.plays for _, figures in found.report.days) == len(now)
    assert dict(found.choices.get("page", ())) == Counter(each.page for each in of_period)


async def test_a_contact_is_counted_and_erased(store: Store) -> None:
    """Who is erased is in none of these figures."""
    await played(store, NOW - MINUTE, playedPercent=50)
    await looked_up(store, {"utk": 9})
    await settle(store, await claimed(store), Delivered(9, 42, "usertoken"))
    assert (await report(store, Traits(context="page"))).report.figures.attributed == 1
    await store.admin.forget(utk=None, contact_id=9)
    gone = await report(store, Traits(context="page"))
    assert (gone.report.figures.plays, gone.viewers.viewers, gone.choices) == (0, 0, {})


async def test_counting_ends_with_the_latest(store: Store) -> None:
    """At a number of plays, and it is said."""
    for number in range(3):
        await arrive(store, NOW - number * DAY, sessionId=f"s{number}", pageId=1 + number)
    await fold(store)
    (medium,) = await store.figures.media("latest", None, 1)
    ask = partial(
        filtered, medium=medium.id, period=YEAR, wanted=Traits(), pages=ALL, most=2, compared=True
    )
    found = await store._database.read(ask)
    assert found is not None
    assert found.cut
    assert found.report.pages == [PageFigures("page 1", 1), PageFigures("page 2", 1)]
    assert found.report.before.plays == 0


async def test_of_no_medium_there_is_nothing(store: Store) -> None:
    """An id that is no medium's."""
    assert await store.figures.filtered(99, YEAR, Traits(), 1) is None
