"""Several collectors on one PostgreSQL: what they acknowledge together."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.bench.engines import Engine
from tests.bench.load import Load, post
from tests.bench.servers import relay

CONNECTIONS = 256
LEAST_CORES = 3.6


def report(engines: Sequence[Engine], counts: Sequence[int], seconds: int) -> None:
    """A row a number of replicas, as shares of one; they share the cores of this machine."""
    shared = [engine for engine in engines if engine.name == "postgres"]
    if not shared:
        return
    print(f"collectors on one PostgreSQL, {CONNECTIONS} connections in all, as shares of one")
    print("cores: how many of one that many would do, each with a core of its own, by the")
    print(f"processor time of their acknowledgements (four: aim ≥ {LEAST_CORES}); the database's")
    print("own limit is not in it")
    print(f"{'replicas':<9} {'rate':>6} {'p99':>6} {'cores':>6}")
    alone: list[Load] = []
    cost_alone = 0.0
    for count in counts:
        database = shared[0].database(f"replicas-{count}")
        loads, cost = _loads(database.url, count, seconds)
        alone, cost_alone = alone or loads, cost_alone or cost
        rate = sum(load.per_second for load in loads) / sum(load.per_second for load in alone)
        slowest = max(load.p99 for load in loads) / max(load.p99 for load in alone)
        cores = count * cost_alone / cost
        print(f"{count:<9} {rate:>6.2f} {slowest:>6.2f} {cores:>6.2f}", flush=True)
    print()


def _loads(url: str, count: int, seconds: int) -> tuple[list[Load], float]:
    """The load on each replica, and the processor time of an acknowledgement."""
    settings = {"role": "collect", "allowed_origins": "https://www.example.com"}
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        # Each on a core of its own where there are so many beside the load's and the server's.
        apart = count < (os.cpu_count() or 1) - 1
        cores = [2 + number if apart else 0 for number in range(count)]
        relays = [stack.enter_context(relay(url, settings, core)) for core in cores]
        before = sum(each.cpu_seconds() for each in relays)
        loads = list(pool.map(lambda ours: post(ours.url, CONNECTIONS // count, seconds), relays))
        spent = sum(each.cpu_seconds() for each in relays) - before
        return loads, spent / sum(load.answers for load in loads)
