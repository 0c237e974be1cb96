"""Failures on the way to HubSpot, and what happens to the events."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.deliver.delays import MINUTE
from app.deliver.sender import LEASE_MS
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.runtime.environment import IdleSeconds
from tests.store.engines import Sqlite
from tests.store.setting import ALL, NOW, SECOND, Strange, arrive
from tests.system.deliver.harness import POLICY, Harness
from tests.unit.hubspot.vault import Clock

ALL_OF_60 = ["session STARTED", "session 25", "session 50", "session VIEWED"]


@pytest.mark.parametrize(
    ("fault", "reason", "rest"),
    [
        pytest.param({"status": 401}, "bad_token", 5 * MINUTE, id="401"),
        pytest.param({"expired_token": True}, "bad_token", 5 * MINUTE, id="expired"),
        pytest.param({"status": 403}, "missing_scope", 5 * MINUTE, id="403"),
        pytest.param({"status": 429, "retry_after": 3}, "rate_limited", 3_500, id="429"),
        pytest.param(
            {"status": 429, "body": {"policyName": "DAILY"}}, "daily_limit", 1_000_500, id="daily"
        ),
    ],
)
async def test_faults_of_the_account_cost_no_event(
    passing: Harness, fault: dict[str, object], reason: str, rest: int
) -> None:
    """The account rests, no event is blamed, and all go out in order once it is mended."""
    await passing.arrive(contactUtk=None, _hsenc="p2", playedPercent=30)
    passing.faults(fault)
    assert await passing.sender().step() == 0
    depths = await passing.store.admin.depths(NOW)
    assert (depths.pause_reason, depths.paused_until) == (reason, NOW + rest)
    await passing.send_all()
    assert len(passing.requests) == 1
    assert {entry.attempts for entry in await passing.store.admin.events(None, 9)} == {0}
    passing.faults()
    passing.clock.now += rest
    await passing.send_all()
    assert passing.sent == ["session STARTED", "session 25"]
    assert passing.counted("retries", reason=reason) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503}, id="503"),
        pytest.param({"status": 500, "body": "<html>"}, id="not HubSpot's words"),
        pytest.param({"status": 200, "body": "<html>a portal</html>"}, id="captive portal"),
        pytest.param({"drop": "before"}, id="cut"),
    ],
)
async def test_an_outage_loses_nothing(passing: Harness, fault: dict[str, object]) -> None:
    """HubSpot down for ten minutes, then back: all is delivered once, in order within a session.

    It is noticed as soon as the account's rest is over: half a minute, however few events wait.
    """
    passing.world(demo_visitors=False)
    passing.faults(fault)
    for number in range(4):
        await passing.arrive(sessionId=f"s{number}", contactUtk=None, _hsenc="p2", playedPercent=60)
    await passing.work(minutes=10)
    assert passing.sent == []
    assert 12 < len(passing.requests) < 60, "neither given up nor hammered"
    passing.faults()
    await passing.work(minutes=POLICY.strained_cap / MINUTE)
    assert set((await passing.outbox()).values()) == {"delivered"}
    for number in range(4):
        of_session = [sent for sent in passing.sent if sent.startswith(f"s{number} ")]
        assert of_session == [f"s{number} {value}" for value in ("STARTED", 25, 50, "VIEWED")]


async def test_an_answer_that_is_lost_may_cost_a_repeat(passing: Harness) -> None:
    """An event is sent again if its answer is lost: HubSpot may have it or not."""
    await passing.arrive(contactUtk=None, _hsenc="p2", playedPercent=30)
    passing.faults({"drop": "after", "times": 1})
    await passing.work(minutes=1)
    assert passing.sent == ["session STARTED", "session STARTED", "session 25"]
    assert set((await passing.outbox()).values()) == {"delivered"}


async def test_a_request_that_is_cut_short(passing: Harness) -> None:
    """A request cut short at shutdown gives its event back; its permit stays used."""
    await passing.arrive(contactUtk=None, _hsenc="p2")
    reached, released = asyncio.Event(), asyncio.Event()

    async def hang(_seconds: float) -> None:
        reached.set()
        await released.wait()

    passing.sandbox.sleep = hang
    passing.faults({"latency_ms": 1})
    sending = asyncio.create_task(passing.sender().step())
    await reached.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    released.set()
    (entry,) = await passing.store.admin.events(None, 9)
    assert (entry.status, entry.attempts) == ("due", 1)
    assert (await passing.store.admin.depths(NOW)).quota_used == 1
    passing.faults()
    await passing.send_all()
    assert passing.sent[-1] == "session STARTED"


async def test_a_dead_senders_event_is_sent_by_another(passing: Harness) -> None:
    """Once its lease has run out, maintenance gives it back."""
    await passing.arrive(contactUtk=None, _hsenc="p2")
    await passing.store.outbox.claim(NOW, LEASE_MS)
    await passing.send_all()
    assert passing.requests == []
    passing.clock.now += LEASE_MS
    event = passing.due.next_event()
    await passing.maintenance().step()
    assert event.is_set()
    assert passing.counted("interrupted_events") == 1
    await passing.send_all()
    assert passing.sent == ["session STARTED"]


@dataclass
class Ending(Clock):
    """A clock that says stop when it is looked at for the third time."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    looks: int = 0

    def __call__(self) -> int:
        """The current time."""
        self.looks += 1
        if self.looks == 3:
            self.stop.set()
        return self.now


async def test_a_store_in_trouble_is_waited_for(
    asking: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker counts the fault, tries again, and does not end before it is stopped."""
    monkeypatch.setattr("app.deliver.loop.TROUBLE_SECONDS", 0.001)
    asking.idle = IdleSeconds(maintain=0.001)
    async with Sqlite(tmp_path).open() as asking.store:
        pass
    for make in (asking.sender, asking.lookup, asking.maintenance):
        asking.clock = clock = Ending()
        await make().run(clock.stop)
    assert asking.counted("store_errors", fault="closed") == 9


async def test_what_was_forgotten_in_flight_is_no_error(passing: Harness) -> None:
    """A visitor erased while an event of theirs is on its way leaves nothing to settle."""
    await passing.arrive(contactUtk="a" * 32)
    claim = await passing.store.outbox.claim(NOW, SECOND)
    assert claim.job is not None
    await passing.store.admin.forget(utk="a" * 32, contact_id=None)
    await passing.store.outbox.release(claim.job, NOW, sent=False)
    await passing.send_all()
    assert passing.requests == []


async def test_what_can_not_be_said_to_hubspot_is_rejected(passing: Harness) -> None:
    """A fault of the relay's own ends that event alone, and all others of its play go out."""
    await arrive(passing.store, contactUtk=None, _hsenc="p2")
    strange = Strange(ObservationPolicy(Catalogue()), MilestonePolicy())
    await passing.store.folding.fold(ALL, strange, NOW)
    await passing.send_all()
    assert await passing.outbox() == {"session most": "rejected", "session STARTED": "delivered"}
    (entry,) = await passing.store.admin.events("rejected", 9)
    assert entry.reason == "unsendable"
    assert len(passing.requests) == 1


async def test_an_account_that_is_refused_everything_loses_nothing(passing: Harness) -> None:
    """A 403 to every event, without a word on scope or token: few are asked, and all arrive."""
    for number in range(20):
        who = {"contactUtk": None, "_hsenc": f"m{number}"}
        await passing.arrive(sessionId=f"s{number}", mediaBridgeId=number + 1, **who)
    passing.world(refuses_all="FORBIDDEN")
    sender = passing.sender()
    for _ in range(12):  # an hour and a half
        while not await sender.step():
            pass
        passing.clock.now += 8 * MINUTE
    assert len(passing.requests) < 12
    depths = await passing.store.admin.depths(passing.clock.now)
    assert depths.pause_reason == "refused_all"
    assert (depths.outbox["rejected"], depths.outbox["due"]) == (0, 20)
    passing.world(refuses_all=None)
    passing.clock.now += 120 * MINUTE
    await passing.send_all()
    assert len(passing.bodies) == 20
