"""Measures how the relay slows down as its store grows: pings, delay, memory, claims."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.outcome import Delivered, Healthy
from app.fold.folding import PureFolding
from app.runtime.clock import now_ms
from app.store.policy import Quota
from app.store.records import InboxPing
from tests.bench.engines import Database, Engine
from tests.bench.load import Load, post
from tests.bench.pings import ping
from tests.bench.servers import relay

CONNECTIONS = 256
LEAST_RATE = 0.95
CLAIMS = 300
DAY_MS = 24 * 60 * 60 * 1000
QUOTA = Quota(rate=100_000, window_ms=10_000)
FOLDING = PureFolding(ObservationPolicy(Catalogue()), MilestonePolicy(percents=()))
DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures for one size: what wrk measured, the relay's memory in MiB, ms of a claim."""

    per_second: float
    p99: float
    memory: float
    claim: float


def report(engines: Sequence[Engine], sizes: Sequence[int], rounds: int, seconds: int) -> None:
    """A row a size: shares of the figures with the smallest one; medians of rounds by turns.

    By turns, because a disk is not equally fast all the time, least of all after much was written.
    """
    print(f"delivered plays in store, {CONNECTIONS} connections: shares of the first row; aim with")
    print(f"10⁷ plays: rate ≥ {LEAST_RATE}")
    print(
        f"{'engine':<9} {'plays':>9} {'rate':>6} {'p99':>6} {'memory':>7} {'claim':>6}   claim, ms"
    )
    for engine in engines:
        stores = {size: _filled(engine.database(f"growth-{size}"), size) for size in sizes}
        found = _by_turns(stores, rounds, seconds)
        first = found[sizes[0]]
        for size, each in found.items():
            print(
                f"{engine.name:<9} {size:>9} {each.per_second / first.per_second:>6.2f} "
                f"{each.p99 / first.p99:>6.2f} {each.memory / first.memory:>7.2f} "
                f"{each.claim / first.claim:>6.2f}   {each.claim:.2f}"
            )
    print()


def _filled(database: Database, size: int) -> Database:
    asyncio.run(_one_play(database))
    if size:
        database.fill(size, now_ms() - DAY_MS)
        os.sync()  # or the disk would still be busy with that
    return database


def _by_turns(stores: Mapping[int, Database], rounds: int, seconds: int) -> dict[int, Figures]:
    claims: dict[int, list[float]] = {size: [] for size in stores}
    loads: dict[int, list[Load]] = {size: [] for size in stores}
    memory: dict[int, list[float]] = {size: [] for size in stores}
    for turn in range(rounds):
        for size, database in stores.items():
            claims[size] += asyncio.run(_claims(database, turn))
    settings = {"role": "collect", "allowed_origins": "https://www.example.com"}
    settings["store_limit_mb"] = "0"  # ten million plays are more than a store may hold by default
    for _ in range(rounds):
        for size, database in stores.items():
            with relay(database.url, settings) as ours:
                loads[size].append(post(ours.url, CONNECTIONS, seconds))
                memory[size].append(ours.memory_mib())
    return {
        size: Figures(
            median(load.per_second for load in loads[size]),
            median(load.p99 for load in loads[size]),
            median(memory[size]),
            median(claims[size]),
        )
        for size in stores
    }


async def _one_play(database: Database) -> None:
    store = await database.open("passthrough")
    await store.inbox.append(InboxPing(now_ms(), None, ping("first").encode()))
    await store.folding.fold(10, FOLDING, now_ms())
    await store.close()


async def _claims(database: Database, turn: int) -> list[float]:
    """The duration of each claim in ms; each event is settled before the next is claimed."""
    store = await database.open("passthrough")
    now = now_ms()
    pings = (ping(f"fresh-{turn}-{number}", f"{number:032x}") for number in range(CLAIMS))
    await asyncio.gather(
        *(store.inbox.append(InboxPing(now, None, body.encode())) for body in pings)
    )
    while (await store.folding.fold(CLAIMS, FOLDING, now)).full:
        pass
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claim = await store.outbox.claim(now, 60_000)
        took.append(time.perf_counter() - began)
        if claim.job is not None:
            await store.outbox.settle(claim.job, DELIVERED, Healthy(), now)
    await store.close()
    return [seconds * 1000 for seconds in took]
