"""The scenarios that several tests use."""

from dataclasses import replace

from tests.simulation.hubspot import Answers, FaultPeriod
from tests.simulation.network import Network
from tests.simulation.population import CALM
from tests.simulation.run import Scenario, Stop, WrongClock
from tests.simulation.visitors import DAY, HOUR, MINUTE
from tests.simulation.wire import CLEAN

RATE = 12
EVENING = Scenario(
    40,
    replace(CALM, kinds={"contact": 3, "recipient": 1}, days=10 * MINUTE / DAY, pace=0.05),
    Network(lost=0.1, held=0.2, doubled=0.3),
    CLEAN,
    Answers({"rate": RATE}),
    settings={"hubspot_rate": RATE},
    oauth=False,
    days_after=HOUR / DAY,
)
"""A small crowd before an account with a low limit, on a network that mixes pings up."""

SET_BACK = replace(EVENING, clocks=(WrongClock(0, 5 * MINUTE, HOUR),))
"""The relay's clock is an hour ahead until the middle of the evening."""

GONE = FaultPeriod(0.5 * DAY, 2.5 * DAY, changes={"lookup": "gone"})
WITHOUT_LOOKUP = Scenario(
    20,
    replace(CALM, kinds={"contact": 2, "later": 2, "recipient": 1, "signed": 1}),
    answers=Answers(fault_periods=(GONE,)),
    stops=(Stop(1.5 * DAY, MINUTE),),
)
"""HubSpot serves no look-up of usertokens for two of three days; the relay restarts meanwhile."""
