"""The same relay on PostgreSQL: an evening; all faults for weeks where it is run in full."""

import pytest

from tests.simulation.conftest import FULL
from tests.simulation.faults import every_fault
from tests.simulation.real_time_store import postgres_at
from tests.simulation.referee import judge
from tests.simulation.run import Scenario, simulate
from tests.simulation.scenarios import SET_BACK
from tests.store.engines import Postgres
from tests.store.postgres.shared import postgres_url

VISITORS = 60
SCENARIOS = [SET_BACK]
if FULL:
    SCENARIOS += [every_fault(seed, VISITORS) for seed in (3, 4)]


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: f"{each.visitors} visitors")
def test_hubspot_has_the_truth(scenario: Scenario) -> None:
    """Nothing lost, nothing doubled, the right contact, and no more requests than the limit."""
    run = simulate("1", scenario, postgres_at(postgres_url(), Postgres.name()))
    verdict = judge(run)
    assert verdict.faults == {}
    assert verdict.attributed > scenario.visitors
    assert scenario is not SET_BACK or verdict.late == 0
    assert run.hubspot.sandbox.limiter.refused == {}
