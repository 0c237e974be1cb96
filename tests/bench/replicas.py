"""Several collectors on one PostgreSQL: what they acknowledge together."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.bench.engines import Engine
from tests.bench.load import Load, post
from tests.bench.servers import relay

CONNECTIONS = 256


def report(engines: Sequence[Engine], counts: Sequence[int], seconds: int) -> None:
    """A row a number of replicas, as shares of one; they share the cores of this machine."""
    shared = [engine for engine in engines if engine.name == "postgres"]
    if not shared:
        return
    print(f"collectors on one PostgreSQL, {CONNECTIONS} connections in all, as shares of one")
    print(f"{'replicas':<9} {'rate':>6} {'p99':>6}")
    alone: list[Load] = []
    for count in counts:
        database = shared[0].database(f"replicas-{count}")
        loads = _loads(database.url, count, seconds)
        alone = alone or loads
        rate = sum(load.per_second for load in loads) / sum(load.per_second for load in alone)
        slowest = max(load.p99 for load in loads) / max(load.p99 for load in alone)
        print(f"{count:<9} {rate:>6.2f} {slowest:>6.2f}")
    print()


def _loads(url: str, count: int, seconds: int) -> list[Load]:
    settings = {"role": "collect", "allowed_origins": "https://www.example.com"}
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        # Each on a core of its own where there are so many beside the load's and the server's.
        apart = count < (os.cpu_count() or 1) - 1
        cores = [2 + number if apart else 0 for number in range(count)]
        urls = [stack.enter_context(relay(url, settings, core)).url for core in cores]
        each = CONNECTIONS // count
        return list(pool.map(lambda address: post(address, each, seconds), urls))
