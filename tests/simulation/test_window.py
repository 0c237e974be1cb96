"""A process keeps HubSpot's rate by itself, on a virtual clock."""

import asyncio
from dataclasses import replace

from app.hubspot.window import RateWindow
from app.runtime.environment import OpenDatabase
from app.sandbox.faults import Fault
from tests.simulation.clock import VirtualLoop, run
from tests.simulation.hubspot import Answers, FaultPeriod
from tests.simulation.population import CALM
from tests.simulation.referee import judge
from tests.simulation.run import simulate
from tests.simulation.test_request_budget import scenario
from tests.simulation.visitors import HOUR
from tests.simulation.wire import CLEAN, Outage


def test_one_more_waits_until_a_window_after_an_answer() -> None:
    """Two in ten seconds, each of which takes one: the third leaves eleven seconds later."""

    async def requests(loop: VirtualLoop) -> list[float]:
        window, left = RateWindow(2, 10.0), []

        async def one() -> None:
            async with window.request():
                left.append(round(loop.time(), 3))
                await asyncio.sleep(1)

        await asyncio.gather(*(one() for _ in range(5)))
        return left

    assert run(requests) == [0, 0, 11, 11, 22]


def test_tokens_that_are_refused_again_and_again_cost_no_more_than_the_rate(
    open_database: OpenDatabase,
) -> None:
    """A repeat with a fresh token is a request as well: after an outage HubSpot never says 429."""
    outage = Outage(0.0, 4 * HOUR, "unreachable")
    refused = Fault(path="/media-bridge/*", expired_token=True, every=3)
    crowd = replace(CALM, kinds={"contact": 1}, days=1 / 24, returns=0, pace=0.1)
    backlog = scenario(120, crowd, replace(CLEAN, slowest=0.05, outages=(outage,)))
    answers = Answers(fault_periods=(FaultPeriod(HOUR, 10 * HOUR, (refused,)),))
    done = simulate("1", replace(backlog, answers=answers, oauth=True, days_after=1), open_database)
    assert judge(done).faults == {}
    assert done.hubspot.ledger.statuses[401] > 50
    assert done.hubspot.sandbox.limiter.refused == {}
    assert done.hubspot.sandbox.limiter.peak > 100, "the limit was in reach"
