"""HubSpot's limit is a budget: well used while there is much to do, and little of it wasted."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from app.runtime.environment import OpenDatabase
from app.runtime.workers import SENDERS
from app.sandbox.limiter import WINDOW_SECONDS
from tests.simulation.clock import EPOCH
from tests.simulation.conftest import FULL
from tests.simulation.hubspot import Answers
from tests.simulation.network import FLAWLESS
from tests.simulation.population import CALM, Mix
from tests.simulation.referee import judge
from tests.simulation.run import Run, Scenario, simulate
from tests.simulation.visitors import DAY, HOUR, MINUTE
from tests.simulation.wire import CLEAN, Line, Outage, OutageKind

BUSY = replace(
    CALM, kinds={"stranger": 95, "contact": 5}, returns=0.5, away=(2 * MINUTE,), pace=0.03
)
"""A site whose visitors come for clips and come back: one in twenty is a contact."""

A_SECOND = 10
"""Visitors."""

A_COMMIT = 0.05
"""Seconds of the virtual clock: a few commits of the store, and no answer of HubSpot's."""


def scenario(visitors: int, mix: Mix, line: Line = CLEAN) -> Scenario:
    """A static token, so that all permits are there for events and look-ups."""
    return Scenario(visitors, mix, FLAWLESS, line=line, oauth=False)


def errors_by_day(run: Run) -> list[Counter[bool]]:
    """The number of requests of each day (UTC) that ended in an error (True), and that did not."""
    days: dict[int, Counter[bool]] = defaultdict(Counter)
    for seen in run.hubspot.ledger.requests:
        days[seen.arrived_ms // 1000 // int(DAY)][seen.status != 200] += 1
    return list(days.values())


@pytest.mark.timeout(1800)
def test_strangers_cost_little(open_database: OpenDatabase) -> None:
    """Look-ups of all those who never become contacts, again and again for thirty days, included.

    A small crowd pays a little more: the last look-up of each round has few to ask about.
    """
    visitors, most = (10_000, 1.1) if FULL else (1_000, 1.15)
    mix = replace(BUSY, days=visitors / A_SECOND / DAY)
    run = simulate("1", scenario(visitors, mix), open_database)
    verdict = judge(run)
    assert verdict.faults == {}
    cost = run.hubspot.ledger.statuses.total() / verdict.attributed
    print(f"{cost:.3f} requests a milestone")  # noqa: T201 - shown by `pytest -rP`
    assert cost <= most
    assert run.hubspot.ledger.statuses.keys() == {200}


def test_errors_stay_few(open_database: OpenDatabase) -> None:
    """A small share of a day's requests fails, or some twenty, if HubSpot forgot many mails.

    Events of visitors who are known by a usertoken are sent on that day, too.
    """
    crowd = replace(CALM, kinds={"recipient": 4, "contact": 1}, dead_mail=1, days=2)
    run = simulate("1", replace(scenario(250, crowd), days_after=31), open_database)
    assert judge(run).faults == {}
    quota = run.relays[0].quota
    days = errors_by_day(run)
    for day in days:
        assert day[True] <= max(quota.error_floor, quota.error_share * day.total()) + SENDERS
    assert max(day[True] for day in days) >= quota.error_floor, "the guard had to step in"


def test_media_that_hubspot_refuses_cost_few_errors(open_database: OpenDatabase) -> None:
    """Two of 22: each is asked about now and then, and not for each event.

    After 1, 3, 7 and 15 hours of the first day; by all senders when it is new.
    """
    crowd = replace(CALM, kinds={"contact": 1}, unknown_media=True, days=2)
    answers = Answers({"unknown_media": "refuse"})
    run = simulate("1", replace(scenario(250, crowd), answers=answers), open_database)
    assert judge(run).faults == {}
    errors = [day[True] for day in errors_by_day(run)]
    assert 0 < max(errors) <= 2 * (SENDERS + 4)
    assert run.counted("playrelay_event_outcomes_total", outcome="rejected") > 10 * sum(errors)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["unreachable", "hangs", "gateway"])
def test_a_backlog_drains_at_the_limit(open_database: OpenDatabase, kind: OutageKind) -> None:
    """After an outage next to nothing of the rate limit lies idle, and HubSpot never says 429."""
    outage = Outage(0.0, 4 * HOUR, kind)
    crowd = replace(CALM, kinds={"contact": 1}, days=1 / 24, returns=0, pace=0.1)
    line = replace(CLEAN, outages=(outage,))
    run = simulate("1", replace(scenario(200, crowd, line), days_after=1), open_database)
    assert judge(run).faults == {}
    waits = [arrival.at - arrival.parcel.arrives_at for arrival in run.arrivals]
    assert max(waits) < A_COMMIT, "whoever watches notices nothing of it"
    arrived = [kept.arrived_ms / 1000 - EPOCH for kept in run.hubspot.ledger.events]
    first, last = arrived[0], arrived[-1]
    assert outage.end < first < outage.end + MINUTE, "that HubSpot is back is noticed soon"
    granted = run.relays[0].quota.rate / WINDOW_SECONDS * (last - first)
    print(f"{len(arrived) / granted:.3f} of the limit used")  # noqa: T201 - shown by `pytest -rP`
    assert len(arrived) >= 0.97 * granted
    assert run.hubspot.sandbox.limiter.refused == {}
