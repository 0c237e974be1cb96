"""Periodic work: waits end, strangers are given up, old rows are deleted."""

from app.domain.outcome import Delivered, IdentityRejected, Rejected, Wait
from app.store.records import InboxPing, MaintenanceReport
from app.store.store import Store
from tests.store.setting import (
    DAY,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    RETENTION,
    SECOND,
    body,
    claimed,
    drained,
    entries,
    fold,
    looked_up,
    played,
    settle,
    values,
)

DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")
MANY = 500


async def test_an_empty_store_needs_nothing(store: Store) -> None:
    """There is nothing to find."""
    assert await store.maintenance.maintain(NOW, MANY) == MaintenanceReport()


async def test_waits_end(passing: Store) -> None:
    """An event that waits until a time is due from then on."""
    await played(passing)
    await settle(passing, await claimed(passing), Wait("stranger", NOW + SECOND))
    assert (await passing.maintenance.maintain(NOW + SECOND - 1, MANY)).woken == 0
    assert (await passing.maintenance.maintain(NOW + SECOND, MANY)).woken == 1
    assert len(await drained(passing, NOW + SECOND)) == 1


async def test_strangers_are_given_up(store: Store) -> None:
    """After the days of parking an event is unattributed, and stays so when a contact appears."""
    await played(store)
    await looked_up(store, {"utk": None}, NOW + RETENTION.park_ms - SECOND)
    assert (await store.maintenance.maintain(NOW + RETENTION.park_ms - 1, MANY)).unattributed == 0
    given_up = NOW + RETENTION.park_ms
    assert (await store.maintenance.maintain(given_up, MANY)).unattributed == 1
    assert await values(store, "unattributed") == ["session STARTED"]
    await played(store, given_up, sessionId="later")
    assert await looked_up(store, {"utk": 9}, given_up + 2 * MINUTE) == 1
    assert await values(store, "unattributed") == ["session STARTED"]


async def test_a_stranger_is_asked_about_before_being_given_up(store: Store) -> None:
    """A visitor who became a contact long after the last look-up is found in the last hours."""
    await played(store)
    end = NOW + RETENTION.park_ms
    await looked_up(store, {"utk": None}, NOW + DAY, {"utk": end + DAY})
    await store.maintenance.maintain(end - 7 * HOUR, MANY)
    assert (await store.lookups.claim(end - 7 * HOUR, 100, LEASE)).utks == ()
    await store.maintenance.maintain(end - 6 * HOUR, MANY)
    assert await looked_up(store, {"utk": 9}, end - 4 * HOUR) == 1


async def test_an_answer_of_the_last_day_is_the_last(store: Store) -> None:
    """A visitor whom HubSpot did not know yesterday is not looked up once more."""
    await played(store)
    end = NOW + RETENTION.park_ms
    await looked_up(store, {"utk": None}, end - 23 * HOUR, {"utk": end + DAY})
    await store.maintenance.maintain(end - HOUR, MANY)
    assert (await store.lookups.claim(end - SECOND, 100, LEASE)).utks == ()
    assert (await store.maintenance.maintain(end, MANY)).unattributed == 1


async def test_last_questions_wait_for_company(store: Store) -> None:
    """They come up one by one, and are asked together."""
    end = NOW + RETENTION.park_ms
    for number in range(3):
        utk = f"utk-{number}"
        await played(store, NOW + number * MINUTE, sessionId=utk, contactUtk=utk)
        await looked_up(store, {utk: None}, NOW + DAY, {utk: end + DAY})
    for number in range(3):
        at = end - 6 * HOUR + number * MINUTE
        await store.maintenance.maintain(at, MANY)
        assert (await store.lookups.claim(at, 100, LEASE)).utks == ()
    claim = await store.lookups.claim(end - 4 * HOUR, 100, LEASE)
    assert len(claim.utks) == 3


async def test_once_more_is_once(store: Store) -> None:
    """The last question is not asked again and again, and ends the wait."""
    await played(store)
    end = NOW + RETENTION.park_ms
    await looked_up(store, {"utk": None}, NOW + DAY, {"utk": end + DAY})
    await store.maintenance.maintain(end - 6 * HOUR, MANY)
    await looked_up(store, {"utk": None}, end - 4 * HOUR, {"utk": end + DAY})
    assert (await store.maintenance.maintain(end - SECOND, MANY)).unattributed == 0
    assert (await store.lookups.claim(end - SECOND, 100, LEASE)).utks == ()
    assert (await store.maintenance.maintain(end, MANY)).unattributed == 1


async def test_nobody_is_given_up_unasked(store: Store) -> None:
    """While HubSpot can't be asked the wait goes on, but not for ever."""
    await played(store)
    end = NOW + RETENTION.park_ms
    assert (await store.maintenance.maintain(end + DAY, MANY)).unattributed == 0
    assert (await store.maintenance.maintain(end + 2 * DAY, MANY)).unattributed == 1


async def test_plays_of_nobody_are_pruned_too(store: Store) -> None:
    """A play of somebody who brought nothing is kept as long as any other, and no longer."""
    await played(store, contactUtk=None)
    end = NOW + RETENTION.plays_ms
    assert (await store.maintenance.maintain(end - 1, MANY)).pruned == 0
    assert (await store.maintenance.maintain(end, MANY)).pruned == 1


async def test_settled_events_are_pruned(passing: Store) -> None:
    """Delivered events go after their days; rejected ones stay as long as parked ones do."""
    await played(passing, sessionId="a")
    await played(passing, sessionId="b")
    await settle(passing, await claimed(passing), DELIVERED)
    await settle(passing, await claimed(passing), Rejected("refused", 400))
    assert (await passing.maintenance.maintain(NOW + RETENTION.settled_ms - 1, MANY)).pruned == 0
    assert (await passing.maintenance.maintain(NOW + RETENTION.settled_ms, MANY)).pruned == 1
    assert await values(passing) == ["b STARTED"]
    assert (await passing.maintenance.maintain(NOW + RETENTION.park_ms, MANY)).pruned == 1
    assert await entries(passing) == []


async def test_discarded_and_given_up_events_are_pruned(store: Store) -> None:
    """They are pruned by the time at which they ended, not by that at which they began."""
    await played(store, sessionId="a")
    await played(store, sessionId="b")
    await store.admin.discard([(await entries(store))[0].id], NOW)
    assert (await store.maintenance.maintain(NOW + RETENTION.settled_ms, MANY)).pruned == 1
    given_up = NOW + RETENTION.park_ms + 2 * DAY
    await store.maintenance.maintain(given_up, MANY)
    assert (await store.maintenance.maintain(given_up + RETENTION.settled_ms, MANY)).pruned == 1


async def test_a_play_outlives_its_events(passing: Store) -> None:
    """Until the play itself is pruned, a repeated ping makes no milestone twice."""
    await played(passing)
    await settle(passing, await claimed(passing), DELIVERED)
    await passing.maintenance.maintain(NOW + RETENTION.settled_ms, MANY)
    before = NOW + RETENTION.plays_ms - 1
    await passing.maintenance.maintain(before, MANY)
    await passing.inbox.append(InboxPing(before, None, body()))
    assert (await fold(passing, before)).events == 0


async def test_old_plays_are_pruned(passing: Store) -> None:
    """So long after its last news a play goes, and what comes then begins anew."""
    await played(passing)
    await settle(passing, await claimed(passing), DELIVERED)
    await passing.maintenance.maintain(NOW + RETENTION.settled_ms, MANY)
    after = NOW + RETENTION.plays_ms
    assert (await passing.maintenance.maintain(after, MANY)).pruned == 1
    await passing.inbox.append(InboxPing(after, None, body()))
    assert (await fold(passing, after)).events == 1


async def test_a_play_with_events_stays(passing: Store) -> None:
    """However old: an event can't go without its play."""
    await played(passing)
    assert (await passing.maintenance.maintain(NOW + 10 * RETENTION.plays_ms, MANY)).pruned == 0
    assert len(await drained(passing, NOW + 10 * RETENTION.plays_ms)) == 1


async def test_answers_about_visitors_are_pruned(store: Store) -> None:
    """A usertoken goes when its answer is old and no play of the visitor is left."""
    await played(store, contactUtk="utk")
    await looked_up(store, {"utk": 9}, NOW + SECOND)
    await settle(store, await claimed(store, NOW + SECOND), DELIVERED, now=NOW + SECOND)
    late = NOW + SECOND + RETENTION.plays_ms
    await store.maintenance.maintain(late - DAY, MANY)
    assert (await store.maintenance.maintain(late, MANY)).pruned == 2
    await played(store, late)
    assert await values(store, "waiting") == ["session STARTED"]


async def test_quarantine_is_pruned(store: Store) -> None:
    """A quarantined ping is deleted after as long as a waiting event is kept."""
    await store.inbox.append(InboxPing(NOW, None, b"poison"))
    await fold(store)
    assert (await store.maintenance.maintain(NOW + RETENTION.park_ms - 1, MANY)).pruned == 0
    assert (await store.maintenance.maintain(NOW + RETENTION.park_ms, MANY)).pruned == 1
    assert (await store.admin.depths(NOW)).quarantined == 0


async def test_a_round_is_bounded(store: Store) -> None:
    """A round handles a limited number of rows of each kind, so that pings wait only briefly."""
    for number in range(5):
        await played(store, sessionId=f"s{number}")
    await looked_up(store, dict.fromkeys(["utk"]), NOW + DAY)
    rounds = [
        (await store.maintenance.maintain(NOW + RETENTION.park_ms, 2)).unattributed
        for _ in range(4)
    ]
    assert rounds == [2, 2, 1, 0]


async def test_the_living_are_left_alone(store: Store) -> None:
    """MaintenanceReport takes nothing that is due, in flight, waiting or unread before its time."""
    await played(store, sessionId="waiting")
    await played(store, sessionId="due", contactUtk=None, _hsenc="p2")
    await played(store, sessionId="flying", contactUtk=None, _hsenc="p2")
    await store.outbox.claim(NOW + DAY - SECOND, LEASE)
    await store.inbox.append(InboxPing(NOW, None, body()))
    before = await entries(store)
    assert await store.maintenance.maintain(NOW + DAY, MANY) == MaintenanceReport()
    assert await entries(store) == before
    assert (await store.admin.depths(NOW)).inbox == 1


async def test_what_waits_for_no_lookup_is_left_alone(passing: Store) -> None:
    """Events of usertokens that are sent as they are go on waiting if HubSpot knows no contact."""
    await played(passing, contactUtk=None, _hsenc="p2ANqtz-1")
    job = await claimed(passing)
    await settle(passing, job, IdentityRejected("mail"))
    waiting = await values(passing, "waiting")
    assert waiting
    assert await passing.maintenance.end_lookups(NOW, MANY) == 0
    assert await values(passing, "waiting") == waiting
