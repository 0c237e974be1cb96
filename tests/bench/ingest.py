"""Durable acknowledgements as a share of bare uvicorn, by turns in one run."""

from collections.abc import Callable, Sequence
from statistics import median

from tests.bench.engines import Engine
from tests.bench.load import Load, post
from tests.bench.servers import bare_server, relay

CONNECTIONS = (64, 256)
ROLES = ("collect", "all")

Pair = tuple[Load, Load]
"""The relay's, and bare uvicorn's of the same turn."""


def report(engines: Sequence[Engine], rounds: int, seconds: int) -> None:
    """A row an engine, role and number of connections: medians of the ratios, pair by pair."""
    print(f"durable acknowledgements beside bare uvicorn, {rounds} turns of {seconds} s each")
    print(
        f"{'engine':<9} {'role':<8} {'conn.':>5} {'rate':>6} {'p50':>6} {'p99':>6}   spread of rate"
    )
    for role in ROLES:
        for connections in CONNECTIONS:
            pairs = _pairs(engines, role, connections, rounds, seconds)
            for engine in engines:
                _row(f"{engine.name:<9} {role:<8}", pairs[engine.name], connections)
    print()


def _pairs(
    engines: Sequence[Engine], role: str, connections: int, rounds: int, seconds: int
) -> dict[str, list[Pair]]:
    settings = {"role": role, "allowed_origins": "https://www.example.com"}
    pairs: dict[str, list[Pair]] = {engine.name: [] for engine in engines}
    with bare_server() as bare:
        for turn in range(rounds):
            there = post(bare.url, connections, seconds)
            for engine in engines:
                database = engine.database(f"ingest-{role}-{connections}-{turn}")
                with relay(database.url, settings) as ours:
                    here = post(ours.url, connections, seconds)
                if here.failed:
                    raise RuntimeError(f"{here.failed} pings were refused")
                pairs[engine.name].append((here, there))
    return pairs


def _row(name: str, pairs: list[Pair], connections: int) -> None:
    def ratios(figure: Callable[[Load], float]) -> list[float]:
        return [figure(here) / figure(there) for here, there in pairs]

    rates = ratios(lambda load: load.per_second)
    p50, p99 = median(ratios(lambda load: load.p50)), median(ratios(lambda load: load.p99))
    spread = f"{min(rates):.2f}–{max(rates):.2f}"
    print(f"{name} {connections:>5} {median(rates):>6.2f} {p50:>6.2f} {p99:>6.2f}   {spread}")
