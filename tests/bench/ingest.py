"""Durable acknowledgements as a share of bare uvicorn, by turns in one run."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from tests.bench.engines import Engine
from tests.bench.load import Load, post
from tests.bench.servers import Server, bare_server, relay, sandbox

AIMS = {
    ("collect", 256): 0.90,
    ("collect", 64): 0.75,
    ("collect", 8): 0.40,
    ("all", 256): 0.75,
    ("all", 64): 0.55,
}
"""Least share of bare uvicorn's rate, by role and connections."""

MOST_P99 = 1.3
MOST_MEMORY = 1.6
"""Beside bare uvicorn's 99th percentile, and beside the memory of uvicorn with FastAPI."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One load on one server: what wrk saw, µs of processor time an answer, MiB afterwards."""

    load: Load
    cpu: float
    memory: float


Pair = tuple[Turn, Turn]
"""The relay's, and bare uvicorn's of the same turn."""


def report(engines: Sequence[Engine], rounds: int, seconds: int) -> None:
    """A row an engine, role and number of connections: medians of the ratios, pair by pair."""
    print(f"durable acknowledgements beside bare uvicorn, {rounds} turns of {seconds} s each;")
    print(f"99th percentile at 64 and 256: aim ≤ {MOST_P99}; µs: processor time of one, beside")
    print(f"bare's; memory beside that of uvicorn with FastAPI after such a load: ≤ {MOST_MEMORY}")
    heads = ("engine", "role", "conn.", "rate", "aim", "p50", "p99", "µs", "memory")
    print("{:<9} {:<8} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7}   spread of rate".format(*heads))
    with bare_server("with_fastapi") as plain:
        memory = _turn(plain, 256, seconds).memory
    for role, connections in AIMS:
        pairs = _pairs(engines, role, connections, rounds, seconds)
        for engine in engines:
            _row(engine.name, role, connections, pairs[engine.name], memory)
    print()


def _pairs(
    engines: Sequence[Engine], role: str, connections: int, rounds: int, seconds: int
) -> dict[str, list[Pair]]:
    settings = {"role": role, "allowed_origins": "https://www.example.com"}
    pairs: dict[str, list[Pair]] = {engine.name: [] for engine in engines}
    with ExitStack() as stack:
        bare = stack.enter_context(bare_server())
        if role == "all":
            settings["hubspot_base_url"] = stack.enter_context(sandbox()).url
            settings["hubspot_access_token"] = "sandbox-access-token"
        for turn in range(rounds):
            there = _turn(bare, connections, seconds)
            for engine in engines:
                database = engine.database(f"ingest-{role}-{connections}-{turn}")
                with relay(database.url, settings) as ours:
                    here = _turn(ours, connections, seconds)
                pairs[engine.name].append((here, there))
    return pairs


def _turn(server: Server, connections: int, seconds: int) -> Turn:
    before = server.cpu_seconds()
    load = post(server.url, connections, seconds)
    spent = server.cpu_seconds() - before
    return Turn(load, spent / load.answers * 1e6, server.memory_mib())


def _row(name: str, role: str, connections: int, pairs: list[Pair], memory: float) -> None:
    def ratios(figure: Callable[[Turn], float]) -> list[float]:
        return [figure(here) / figure(there) for here, there in pairs]

    rates = ratios(lambda turn: turn.load.per_second)
    figures = (
        median(rates),
        AIMS[role, connections],
        median(ratios(lambda turn: turn.load.p50)),
        median(ratios(lambda turn: turn.load.p99)),
        median(ratios(lambda turn: turn.cpu)),
    )
    shown = " ".join(f"{figure:>6.2f}" for figure in figures)
    held = median(here.memory for here, _ in pairs) / memory
    spread = f"{min(rates):.2f}–{max(rates):.2f}"
    print(f"{name:<9} {role:<8} {connections:>5} {shown} {held:>7.2f}   {spread}", flush=True)
