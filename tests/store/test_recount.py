"""The figures of a period equal a recount of its plays, in every time zone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.period import EPOCH, Period, day_at
from app.domain.retention import average_share, watched_seconds
from app.store.reports import MediumFigures, MediumReport, Viewers
from app.store.store import Store
from app.store.transactions.viewers import viewers
from tests.store.engines import Database
from tests.store.setting import (
    ALL,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SIGNATURE_OF_7,
    YEAR,
    arrive,
    fold,
)

LENGTH = 80.0
MEDIA = (42, 43)


class Summer(tzinfo):
    """Two hours ahead of UTC until a night in the middle of what is played, then one."""

    ends = datetime.fromtimestamp((NOW - 3 * DAY) // DAY * DAY // 1000 + 3600, UTC)

    def utcoffset(self, at: datetime | None) -> timedelta:
        """By the clock on the wall; the hour that comes twice is taken for the first of them."""
        assert at is not None
        later = at.replace(tzinfo=UTC) - timedelta(hours=2) >= self.ends
        return timedelta(hours=1 if later and not (self._twice(at) and not at.fold) else 2)

    def dst(self, _at: datetime | None) -> timedelta:
        """Nobody asks."""
        return timedelta()

    def tzname(self, _at: datetime | None) -> str:
        """Nobody asks."""
        return "summer"

    def fromutc(self, at: datetime) -> datetime:
        """From a time of UTC that bears this zone."""
        plain = at.replace(tzinfo=UTC)
        hours = 1 if plain >= self.ends else 2
        local = (plain + timedelta(hours=hours)).replace(tzinfo=self)
        return local.replace(fold=int(hours == 1 and self._twice(local)))

    def _twice(self, at: datetime) -> bool:
        first = self.ends + timedelta(hours=1)
        return first <= at.replace(tzinfo=UTC) < first + timedelta(hours=1)


ZONES = (
    UTC,
    timezone(timedelta(hours=9)),
    timezone(timedelta(hours=-7)),
    timezone(timedelta(hours=5, minutes=45)),
    timezone(timedelta(hours=-3, minutes=-30)),
    Summer(),
)


class Viewing(NamedTuple):
    """A play: by whom (0: nobody knows), of which medium, begun so long before now.

    `watched`: how often each quarter was.
    """

    utk: int
    medium: int
    ago: int
    watched: tuple[int, ...]

    @property
    def covered(self) -> int:
        """In percent."""
        return 25 * sum(times > 0 for times in self.watched)


VIEWINGS = st.lists(
    st.builds(
        Viewing,
        st.integers(0, 3),
        st.sampled_from(MEDIA),
        st.integers(0, 6 * 24 * 4).map(lambda quarters: quarters * 15 * MINUTE),
        st.tuples(*[st.integers(0, 3)] * 4),
    ),
    max_size=10,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    viewings=VIEWINGS,
    zone=st.sampled_from(ZONES),
    days=st.integers(1, 3),
    ended=st.integers(0, 2),
)
async def test_a_period_equals_a_recount(
    database: Database, viewings: list[Viewing], zone: tzinfo, days: int, ended: int
) -> None:
    """Each play counts on the day on which it began: in a period that has this day, or in none.

    A visitor who is erased is no viewer any more; the figures that name nobody stay.
    """
    last = day_at(NOW, zone) - timedelta(ended)
    period = Period(last - timedelta(days - 1), last, zone)
    async with database.fresh().open() as store:
        for number, each in enumerate(viewings):
            await arrive(
                store,
                NOW - each.ago,
                sessionId=f"s{number}",
                mediaBridgeId=each.medium,
                contactUtk=f"u{each.utk}" if each.utk else None,
                duration=LENGTH,
                playedPercent=None,
                watched=[[times, 1] for times in each.watched],
            )
        await fold(store)
        played = {each.medium.bridge_id: each for each in await store.figures.played(period)}
        listed = await store.figures.media("latest", period, ALL)
        reports = [await _report(store, each.id, period) for each in listed]
        by_days = await store.figures.days(period)
        of_all = await store.figures.viewers_of_all(period)
        counted = [await store.figures.viewers(each.id, period) for each in listed]
        await store.admin.forget(utk="u1", contact_id=None)
        remaining = [await store.figures.viewers(each.id, period) for each in listed]
    begun = {each: day_at(NOW - each.ago, zone) for each in viewings}
    in_period = [each for each in viewings if period.first <= begun[each] <= period.last]
    begun_by_day = Counter(begun[each] for each in in_period)
    assert {EPOCH + timedelta(each.day): each.plays for each in by_days if each.plays} == (
        begun_by_day
    )
    assert of_all == _viewers(in_period)
    for report, viewers_, left in zip(reports, counted, remaining, strict=True):
        of_medium = [each for each in viewings if each.medium == report.medium.bridge_id]
        of_period = [each for each in of_medium if period.first <= begun[each] <= period.last]
        before = period.before()
        of_before = [each for each in of_medium if before.first <= begun[each] <= before.last]
        _check(report, of_period, of_before)
        assert viewers_ == _viewers(of_period)
        assert left == _viewers([each for each in of_period if each.utk != 1])
        by_day: dict[date, int] = {}
        for each in of_period:
            by_day[begun[each]] = by_day.get(begun[each], 0) + 1
        assert {day: figures.plays for day, figures in report.days} == by_day
        assert (report.medium.bridge_id in played) == bool(of_period)
    for medium in (*played.values(), *listed):
        _check_counts(medium, reports)


def _viewers(viewings: list[Viewing]) -> Viewers:
    known = {each.utk for each in viewings if each.utk}
    return Viewers(len(known) + sum(not each.utk for each in viewings), len(viewings))


async def _report(store: Store, row: int, period: Period) -> MediumReport:
    found = await store.figures.medium(row, period, ALL, compared=True)
    assert found is not None
    return found


def _check(report: MediumReport, now: list[Viewing], before: list[Viewing]) -> None:
    for figures, expected in ((report.figures, now), (report.before, before)):
        covered = [each.covered for each in expected]
        assert figures.plays == figures.mapped == len(expected)
        for count, mark in (("quarter", 25), ("half", 50), ("most", 75), ("whole", 100)):
            assert getattr(figures, count) == sum(share >= mark for share in covered)
        for part in range(100):
            times = [each.watched[part // 25] for each in expected]
            assert figures.seen[part] == sum(each > 0 for each in times)
            assert figures.again[part] == sum(max(each - 1, 0) for each in times)
        if expected:
            assert average_share(figures) == sum(covered) / len(covered)
            seconds = sum(sum(each.watched) * LENGTH / 4 for each in expected)
            assert watched_seconds(figures, LENGTH) == seconds


def _check_counts(each: MediumFigures, reports: list[MediumReport]) -> None:
    """The list says the same as the medium's own page, and so do its days together."""
    (report,) = (one for one in reports if one.id == each.id)
    assert each.figures.counts == report.figures.counts
    columns = zip(*(figures.counts for _, figures in report.days), strict=True)
    assert tuple(map(sum, columns)) in (report.figures.counts, ())


async def test_a_day_that_is_longer_is_one_day(store: Store) -> None:
    """The night on which clocks are put back has 25 hours: all of them are that day's."""
    zone = Summer()
    day = day_at(int(zone.ends.timestamp() * 1000), zone)
    start = Period(day, day, zone).start * 15 * MINUTE
    for number, at in enumerate((start - 1, start, start + 25 * HOUR - 1, start + 25 * HOUR)):
        await arrive(store, at, sessionId=f"s{number}")
    await fold(store)
    (medium,) = await store.figures.played(Period(day, day, zone))
    assert medium.figures.plays == 2
    found = await _report(store, medium.id, Period(day - timedelta(1), day + timedelta(1), zone))
    assert [figures.plays for _, figures in found.days] == [1, 2, 1]


async def test_viewers_are_told_apart_by_the_best_that_is_known(store: Store) -> None:
    """Viewers are told apart by usertoken, or else by signed contact, or else by session."""
    known: dict[str, Any] = {"contactUtk": None, "contactId": 7, "contactSignature": SIGNATURE_OF_7}
    for session, who in (("a", {}), ("b", {}), ("c", known), ("d", known), ("e", {})):
        by: dict[str, Any] = {"contactUtk": "utk", **who}
        await arrive(store, sessionId=session, **by)
    await arrive(store, sessionId="f", contactUtk=None)
    await fold(store)
    (medium,) = await store.figures.played(YEAR)
    assert await store.figures.viewers(medium.id, YEAR) == Viewers(3, 6)
    assert await store.figures.viewers(99, YEAR) == Viewers(0, 0)


async def test_counting_viewers_ends(store: Store) -> None:
    """Counting stops at a number of plays, so that no page waits for a popular medium."""
    for number in range(3):
        await arrive(store, sessionId=f"s{number}", contactUtk=f"u{number}")
    await fold(store)
    (medium,) = await store.figures.played(YEAR)
    count = partial(viewers, medium=medium.id, period=YEAR, most=2)
    assert await store._database.read(count) == Viewers(2, 2, cut=True)
