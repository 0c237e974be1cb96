"""Durable acknowledgements as a share of bare uvicorn, by turns in one run."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench.load import Load, post
from tests.bench.servers import bare_server, relay

CONNECTIONS = (64, 256)


def report(rounds: int, seconds: int) -> None:
    """A row a number of connections: medians of the ratios, pair by pair."""
    print(f"durable acknowledgements beside bare uvicorn, {rounds} turns of {seconds} s each")
    print(f"{'role':<8} {'conn.':>5} {'rate':>6} {'p50':>6} {'p99':>6}   min–max of the rate")
    for role in ("collect", "all"):
        for connections in CONNECTIONS:
            _row(role, _pairs(role, connections, rounds, seconds), connections)
    print()


def _pairs(role: str, connections: int, rounds: int, seconds: int) -> list[tuple[Load, Load]]:
    settings = {"role": role, "allowed_origins": "https://www.example.com"}
    pairs = []
    with tempfile.TemporaryDirectory() as folder, bare_server() as bare:
        for turn in range(rounds):
            there = post(bare.url, connections, seconds)
            with relay(Path(folder) / str(turn), **settings) as ours:
                here = post(ours.url, connections, seconds)
            if here.failed:
                raise RuntimeError(f"{here.failed} pings were refused")
            pairs.append((here, there))
    return pairs


def _row(role: str, pairs: list[tuple[Load, Load]], connections: int) -> None:
    def ratios(figure: Callable[[Load], float]) -> list[float]:
        return [figure(here) / figure(there) for here, there in pairs]

    rates = ratios(lambda load: load.per_second)
    p50, p99 = median(ratios(lambda load: load.p50)), median(ratios(lambda load: load.p99))
    spread = f"{min(rates):.2f}–{max(rates):.2f}"
    print(f"{role:<8} {connections:>5} {median(rates):>6.2f} {p50:>6.2f} {p99:>6.2f}   {spread}")
