"""One run: people, network, relay and HubSpot together, from first visit to last outcome."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
from pydantic import SecretStr

from app.config import Settings
from app.runtime.environment import Environment, IdleSeconds, OpenDatabase
from app.runtime.stores import open_store
from app.store.event_reports import Depths
from app.store.store import Store
from tests.simulation.bodies import ping_body
from tests.simulation.clock import VirtualLoop, run
from tests.simulation.failures import no_worker_fails
from tests.simulation.harness import IDLE, RunningRelay, relay_in
from tests.simulation.hubspot import (
    CREDENTIALS,
    Answers,
    HubSpot,
    apply_fault_periods,
    open_hubspot,
)
from tests.simulation.network import LONGEST_TRANSIT, Network, Parcel, deliveries
from tests.simulation.population import SECRET, SITE, Mix, populate
from tests.simulation.visitors import DAY, HOUR, Truth
from tests.simulation.wire import Line, Wire

GRACE = 4 * DAY
"""How long after the last possible parking a run may take to come to its end."""

AGAIN_AFTER = 10.0
"""After so many seconds a browser repeats what was not acknowledged."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The relay goes down at `at` for some seconds: stopped, or killed."""

    at: float
    seconds: float
    killed: bool = False


@dataclass(frozen=True, slots=True)
class WrongClock:
    """From `begin` to `end` the relay's clock is `ahead` by some seconds, or behind."""

    begin: float
    end: float
    ahead: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that a run depends on, beside its seed. `settings`: what differs from the defaults."""

    visitors: int
    mix: Mix = field(default_factory=Mix)
    network: Network = field(default_factory=Network)
    line: Line = field(default_factory=Line)
    answers: Answers = field(default_factory=Answers)
    stops: tuple[Stop, ...] = ()
    clocks: tuple[WrongClock, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    oauth: bool = True
    idle: IdleSeconds = IDLE
    days_after: float = 31.0

    def clock_ahead(self, at: float) -> float:
        """The lead of the relay's clock at that second of the run."""
        return sum(each.ahead for each in self.clocks if each.begin <= at < each.end)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ping that the relay acknowledged, in seconds of the run; its clock was `clock_ahead`."""

    at: float
    parcel: Parcel
    clock_ahead: float = 0.0


@dataclass(slots=True)
class Run:
    """The result of a run. `relays`: in their order; `depths`: of the store at the end.

    `erased`: usertoken → when the operator's order had been carried out.
    """

    scenario: Scenario
    truth: Truth
    wire: Wire
    hubspot: HubSpot
    arrivals: list[Arrival] = field(default_factory=list)
    erased: dict[str, float] = field(default_factory=dict)
    relays: list[RunningRelay] = field(default_factory=list)
    depths: Depths | None = None

    def counted(self, metric: str, **labels: str) -> int:
        """A counter's sum over all relays."""
        values = (each.metrics.registry.get_sample_value(metric, labels) for each in self.relays)
        return int(sum(value or 0 for value in values))


def sqlite_in(folder: Path) -> OpenDatabase:
    """Opens the store in that folder."""
    url = f"sqlite:///{folder}/playrelay.db"

    async def opened(settings: Settings, *others: Any) -> Store:
        there = settings.model_copy(update={"database_url": url})
        return await open_store(there, *others)

    return opened


def simulate(seed: str, scenario: Scenario, open_database: OpenDatabase) -> Run:
    """Let it happen, on a store that is empty."""
    with no_worker_fails():
        return run(partial(_simulate, seed, scenario, open_database))


def _unlimited(_settings: Settings) -> None:
    """The simulated disk is never full."""


async def _simulate(
    seed: str, scenario: Scenario, open_database: OpenDatabase, loop: VirtualLoop
) -> Run:
    truth = populate(seed, scenario.visitors, scenario.mix)
    hubspot = open_hubspot(truth, scenario.answers, loop, _rng(seed, "hubspot"))
    inner = httpx.ASGITransport(hubspot.app)
    wire = Wire(inner, scenario.line, _rng(seed, "wire"))
    settings = _settings(scenario)

    def clock() -> int:
        return loop.milliseconds() + round(1000 * scenario.clock_ahead(loop.time()))

    world = Environment(clock, _rng(seed, "relay"), wire, open_database, _unlimited, scenario.idle)
    found = Run(scenario, truth, wire, hubspot)
    traffic = _Traffic(found)
    outside = [
        asyncio.ensure_future(apply_fault_periods(hubspot, scenario.answers)),
        asyncio.ensure_future(traffic.bring(deliveries(seed, truth, scenario.network))),
        asyncio.ensure_future(traffic.erase()),
    ]
    for stop in scenario.stops:
        async with relay_in(world, settings, killed=stop.killed) as relay:
            traffic.open(relay)
            await asyncio.sleep(stop.at - loop.time())
            traffic.shut()
        await asyncio.sleep(stop.seconds)
    async with relay_in(world, settings) as relay:
        traffic.open(relay)
        await asyncio.gather(*outside)
        await asyncio.sleep(scenario.days_after * DAY)
        deadline = loop.time() + GRACE
        while not _is_done(depths := await relay.store.admin.depths(loop.milliseconds())):
            if loop.time() > deadline:
                break
            await asyncio.sleep(HOUR)
        found.depths = depths
    return found


class _Traffic:
    """Between the visitors and whichever relay is open, if one is."""

    def __init__(self, found: Run) -> None:
        self._found = found
        self._relay: RunningRelay | None = None
        self._taken: set[tuple[int, float]] = set()
        self._opened = asyncio.Event()

    def open(self, relay: RunningRelay) -> None:
        self._found.relays.append(relay)
        self._relay = relay
        self._opened.set()

    def shut(self) -> None:
        self._relay = None
        self._opened.clear()

    async def bring(self, parcels: Sequence[Parcel]) -> None:
        """Bring each parcel in its time, again and again until it is acknowledged."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for parcel in parcels:
                await asyncio.sleep(parcel.arrives_at - loop.time())
                group.create_task(self._bring(parcel))

    async def _bring(self, parcel: Parcel) -> None:
        loop = asyncio.get_running_loop()
        sent_at = parcel.sent_at
        if parcel.is_copy and (id(parcel.ping), sent_at) not in self._taken:
            return  # the relay was down: nobody on the way had anything to copy
        transit = min(parcel.arrives_at - parcel.sent_at, LONGEST_TRANSIT)
        while True:
            body = ping_body(parcel.visitor, parcel.ping, sent_at)
            if self._relay is not None:
                ahead = self._found.scenario.clock_ahead(loop.time())
                status = await self._relay.ping(body, parcel.ping.plays[0][0].page.referer)
                if status == 202:
                    self._taken.add((id(parcel.ping), sent_at))
                    self._found.arrivals.append(Arrival(loop.time(), parcel, ahead))
                    return
                if status != 503:
                    raise AssertionError(f"{status} for {body!r}")
            await asyncio.sleep(AGAIN_AFTER)
            sent_at = loop.time() - transit
            if loop.time() > parcel.visitor.gone_at:
                return

    async def erase(self) -> None:
        """The operator erases those who asked for it."""
        loop = asyncio.get_running_loop()
        orders = sorted((at, utk) for utk, at in self._found.truth.erased.items())
        for at, utk in orders:
            await asyncio.sleep(at - loop.time())
            while self._relay is None:
                await self._opened.wait()
            await self._relay.store.admin.forget(utk=utk, contact_id=None)
            self._found.erased[utk] = loop.time()


def _is_done(depths: Depths) -> bool:
    return not depths.inbox and not any(
        depths.outbox[status] for status in ("due", "sending", "waiting")
    )


def _settings(scenario: Scenario) -> Settings:
    tokens: dict[str, Any] = {"hubspot_access_token": SecretStr(CREDENTIALS.access_token or "")}
    if scenario.oauth:
        tokens = {
            "hubspot_client_id": CREDENTIALS.client_id,
            "hubspot_client_secret": SecretStr(CREDENTIALS.client_secret),
            "hubspot_refresh_token": SecretStr(CREDENTIALS.refresh_token),
        }
    given = {
        "allowed_origins": SITE,
        "identity_secret": SecretStr(SECRET),
        "pings_per_minute": 0,
    }
    return Settings(**{**given, **tokens, **scenario.settings})


def _rng(seed: str, part: str) -> Random:
    return Random(f"{seed}/{part}")  # noqa: S311 - repeatable
