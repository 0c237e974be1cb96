"""Measures the cost of limits that refuse nothing: a relay with them, and one without.

The figure is processor time, because a rate also depends on other work of the machine.
"""

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from statistics import median

from tests.bench.engines import Engine
from tests.bench.load import post
from tests.bench.servers import Server, served

CONNECTIONS = 64
PAIRS_A_ROUND = 8
"""Short turns, one right after the other, see the same machine."""
LIMITED = {"pings_per_minute": "1000000000"}
UNLIMITED = {"pings_per_minute": "0", "store_limit_mb": "0"}


def report(engines: Sequence[Engine], rounds: int) -> None:
    """A row an engine: an acknowledgement's processor time with the limits, over that without."""
    pairs = rounds * PAIRS_A_ROUND
    print(f"limits as shipped beside none, {pairs} pairs of 1 s, {CONNECTIONS} connections:")
    print("processor time of an acknowledgement")
    print(f"{'engine':<9} {'median':>6} {'total':>6}   middle half")
    for engine in engines:
        _row(engine, pairs)
    print()


def _row(engine: Engine, pairs: int) -> None:
    costs: dict[bool, list[float]] = {True: [], False: []}
    with ExitStack() as running:
        relays = {
            limited: running.enter_context(_relay(engine, limited=limited))
            for limited in (True, False)
        }
        for each in relays.values():  # what is done once only
            _cost(each)
        order = [True, False]
        for _ in range(pairs):
            random.shuffle(order)
            for limited in order:
                costs[limited].append(_cost(relays[limited]))
    ratios = sorted(have / lack for have, lack in zip(costs[True], costs[False], strict=True))
    total = sum(costs[True]) / sum(costs[False])
    middle = f"{ratios[pairs // 4]:.3f}–{ratios[pairs * 3 // 4]:.3f}"
    print(f"{engine.name:<9} {median(ratios):>6.3f} {total:>6.3f}   {middle}")


def _relay(engine: Engine, *, limited: bool) -> AbstractContextManager[Server]:
    database = engine.database(f"limits-{limited:d}")
    settings = {"role": "collect", "allowed_origins": "https://www.example.com"}
    settings |= LIMITED if limited else UNLIMITED
    return served(database.url, settings, limited=limited)


def _cost(relay: Server) -> float:
    """Seconds of processor time an acknowledgement, in one turn."""
    before = relay.cpu_seconds()
    load = post(relay.url, CONNECTIONS, seconds=1)
    return (relay.cpu_seconds() - before) / load.answers
