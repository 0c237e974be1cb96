"""What is shown of a period equals a recount of its plays, in every time zone."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.period import Period, day_at
from app.domain.retention import average_share, watched_seconds
from app.store.reports import MediumFigures, MediumReport
from app.store.store import Store
from tests.store.engines import Database
from tests.store.setting import ALL, DAY, HOUR, MINUTE, NOW, arrive, fold

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
    """A play: of which medium, begun so long before now, how often each quarter was watched."""

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
    """Each play counts on the day on which it began: in a period that has this day, or in none."""
    last = day_at(NOW, zone) - timedelta(ended)
    period = Period(last - timedelta(days - 1), last, zone)
    async with database.fresh().open() as store:
        for number, each in enumerate(viewings):
            await arrive(
                store,
                NOW - each.ago,
                sessionId=f"s{number}",
                mediaBridgeId=each.medium,
                duration=LENGTH,
                playedPercent=None,
                watched=[[times, 1] for times in each.watched],
            )
        await fold(store)
        played = {each.medium.bridge_id: each for each in await store.figures.played(period)}
        listed = await store.figures.media("latest", period, ALL)
        reports = [await _report(store, each.id, period) for each in listed]
    begun = {each: day_at(NOW - each.ago, zone) for each in viewings}
    for report in reports:
        of_medium = [each for each in viewings if each.medium == report.medium.bridge_id]
        of_period = [each for each in of_medium if period.first <= begun[each] <= period.last]
        before = period.before()
        of_before = [each for each in of_medium if before.first <= begun[each] <= before.last]
        _check(report, of_period, of_before)
        by_day: dict[date, int] = {}
        for each in of_period:
            by_day[begun[each]] = by_day.get(begun[each], 0) + 1
        assert {day: figures.plays for day, figures in report.days} == by_day
        assert (report.medium.bridge_id in played) == bool(of_period)
    for medium in (*played.values(), *listed):
        _check_counts(medium, reports)


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
