"""Honest visitors beside floods: how much longer they wait for an answer, and for HubSpot."""

import multiprocessing
import random
import time
from collections.abc import Sequence
from statistics import median, quantiles

import httpx

from tests.bench.engines import Engine
from tests.bench.pings import ping
from tests.bench.servers import relay, sandbox
from tests.torture.floods import FLOODS, ORIGIN

FLOODERS = 2
PAUSE_SECONDS = 0.01
"""Between honest pings: what is measured is how long one takes, not how many there can be."""


def report(engines: Sequence[Engine], rounds: int, seconds: int) -> None:
    """A row an engine: the 99th percentile beside floods as a share of that without, by turns."""
    print(f"honest pings beside floods, {rounds} turns of {seconds} s each way")
    print(f"{'engine':<9} {'p99':>6} {'p50':>6} {'memory':>7}   last honest event delivered after")
    for engine in engines:
        turns = [_turn(engine, turn, seconds) for turn in range(rounds)]
        p99, p50, memory, delivered = (median(figures) for figures in zip(*turns, strict=True))
        print(f"{engine.name:<9} {p99:>6.2f} {p50:>6.2f} {memory:>7.2f}   {delivered:.1f} s")
    print()


def _turn(engine: Engine, turn: int, seconds: int) -> tuple[float, float, float, float]:
    settings = {
        "allowed_origins": ORIGIN,
        "trusted_proxies": "127.0.0.1",
        "pings_per_minute": "600",
        "hubspot_access_token": "sandbox-access-token",
        "hubspot_rate": "1000",
        "events": "percent",
    }
    database = engine.database(f"hostile-{turn}")
    with sandbox() as hubspot:
        settings["hubspot_base_url"] = hubspot.url
        with relay(database.url, settings) as ours, httpx.Client(timeout=30) as http:
            _flood(ours.url, 1)  # so that memory is compared with a process that has seen it all
            alone = _visit(http, ours.url, f"alone-{turn}", seconds)
            before = ours.memory_mib()
            flooder = multiprocessing.get_context("spawn").Pool(FLOODERS)
            with flooder:
                floods = flooder.starmap_async(_flood, [(ours.url, seconds)] * FLOODERS)
                beside = _visit(http, ours.url, f"beside-{turn}", seconds)
                floods.get()
            ended = time.monotonic()
            _wait_for(http, hubspot.url, f"beside-{turn}", len(beside))
            delivered = time.monotonic() - ended
            memory = ours.memory_mib() / before
    p99 = quantiles(beside, n=100)[98] / quantiles(alone, n=100)[98]
    return p99, median(beside) / median(alone), memory, delivered


def _visit(http: httpx.Client, url: str, name: str, seconds: int) -> list[float]:
    """Seconds that each ping took to be acknowledged; every twentieth is another visitor's."""
    took: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number = len(took)
        visitor = number // 20
        body = ping(f"{name}-{number}", f"{visitor:031x}2")
        headers = {"origin": ORIGIN, "x-forwarded-for": f"192.0.{visitor // 250}.{visitor % 250}"}
        began = time.perf_counter()
        answer = http.post(f"{url}/v1/progress", content=body, headers=headers)
        took.append(time.perf_counter() - began)
        answer.raise_for_status()
        time.sleep(PAUSE_SECONDS)
    return took


def _flood(url: str, seconds: int) -> None:
    """Every kind of flood, again and again, each time from other addresses."""
    rng = random.Random()  # noqa: S311 - anything will do
    port = int(url.rpartition(":")[2])
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for flood in FLOODS:
            flood.send(port, f"10.{rng.randrange(250)}.{rng.randrange(250)}.1", rng)


def _wait_for(http: httpx.Client, hubspot: str, name: str, count: int) -> None:
    """Until an event of each of these sessions has arrived."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        events = http.get(f"{hubspot}/sandbox/events").json()
        sessions = {each["body"]["sessionId"] for each in events}
        if sum(session.startswith(f"{name}-") for session in sessions) == count:
            return
        time.sleep(0.2)
    raise TimeoutError("honest events were not delivered within two minutes")
