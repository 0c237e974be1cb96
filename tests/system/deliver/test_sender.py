"""Claim, send, settle: against HubSpot's stand-in over real HTTP."""

import asyncio

import pytest

from app.deliver.delays import MINUTE
from app.store.policy import Quota
from tests.store.setting import FOLDING, NOW, SETTLE
from tests.system.deliver.harness import IDLE, Harness

REASONS = {"refuse": "refused", "silent": "incomplete"}
ALL_OF_60 = ["session STARTED", "session 25", "session 50", "session VIEWED"]


async def test_an_event_arrives_as_it_happened(passing: Harness) -> None:
    """HubSpot gets the milestone with its own time, and the outbox what HubSpot answered."""
    who = {"contactUtk": None, "_hsenc": "p2", "contactId": 7}
    what = {"mediaName": "Film", "playedPercent": 30, "occurredTimestamp": NOW - 5000}
    await passing.arrive(**who, **what)
    passing.clock.now += 60 * MINUTE
    await passing.send_all()
    (kept, _) = passing.sandbox.ledger.events
    assert kept.body == {
        "sessionId": "session",
        "mediaType": "OTHER",
        "mediaBridgeId": 42,
        "mediaName": "Film",
        "pageId": 5,
        "_hsenc": "p2",
        "occurredTimestamp": NOW - 5000,
        "state": "STARTED",
    }
    (_, started) = await passing.store.admin.events("delivered", 10)
    assert started.answer == {"contact_id": kept.contact_id, "media_bridge_id": 42, "rung": "mail"}
    assert passing.counted("event_outcomes", outcome="delivered") == 2


async def test_a_play_arrives_in_order(passing: Harness) -> None:
    """All milestones of a play, one after the other, and its attention span last."""
    passing.world(utks={"utk": 9})
    await passing.arrive(playedPercent=60, watched=[[2, 1], [1, 5], [0, 4]])
    passing.clock.now += SETTLE
    await passing.store.folding.close_quiet(10, FOLDING, passing.clock.now)
    await passing.send_all()
    assert passing.sent == [*ALL_OF_60, "session attention"]
    assert passing.bodies[-1]["rawDataMap"]["0"] == 2
    assert set((await passing.outbox()).values()) == {"delivered"}


async def test_nothing_to_do(passing: Harness) -> None:
    """An idle sender rests, at most so long, and until the next event is due if that is sooner."""
    assert await passing.sender().step() == IDLE.deliver
    passing.faults({"status": 503})
    await passing.arrive(contactUtk=None, _hsenc="p2")
    assert await passing.sender().step() == 0
    assert await passing.sender().step() == 1.0
    assert passing.requests == [("media-played", 503)]


async def test_one_who_was_not_looked_up_waits(asking: Harness) -> None:
    """Nothing is sent for a visitor before HubSpot was asked; nor for one it doesn't know."""
    await asking.arrive(_hsenc="p2")
    await asking.store.admin.requeue([1], NOW)  # a person is in a hurry
    await asking.send_all()
    assert await asking.outbox() == {"session STARTED": "waiting"}
    assert asking.requests == []


@pytest.mark.parametrize("unknown", ["refuse", "silent"])
async def test_an_unknown_usertoken_waits(passing: Harness, unknown: str) -> None:
    """In whichever way HubSpot says that it knows no contact, the play is tried again later."""
    passing.world(utks={}, unknown_utk=unknown)
    await passing.arrive(playedPercent=30)
    await passing.send_all()
    assert await passing.outbox() == {"session STARTED": "waiting", "session 25": "waiting"}
    assert len(passing.requests) == 1
    passing.world(utks={"utk": 9})
    passing.clock.now += 10 * MINUTE
    await passing.maintenance().step()
    await passing.send_all()
    assert passing.sent == ["session STARTED", "session 25"]


@pytest.mark.parametrize("unknown", ["refuse", "silent"])
async def test_unknown_media_are_kept_for_a_person(passing: Harness, unknown: str) -> None:
    """A rejected event is kept with HubSpot's answer; the rest of the play is still sent."""
    passing.world(utks={"utk": 9}, media={}, unknown_media=unknown)
    await passing.arrive(playedPercent=30)
    await passing.arrive(sessionId="another")
    await passing.send_all()
    assert set((await passing.outbox()).values()) == {"rejected"}
    entries = await passing.store.admin.events("rejected", 10)
    assert {entry.reason for entry in entries} == {REASONS[unknown], "medium_refused"}
    for entry in entries:
        if unknown == "refuse":
            assert entry.answer["category"] == "VALIDATION_ERROR"
            assert entry.answer["http_status"] == 400
            assert entry.answer["message"]
            assert entry.answer["correlation_id"]
        else:
            assert "mediaBridgeId" in str(entry.answer["message"])
    assert len(passing.requests) == 1
    assert passing.counted("event_outcomes", outcome="rejected") == 3
    assert passing.counted("hubspot_budget", use="wasted") == 1


async def test_a_medium_that_hubspot_knows_at_last_is_sent_again(passing: Harness) -> None:
    """The event is sent again within an hour, without any action by a person."""
    passing.world(utks={"utk": 9}, media={}, unknown_media="refuse")
    await passing.arrive()
    await passing.send_all()
    passing.world(unknown_media="accept")
    passing.clock.now += 60 * MINUTE
    await passing.arrive(sessionId="later", playedPercent=30)
    await passing.send_all()
    assert passing.sent == ["later STARTED", "later 25"]


async def test_a_rejected_event_can_be_replayed(passing: Harness) -> None:
    """Once a person has created the media object, the event goes out after all."""
    passing.world(utks={"utk": 9}, media={}, unknown_media="refuse")
    await passing.arrive()
    await passing.send_all()
    passing.world(unknown_media="accept")
    (rejected,) = await passing.store.admin.events("rejected", 10)
    assert await passing.store.admin.requeue([rejected.id], passing.clock.now) == 1
    await passing.send_all()
    assert passing.sent == ["session STARTED"]


async def test_the_rate_is_kept_where_it_is_measured(passing: Harness) -> None:
    """With several senders and more to send than may be, HubSpot never counts too many."""
    passing.quota = Quota(rate=12, window_ms=10_000)
    passing.world(rate=12)
    for number in range(30):
        await passing.arrive(sessionId=f"s{number}", contactUtk=None, _hsenc="p2")
    began = passing.clock.now
    await passing.work(minutes=0.4)
    assert len(passing.sent) == 30
    assert passing.sandbox.limiter.peak == 12
    assert passing.sandbox.ledger.statuses == {200: 30}
    arrivals = [kept.arrived_ms - began for kept in passing.sandbox.ledger.events]
    assert arrivals == sorted([0] * 12 + [10_000] * 12 + [20_000] * 6)


async def test_it_runs_until_it_is_stopped(passing: Harness) -> None:
    """A waiting sender wakes when notified, sends, and ends when it is stopped."""
    stop = asyncio.Event()
    running = asyncio.create_task(passing.sender().run(stop))
    arrivals = passing.sandbox.ledger.subscribe()
    for number in range(3):
        await passing.arrive(sessionId=f"s{number}", contactUtk=None, _hsenc="p2")
        passing.due.notify()
        assert (await anext(arrivals)).body["sessionId"] == f"s{number}"
    stop.set()
    passing.due.notify()
    await running
