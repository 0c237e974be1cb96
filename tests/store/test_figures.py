"""Figures of media, updated by the fold and by deliveries."""

from datetime import UTC, timedelta, timezone, tzinfo

import pytest

from app.domain.figures import Figures
from app.domain.outcome import Delivered, Rejected
from app.domain.period import Period, day_at
from app.store.reports import PAGES_A_DAY, MediumReport, PageFigures
from app.store.store import Store
from tests.store.setting import (
    ALL,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    RETENTION,
    YEAR,
    Fragile,
    arrive,
    claimed,
    fold,
    looked_up,
    played,
    settle,
)

TODAY = Period.latest(1, NOW)
TWO_DAYS = Period.latest(2, NOW)
YESTERDAY = TWO_DAYS.first


async def report(store: Store, period: Period = TODAY) -> MediumReport:
    """The figures of the medium that was played last."""
    media = await store.figures.media("latest", None, 1)
    found = await store.figures.medium(media[0].id, period, 10)
    assert found is not None
    return found


async def test_a_play_counts_once_however_often_it_is_heard_of(store: Store) -> None:
    """Quartiles, the parts seen and the page, as far as it has come."""
    await played(store, NOW, playedPercent=10, watched=[[1, 10], [0, 90]])
    await played(store, NOW + 1, playedPercent=10, watched=[[1, 10], [0, 90]])
    await played(store, NOW + 2, playedPercent=60, watched=[[1, 60], [0, 40]])
    found = await report(store)
    seen = (1,) * 60 + (0,) * 40
    assert found.figures == Figures(plays=1, quarter=1, half=1, mapped=1, parts=60, seen=seen)
    assert found.days == [(TODAY.first, Figures(plays=1, quarter=1, half=1, mapped=1, parts=60))]
    assert found.pages == [PageFigures("page 5", 1)]
    assert found.medium.bridge_id == 42


async def test_plays_of_a_batch_add_up(store: Store) -> None:
    """One medium in one fold, on several pages and days, separate from another medium's plays."""
    for number in range(4):
        await arrive(store, NOW, sessionId=f"s{number}", pageId=1 + number // 3, playedPercent=100)
    await arrive(store, NOW - DAY, sessionId="earlier", pageId=1)
    await arrive(store, NOW, sessionId="other", mediaBridgeId=7)
    await fold(store)
    media = await store.figures.media("most", TWO_DAYS, ALL)
    assert [(each.medium.bridge_id, each.plays) for each in media] == [(42, 5), (7, 1)]
    assert media[0].figures == Figures(plays=5, quarter=4, half=4, most=4, whole=4)
    found = await store.figures.medium(media[0].id, TWO_DAYS, 10)
    assert found is not None
    assert [(day, figures.plays) for day, figures in found.days] == [
        (YESTERDAY, 1),
        (TODAY.first, 4),
    ]
    assert found.pages == [PageFigures("page 1", 4), PageFigures("page 2", 1)]


async def test_a_play_that_turns_out_to_be_elsewhere_moves(store: Store) -> None:
    """A late ping moves a play to an earlier day and page."""
    await played(store, NOW, pageId=5, playedPercent=30)
    await played(store, NOW, pageId=4, playedPercent=30, occurredTimestamp=NOW - DAY)
    found = await report(store, TWO_DAYS)
    assert [(day, each.plays) for day, each in found.days if each.plays] == [(YESTERDAY, 1)]
    assert found.pages == [PageFigures("page 4", 1)]
    assert found.figures.quarter == 1


async def test_a_play_is_attributed_once(store: Store) -> None:
    """A play is attributed with the first of its events that is on a contact."""
    await played(store, NOW - MINUTE, playedPercent=50)
    await looked_up(store, {"utk": 9})
    for _ in range(3):
        await settle(store, await claimed(store), Delivered(9, 42, "usertoken"))
    assert (await report(store)).figures.attributed == 1
    (day,) = await store.figures.days(Period.latest(1, NOW))
    assert (day.pings, day.plays, day.events, day.delivered) == (1, 1, 4, 3)


async def test_a_rejection_counts_for_the_day(store: Store) -> None:
    """A rejection counts for its day, and attributes no play to a contact."""
    await played(store, NOW - MINUTE)
    await looked_up(store, {"utk": 9})
    await settle(store, await claimed(store), Rejected("refused", 400))
    (day,) = await store.figures.days(Period.latest(1, NOW))
    assert (day.delivered, day.rejected) == (0, 1)
    assert (await report(store)).figures.attributed == 0


async def test_pages_beyond_the_first_of_a_day_are_counted_together(store: Store) -> None:
    """Further pages of a day are counted together, so that made-up addresses fill no disk."""
    for number in range(PAGES_A_DAY + 3):
        await arrive(store, sessionId=f"s{number}", pageId=None, pageUrl=f"https://x.test/{number}")
    await fold(store)
    found = await store.figures.medium(
        (await store.figures.media("latest", None, 1))[0].id, TODAY, ALL
    )
    assert found is not None
    assert len(found.pages) == PAGES_A_DAY + 1
    assert found.pages[0] == PageFigures("", 3)


@pytest.mark.parametrize("order", ["latest", "most"])
async def test_the_list_of_media_goes_on_where_it_ended(store: Store, order: str) -> None:
    """Page by page each medium comes once."""
    for number in range(5):
        await arrive(
            store, NOW - DAY * (number % 2), sessionId=f"s{number}", mediaBridgeId=number + 1
        )
    await fold(store)
    seen: list[int] = []
    after = None
    while page := await store.figures.media(order, None, 2, after):  # type: ignore[arg-type]
        seen += [each.id for each in page]
        last = page[-1]
        after = (last.last_day if order == "latest" else last.plays, last.id)
    assert sorted(seen) == sorted(
        {each.id for each in await store.figures.media("latest", None, ALL)}
    )


async def test_a_row_that_breaks_the_fold_counts_nothing(store: Store) -> None:
    """The others of its batch count once."""
    await arrive(store, sessionId="good")
    await arrive(store, sessionId="bad")
    await fold(store, folding=Fragile("bad"))
    assert (await report(store)).figures.plays == 1
    (day,) = await store.figures.days(Period.latest(1, NOW))
    assert (day.pings, day.plays) == (1, 1)


async def test_figures_end_with_their_retention(store: Store) -> None:
    """Figures outlive the plays and an erasure, because they name no visitor."""
    await played(store, NOW)
    await store.admin.forget(utk="utk", contact_id=None)
    await store.maintenance.maintain(NOW + RETENTION.plays_ms + DAY, ALL)
    assert (await report(store)).figures.plays == 1
    await store.maintenance.maintain(NOW + RETENTION.figures_ms + DAY, ALL)
    assert await store.figures.media("latest", None, ALL) == []
    assert await store.figures.days(YEAR) == []


async def test_nothing_is_known_of_another_medium(store: Store) -> None:
    """An id that is no medium's."""
    assert await store.figures.medium(99, TODAY, 10) is None


@pytest.mark.parametrize("days", [1, 31, 32, 40, 64, 100, 365])
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=4))])
async def test_long_periods_are_counted_once(store: Store, days: int, zone: tzinfo) -> None:
    """A play counts once, whether blocks, days or quarters of an hour are read, at any bounds."""
    ages = [number * 5 * HOUR + number * number * MINUTE for number in range(20)]
    ages += [number * 9 * DAY for number in range(1, 5)]
    for number, age in enumerate(ages):
        await arrive(store, NOW - age, sessionId=f"s{number}", playedPercent=number % 101)
    await fold(store)
    for ended in (0, 3, 33):
        last = day_at(NOW, zone) - timedelta(ended)
        period = Period(last - timedelta(days - 1), last, zone)
        expected = sum(period.first <= day_at(NOW - age, zone) <= last for age in ages)
        (medium,) = await store.figures.media("latest", period, 1)
        assert medium.figures.plays == expected


async def test_what_is_attributed_counts_in_long_periods(store: Store) -> None:
    """The delivery arrives later than the play, and in another transaction."""
    await played(store, NOW - 40 * DAY, playedPercent=50)
    await looked_up(store, {"utk": 9})
    await settle(store, await claimed(store), Delivered(9, 42, "usertoken"))
    (medium,) = await store.figures.played(Period.latest(365, NOW))
    assert medium.figures.counts == (await report(store, YEAR)).figures.counts
    assert medium.figures.attributed == 1
