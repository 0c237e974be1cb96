"""From an acknowledged ping to plays and events, in one transaction."""

import asyncio

import pytest

from app.store.errors import StoreError
from app.store.records import FoldReport, InboxPing
from app.store.store import Store
from tests.store.engines import Database
from tests.store.setting import (
    ALL,
    DAY,
    FOLDING,
    NOW,
    SECOND,
    SETTLE,
    Fragile,
    arrive,
    body,
    drained,
    entries,
    fold,
    played,
    values,
)


async def test_what_was_appended_survives_reopening(database: Database) -> None:
    """A ping whose append returned is there for the next process, byte by byte."""
    async with database.open() as store:
        await arrive(store, playedPercent=30, mediaName="Café 😀")
    async with database.open() as store:
        assert (await store.admin.depths(NOW)).inbox == 1
        assert await fold(store) == FoldReport(rows=1, plays=1, events=2)
        (started, _) = await entries(store)
    assert started.play.medium.name == "Café 😀"


async def test_many_at_once_are_all_kept(store: Store) -> None:
    """Appends that share a commit lose nothing and mix nothing up."""
    await asyncio.gather(*(arrive(store, sessionId=f"s{number}") for number in range(300)))
    assert (await store.admin.depths(NOW)).inbox == 300
    await fold(store)
    assert sorted(await values(store)) == sorted(f"s{number} STARTED" for number in range(300))


async def test_an_append_given_up_takes_no_other_along(store: Store) -> None:
    """A client that goes away while its ping is being written leaves its neighbours alone."""
    appends = [asyncio.ensure_future(arrive(store, sessionId=f"s{n}")) for n in range(10)]
    await asyncio.sleep(0)
    appends[3].cancel()
    done = await asyncio.gather(*appends, return_exceptions=True)
    assert [type(each) for each in done].count(asyncio.CancelledError) == 1
    await fold(store)
    kept = {value.partition(" ")[0] for value in await values(store)}
    assert kept | {"s3"} == {f"s{n}" for n in range(10)}


async def test_the_fold_empties_the_inbox(store: Store) -> None:
    """A folded ping is not folded again, and an empty inbox is nothing to do."""
    await arrive(store)
    await fold(store)
    assert (await store.admin.depths(NOW)).inbox == 0
    assert await fold(store) == FoldReport()


async def test_a_fold_takes_the_oldest_first_and_not_too_many(store: Store) -> None:
    """`limit` rows at a time, in order of arrival."""
    for number in range(5):
        await arrive(store, sessionId=f"s{number}")
    assert (await store.folding.fold(2, FOLDING, NOW)).rows == 2
    assert await values(store) == ["s0 STARTED", "s1 STARTED"]
    assert (await store.admin.depths(NOW)).inbox == 3


async def test_repeats_yield_nothing(store: Store) -> None:
    """The same ping again, in one batch or in another, makes no second event."""
    for _ in range(3):
        await arrive(store, playedPercent=60)
    assert (await fold(store)).events == 4
    await arrive(store, playedPercent=60)
    assert (await fold(store)).events == 0
    assert await values(store) == [
        "session STARTED",
        "session 25",
        "session 50",
        "session VIEWED",
    ]


async def test_a_play_is_remembered_across_folds(database: Database) -> None:
    """Progress goes on where it stood, also in another process."""
    async with database.open() as store:
        await played(store, playedPercent=30)
    async with database.open() as store:
        await played(store, NOW + SECOND, playedPercent=20)
        await played(store, NOW + 2 * SECOND, playedPercent=80)
        assert (await values(store))[2:] == ["session 50", "session VIEWED", "session 75"]
        assert {entry.play.percent for entry in await entries(store)} == {80}


async def test_several_media_of_one_session_stay_apart(store: Store) -> None:
    """Each medium of a session has milestones of its own."""
    for medium, percent in ((1, 30), (2, 80), (1, 55), (2, 10)):
        await played(store, mediaBridgeId=medium, playedPercent=percent)
    earned: dict[int | None, list[str]] = {1: [], 2: []}
    for entry in await entries(store):
        earned[entry.play.medium.bridge_id].append(entry.value)
    assert earned == {
        1: ["STARTED", "25", "50", "VIEWED"],
        2: ["STARTED", "25", "50", "VIEWED", "75"],
    }
    assert {(e.play.medium.bridge_id, e.play.percent) for e in await entries(store)} == {
        (1, 55),
        (2, 80),
    }


async def test_sites_of_one_account_stay_apart(store: Store) -> None:
    """The same session id on two sites is two views, and each knows its site."""
    for site, percent in (("shop", 30), ("blog", 80), ("shop", 20)):
        await store.inbox.append(InboxPing(NOW, None, body(playedPercent=percent), site))
    await fold(store)
    found = {(entry.play.site, entry.play.percent) for entry in await entries(store)}
    assert found == {("shop", 30), ("blog", 80)}


@pytest.mark.parametrize(
    "poison", [b"", b"[]", b'{"plays": 5}', b"\xff", b"{" * 5000, b'{"sessionId": "\xff"}']
)
async def test_poison_is_set_aside(store: Store, poison: bytes) -> None:
    """A row that can't be read goes into quarantine; those beside it are folded."""
    await arrive(store, sessionId="before")
    await store.inbox.append(InboxPing(NOW, None, poison))
    await arrive(store, sessionId="after")
    assert await fold(store) == FoldReport(rows=3, plays=2, events=2, unfoldable=1)
    assert await values(store) == ["before STARTED", "after STARTED"]
    depths = await store.admin.depths(NOW)
    assert (depths.inbox, depths.quarantined) == (0, 1)


async def test_a_ping_that_breaks_the_fold_is_set_aside(store: Store) -> None:
    """A row that can be read and not be folded goes into quarantine, and stops nobody."""
    await played(store, sessionId="known")
    for session in ("known", "poison", "new", "poison"):
        await arrive(store, sessionId=session, playedPercent=30)
    report = await fold(store, folding=Fragile("poison"))
    assert report == FoldReport(rows=4, plays=2, events=3, unfoldable=2)
    assert await values(store) == ["known STARTED", "known 25", "new STARTED", "new 25"]
    depths = await store.admin.depths(NOW)
    assert (depths.inbox, depths.quarantined) == (0, 2)


async def test_a_ping_set_aside_changed_nothing(store: Store) -> None:
    """The play that a broken ping was of stands as before, and goes on with the next sound one."""
    await played(store, playedPercent=30)
    await arrive(store, playedPercent=80)
    await fold(store, folding=Fragile("session"))
    assert {entry.play.percent for entry in await entries(store)} == {30}
    await played(store, playedPercent=60)
    assert (await values(store))[2:] == ["session 50", "session VIEWED"]


async def test_silence_makes_the_attention_span_due(passing: Store) -> None:
    """The attention span is due once, after the silence, with the time of the last ping."""
    await played(passing, watched=[[1, 2], [0, 2]])
    await played(passing, NOW + SECOND, watched=[[1, 3], [0, 1]])
    quiet = NOW + SECOND + SETTLE
    assert (await passing.folding.close_quiet(ALL, FOLDING, quiet - 1)).events == 0
    assert await passing.folding.close_quiet(ALL, FOLDING, quiet) == FoldReport(plays=1, events=1)
    assert await passing.folding.close_quiet(ALL, FOLDING, quiet + DAY) == FoldReport()
    (span,) = [entry for entry in await entries(passing) if entry.event == "attention-span"]
    assert (span.occurred_at, span.play.spans) == (NOW + SECOND, (1, 1, 1, 0))
    assert span.status == "due"


async def test_no_second_attention_span(passing: Store) -> None:
    """A play that goes on after its span was final keeps its milestones, and gets no second one."""
    await played(passing, watched=[[1, 1], [0, 3]])
    await passing.folding.close_quiet(ALL, FOLDING, NOW + SETTLE)
    await played(passing, NOW + SETTLE, watched=[[1, 2], [0, 2]])
    assert (await passing.folding.close_quiet(ALL, FOLDING, NOW + 3 * SETTLE)).events == 0
    names = [job.value or job.event for job in await drained(passing, NOW + 3 * SETTLE)]
    assert names == ["STARTED"]  # the others stand behind it
    assert sorted(await values(passing)) == sorted(
        ["session STARTED", "session 25", "session attention-span", "session 50", "session VIEWED"]
    )


async def test_quiet_plays_are_closed_a_few_at_a_time(passing: Store) -> None:
    """`limit` plays at a time, those that have been silent longest first."""
    for number in range(5):
        await played(passing, NOW + number, sessionId=f"s{number}", watched=[[1, 1]])
    report = await passing.folding.close_quiet(2, FOLDING, NOW + DAY)
    assert report.plays == 2
    spans = [e.play.session_id for e in await entries(passing) if e.event == "attention-span"]
    assert spans == ["s0", "s1"]


async def test_a_play_that_can_not_be_closed_holds_up_no_other(passing: Store) -> None:
    """The play goes without its attention span, is not tried again, and may continue."""
    for session in ("first", "broken", "last"):
        await played(passing, sessionId=session, watched=[[1, 1]])
    report = await passing.folding.close_quiet(ALL, Fragile("broken"), NOW + SETTLE)
    assert report == FoldReport(plays=3, events=2, unfoldable=1)
    assert (await passing.folding.close_quiet(ALL, FOLDING, NOW + DAY)).plays == 0
    spans = [e.play.session_id for e in await entries(passing) if e.event == "attention-span"]
    assert spans == ["first", "last"]
    await played(passing, NOW + DAY, sessionId="broken", watched=[[2, 1]])
    assert (await passing.folding.close_quiet(ALL, FOLDING, NOW + DAY + SETTLE)).events == 1


async def test_a_mark_can_be_written(store: Store) -> None:
    """A store that takes pings says so, as often as it is asked."""
    await store.inbox.check_writable(NOW)
    await store.inbox.check_writable(NOW + SECOND)


async def test_a_closed_store_says_so(database: Database) -> None:
    """Nothing is taken any more, and nobody is left waiting."""
    async with database.open() as store:
        pass
    with pytest.raises(StoreError) as caught:
        await store.inbox.append(InboxPing(NOW, None, body()))
    assert caught.value.fault == "closed"
    with pytest.raises(StoreError):
        await store.outbox.claim(NOW, 1)


async def test_closing_keeps_what_was_on_its_way(database: Database) -> None:
    """Appends that were queued when the store was closed are written before it closes."""
    async with database.open() as store:
        appends = [asyncio.ensure_future(arrive(store)) for _ in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*appends)
    async with database.open() as store:
        assert (await store.admin.depths(NOW)).inbox == 20
