"""HubSpot that is down for long, and a rate that holds whatever happens."""

from itertools import pairwise
from pathlib import Path

from tests.system.failures.harness import Clock, HubSpot, relay_on

HOUR = 3600


async def test_half_an_hour_without_hubspot(tmp_path: Path) -> None:
    """An outage costs a request every few seconds at most, and no event; then all is delivered."""
    hubspot = HubSpot(Clock())
    hubspot.down = True
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(50):
            await relay.watch(f"session-{number}", 100)
        await relay.live(HOUR / 2)
        assert len(hubspot.tried) < 200
        hubspot.down = False
        await relay.live(120)
        assert await relay.statuses() == {"delivered"}
    assert len(hubspot.kept) == len(set(hubspot.kept)) == 300
    for session in {milestone[0] for milestone in hubspot.kept}:
        values = [value for name, _, value in hubspot.kept if name == session]
        assert values == ["STARTED", "25", "50", "VIEWED", "75", "100"]


async def test_an_outage_grows_quiet(tmp_path: Path) -> None:
    """The longer HubSpot is down the longer the pauses, up to half a minute."""
    hubspot = HubSpot(Clock())
    hubspot.down = True
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(50):
            await relay.watch(f"session-{number}", 100)
        await relay.live(600)
    pauses = [later - earlier for earlier, later in pairwise(hubspot.tried)]
    assert max(pauses) <= 31_000
    assert sum(pauses[-20:]) > 10 * sum(pauses[:5])


async def test_hubspot_answers_with_errors(tmp_path: Path) -> None:
    """Answers of 5xx are an outage like any other: none costs an event, all arrive once."""
    hubspot = HubSpot(Clock())
    hubspot.faults({"path": "/media-bridge/*", "status": 502, "every": 2, "times": 60})
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(10):
            await relay.watch(f"session-{number}", 100)
        await relay.live(1800)
        assert await relay.statuses() == {"delivered"}
    assert len(hubspot.kept) == len(set(hubspot.kept)) == 60


async def test_no_ten_seconds_hold_more_than_the_rate(tmp_path: Path) -> None:
    """However much is due, HubSpot sees at most 110 requests in any 10 s, and nearly as many."""
    clock = Clock()
    hubspot = HubSpot(clock, rate=110)
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(100):
            await relay.watch(f"session-{number}", 100)
        began = clock.now
        while await relay.statuses() != {"delivered"}:
            await relay.live(1)
        seconds = (clock.now - began) / 1000
    assert hubspot.peak == 110
    assert {seen.status for seen in hubspot.requests} == {200}
    assert seconds < 60


async def test_the_rate_holds_across_restarts(tmp_path: Path) -> None:
    """A relay that starts again at every other moment still keeps to the rate."""
    hubspot = HubSpot(Clock(), rate=110)
    done = False
    for restart in range(100):
        async with relay_on(tmp_path, hubspot) as relay:
            if restart == 0:
                for number in range(100):
                    await relay.watch(f"session-{number}", 100)
            await relay.live(1.7)
            done = await relay.statuses() == {"delivered"}
            if done:
                break
    assert done
    assert hubspot.peak == 110
    assert {seen.status for seen in hubspot.requests} == {200}
