"""Everything that can go wrong, at times that the seed decides; and all of HubSpot's answers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

from app.domain.destination import DESTINATIONS
from app.sandbox.faults import Fault
from app.sandbox.names import SANDBOX_EVENT
from tests.simulation.hubspot import Answers, FaultPeriod
from tests.simulation.population import Mix
from tests.simulation.run import Scenario, Stop, WrongClock
from tests.simulation.visitors import DAY, HOUR, MINUTE
from tests.simulation.wire import Line, Outage, OutageKind

EVENTS = "/media-bridge/*"
CUSTOM = "/events/*"
ACCOUNT = (EVENTS, "/contacts/*", "/crm/*")
"""All that is asked for the account, beside its tokens."""
DAILY = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "DAILY", "message": "enough"}

STOPS = ((5 * MINUTE, True), (0.0, True), (2 * HOUR, False), (MINUTE, True), (20.0, False))
"""How long the relay is down each time, and whether it is killed."""

OUTAGES: tuple[tuple[OutageKind, float], ...] = (
    ("unreachable", 3 * HOUR),
    ("hangs", HOUR),
    ("gateway", 6 * HOUR),
    ("unreachable", 20.0),
)


WALL = "<html><title>No</title><h1>This page is not for you</h1></html>"
WRONG_CLOCKS = ((HOUR, 20 * MINUTE), (-HOUR, 10 * MINUTE), (40.0, HOUR))
"""How far the relay's clock steps ahead each time, and after how long it steps back."""


def every_fault(number: int, visitors: int) -> Scenario:
    """The run of this number: the network, HubSpot, and the relay itself fail again and again."""
    rng = Random(f"{number}/calamities")  # noqa: S311 - repeatable
    mix = Mix()
    days = mix.days * DAY
    outages = tuple(
        Outage(at, at + length, kind)
        for (kind, length), at in zip(OUTAGES, _moments(rng, len(OUTAGES), days), strict=True)
    )
    stops = tuple(
        Stop(at, seconds, killed)
        for (seconds, killed), at in zip(STOPS, _moments(rng, len(STOPS), days), strict=True)
    )
    changes = {
        "unknown_utk": ("refuse", "silent")[number % 2],
        "merged_contact": ("refuse", "accept")[number // 2 % 2],
        "unknown_media": ("refuse", "silent", "accept")[number % 3],
        "unknown_batch": ("empty", "not_found")[number % 2],
        "ids": ("number", "text")[number % 2],
    }
    answers = Answers(changes, tuple(_fault_periods(rng, days)))
    clocks = tuple(
        WrongClock(at, at + length, ahead)
        for (ahead, length), at in zip(
            WRONG_CLOCKS, _moments(rng, len(WRONG_CLOCKS), days), strict=True
        )
    )
    line = Line(outages=outages)
    return Scenario(visitors, mix, line=line, answers=answers, stops=stops, clocks=clocks)


def _moments(rng: Random, count: int, days: float) -> list[float]:
    """One in each equal part of the time, at random, never near its end."""
    part = days / count
    return [part * (n + 0.6 * rng.random()) for n in range(count)]


def _fault_periods(rng: Random, days: float) -> Iterator[FaultPeriod]:
    """The limit is used up, tokens expire early, HubSpot or a wall before it refuses all."""
    kinds = (
        (MINUTE, [Fault(path=EVENTS, status=429, every=3)]),
        (4 * HOUR, [Fault(status=429, body=DAILY)]),
        (HOUR, [Fault(path=EVENTS, status=500, every=2)]),
        (10 * MINUTE, [Fault(path=EVENTS, status=429, retry_after=7, every=2)]),
        (HOUR, [Fault(path=EVENTS, expired_token=True, every=5)]),
        (HOUR, [Fault(path="/contacts/*", status=503, every=2)]),
        (20 * MINUTE, [Fault(path=EVENTS, status=200, body="<h1>Please log in</h1>", every=3)]),
        (HOUR, [Fault(path=EVENTS, latency_ms=4_000, every=4)]),
        (30.0, [Fault(status=405, body=WALL, headers={"Server": "wall"})]),
        (HOUR, [Fault(path=EVENTS, status=421, body=WALL, headers={"Server": "wall"})]),
        (3 * HOUR, [Fault(path=each, status=403, category="FORBIDDEN") for each in ACCOUNT]),
    )
    moments = _moments(rng, len(kinds), days)
    for (length, faults), (begin, after) in zip(kinds, pairwise([*moments, days]), strict=True):
        yield FaultPeriod(begin, min(begin + length, after), tuple(faults))


def at_both_destinations(number: int, visitors: int) -> Scenario:
    """The same, with custom events beside the Media Bridge: what strikes one strikes the other.

    More answers are lost, for they are what a uuid is there for.
    """
    scenario = every_fault(number, visitors)
    periods = tuple(
        replace(period, faults=tuple(_at_both(period.faults)))
        for period in scenario.answers.fault_periods
    )
    repeated = ("refuse", "conflict", "silent")[number % 3]
    changes = {**scenario.answers.changes, "repeated_uuid": repeated}
    settings = {"destinations": DESTINATIONS, "hubspot_event_name": SANDBOX_EVENT}
    line = replace(scenario.line, lost_answers=0.02)
    answers = Answers(changes, periods)
    return replace(scenario, line=line, answers=answers, settings=settings)


def _at_both(faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in faults:
        yield fault
        if fault.path == EVENTS:
            yield fault.model_copy(update={"path": CUSTOM})
