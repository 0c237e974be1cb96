"""Plays below the least attention: kept, not sent, and sent whole once they reach it."""

from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.store.store import Store
from tests.store.setting import (
    ALL,
    MINUTE,
    NOW,
    SETTLE,
    TRUST,
    YEAR,
    NamedVisitors,
    arrive,
    entries,
    fold,
    looked_up,
)

A_QUARTER = NamedVisitors(ObservationPolicy(Catalogue(), TRUST), MilestonePolicy(least_percent=25))


async def watched(store: Store, percent: int, now: int = NOW) -> None:
    """A ping is folded where nothing below a quarter is sent."""
    await arrive(store, now, playedPercent=percent, watched=[[1, percent], [0, 100 - percent]])
    await fold(store, now, A_QUARTER)


async def test_nothing_is_sent_of_a_play_below_it(store: Store) -> None:
    """The play is kept and counted, without events and look-ups, even once it is silent."""
    await watched(store, 10)
    await store.folding.close_quiet(ALL, A_QUARTER, NOW + SETTLE)
    assert await entries(store) == []
    assert (await store.lookups.claim(NOW + SETTLE, 100, MINUTE)).utks == ()
    (history,) = await store.history.of_session("session")
    assert (history.play.short_of, len(history.play.held)) == ("25 %", 1)
    (medium,) = await store.figures.media("latest", YEAR, 10)
    assert medium.plays == 1


async def test_all_of_it_follows_once_it_is_reached(store: Store) -> None:
    """Each milestone once and with its own time; the visitor is looked up, the map is the last."""
    await watched(store, 10)
    await store.folding.close_quiet(ALL, A_QUARTER, NOW + SETTLE)
    later = NOW + SETTLE + MINUTE
    for _ in range(2):
        await watched(store, 30, later)
    await looked_up(store, {"utk": 9}, later + MINUTE)
    await store.folding.close_quiet(ALL, A_QUARTER, later + SETTLE)
    assert [
        (entry.value or entry.event, entry.occurred_at) for entry in await entries(store, "due")
    ] == [("STARTED", NOW), ("25", later), ("attention-span", later)]
    (history,) = await store.history.of_session("session")
    assert (history.play.short_of, history.play.held) == ("", ())


async def test_a_bound_that_falls_lets_go_with_the_next_ping(store: Store) -> None:
    """The policy in force when a ping is folded decides."""
    await watched(store, 10)
    await arrive(store, NOW + MINUTE, playedPercent=10)
    await fold(store, NOW + MINUTE)
    assert [entry.value for entry in await entries(store)] == ["STARTED"]
