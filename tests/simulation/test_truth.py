"""Nothing lost, nothing doubled, the right contact, HubSpot never annoyed: whatever goes wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.runtime.environment import OpenDatabase
from tests.simulation.clock import EPOCH
from tests.simulation.conftest import FULL
from tests.simulation.faults import at_both_destinations, every_fault
from tests.simulation.hubspot import Answers
from tests.simulation.referee import judge
from tests.simulation.run import Run, simulate, sqlite_in
from tests.simulation.scenarios import GONE, SET_BACK, WITHOUT_LOOKUP
from tests.simulation.visitors import HOUR

VISITORS = 10_000 if FULL else 200
SEEDS = range(1, 11) if FULL else (1, 2)


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("seed", SEEDS)
def test_hubspot_has_the_truth(open_database: OpenDatabase, seed: int) -> None:
    """Every milestone of whoever can be known arrives, once, rightly dated, on the right contact.

    Doubled is at most what HubSpot took without its answer reaching the relay.
    """
    run = simulate(str(seed), every_fault(seed, VISITORS), open_database)
    verdict = judge(run)
    print(seed, verdict.figures, run.hubspot.ledger.statuses)  # noqa: T201 - shown by `pytest -rP`
    assert verdict.faults == {}
    assert verdict.attributed > VISITORS
    assert run.hubspot.sandbox.limiter.refused == {}
    assert 0 < verdict.twice <= run.wire.unanswered.total()
    assert verdict.unattributable > VISITORS
    assert run.erased


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("seed", range(1, 11) if FULL else (1,))
def test_both_destinations_have_the_truth(open_database: OpenDatabase, seed: int) -> None:
    """Custom events beside the Media Bridge: none missing, and none doubled where answers are lost.

    What HubSpot answers to a uuid that it knows depends on the seed.
    """
    visitors = VISITORS if FULL else 50
    run = simulate(str(seed), at_both_destinations(seed, visitors), open_database)
    verdict = judge(run)
    print(seed, verdict.figures, verdict.custom)  # noqa: T201 - shown by `pytest -rP`
    assert verdict.faults == {}
    assert verdict.custom > visitors
    assert run.wire.unanswered_custom > 0
    assert run.hubspot.sandbox.limiter.refused == {}


def test_hubspot_may_convert_the_usertokens(open_database: OpenDatabase) -> None:
    """The same holds where usertokens are sent as they are, and no word is said of strangers."""
    scenario = replace(every_fault(1, 40), settings={"identity": "passthrough"})
    verdict = judge(simulate("1", scenario, open_database))
    assert verdict.faults == {}
    assert verdict.attributed > 40


def test_a_clock_that_is_set_back_delays_nothing(open_database: OpenDatabase) -> None:
    """Work that was stored with a time that is now in the future does not wait for it."""
    verdict = judge(simulate("1", SET_BACK, open_database))
    assert verdict.faults == {}
    assert verdict.late == 0
    assert verdict.attributed > SET_BACK.visitors


@pytest.mark.parametrize("form", ["not_found", "gone", "page"] if FULL else ["page"])
def test_an_ended_lookup_delays_and_loses_nothing(open_database: OpenDatabase, form: str) -> None:
    """Events that need no look-up are sent meanwhile; the others wait only until it is back.

    The relay asks at growing intervals whether it is, not for each usertoken.
    """
    period = replace(GONE, changes={"lookup": form})
    scenario = replace(WITHOUT_LOOKUP, answers=Answers(fault_periods=(period,)))
    run = simulate("1", scenario, open_database)
    verdict = judge(run)
    assert verdict.faults == {}
    assert verdict.attributed > scenario.visitors
    kept = [(each.arrived_ms / 1000 - EPOCH, each.body) for each in run.hubspot.ledger.events]
    assert any(period.begin < at < period.end and "contactId" in body for at, body in kept)
    waited = [
        at
        for at, body in kept
        if at > period.end
        and body["sessionId"].startswith("co")
        and body["occurredTimestamp"] / 1000 - EPOCH < period.end - HOUR
    ]
    assert waited
    assert max(waited) < period.end + 2 * HOUR
    assert 0 < run.counted("playrelay_contact_lookups_total", answer="gone") < 80


def transcript(run: Run) -> tuple[Any, ...]:
    """All that HubSpot saw, and all that the relay acknowledged, with the times."""
    ledger = run.hubspot.ledger
    arrivals = [(arrival.at, arrival.parcel.visitor.name) for arrival in run.arrivals]
    return list(ledger.requests), list(ledger.events), arrivals, run.wire.unanswered, run.depths


def test_the_same_seed_gives_the_same_run(folder: Path) -> None:
    """A seed determines the run to the millisecond and the last request; another seed does not."""
    runs = []
    for number, seed in enumerate(("a", "a", "b")):
        place = folder / str(number)
        place.mkdir()
        scenario = replace(every_fault(3, 25), days_after=1)
        runs.append(transcript(simulate(seed, scenario, sqlite_in(place))))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
