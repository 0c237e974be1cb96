"""Run every benchmark and print what came of it."""

import argparse
import sys

from tests.bench import (
    backlog,
    console,
    erasing,
    folding,
    forwarding,
    growth,
    hostile,
    ingest,
    limits,
    replicas,
    restart,
    tracker,
)
from tests.bench.engines import engines
from tests.bench.load import wrk_path
from tests.bench.servers import PYTHON

SERVERS = (
    "ingest",
    "limits",
    "replicas",
    "growth",
    "erasing",
    "forwarding",
    "restart",
    "hostile",
    "backlog",
)
PARTS = (*SERVERS, "folding", "console", "tracker")


def main() -> int:
    """0 once all have run, 1 if the load generator or the servers' Python is missing."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="by turns, bare and relay (5)")
    options.add_argument("--seconds", type=int, default=4, help="length of one turn (4)")
    options.add_argument("--backlog", type=int, default=1_000_000, help="pings that wait (10^6)")
    options.add_argument(
        "--rows",
        type=_numbers,
        default=(0, 100_000, 1_000_000),
        help="delivered plays in store (0,100000,1000000)",
    )
    options.add_argument("--plays", type=int, default=1_000_000, help="in the console (10^6)")
    options.add_argument("--replicas", type=_numbers, default=(1, 2, 4), help="collectors (1,2,4)")
    options.add_argument("--loads", type=int, default=5, help="of a page with each tracker (5)")
    options.add_argument(
        "--only", nargs="*", choices=PARTS, default=PARTS, help="some of the benchmarks"
    )
    options.add_argument("--only-tracker", action="store_true", help="leave the servers out")
    given = options.parse_args()
    wanted = {"tracker"} if given.only_tracker else set(given.only)
    if wanted - {"folding"} and not PYTHON.exists():
        print(f"{PYTHON} is missing: run make .venv/.served once", file=sys.stderr)
        return 1
    if wanted & set(SERVERS):
        if wrk_path() is None:
            print("make bench needs wrk: apt-get install wrk, or brew install wrk", file=sys.stderr)
            return 1
        _servers(given, wanted)
    if "folding" in wanted:
        with engines() as found:
            folding.report(found, given.rounds)
    if "console" in wanted:
        with engines() as found:
            console.report(found, given.plays)
    if "tracker" in wanted:
        tracker.report(given.loads)
    return 0


def _servers(given: argparse.Namespace, wanted: set[str]) -> None:
    with engines() as found:
        if "ingest" in wanted:
            ingest.report(found, given.rounds, given.seconds)
        if "limits" in wanted:
            limits.report(found, given.rounds)
        if "replicas" in wanted:
            replicas.report(found, given.replicas, given.seconds)
        if "growth" in wanted:
            growth.report(found, given.rows, given.rounds, given.seconds)
        if "erasing" in wanted:
            erasing.report(found, given.backlog, given.seconds)
        if "forwarding" in wanted:
            forwarding.report(found)
        if "restart" in wanted:
            restart.report(found, given.rounds)
        if "hostile" in wanted:
            hostile.report(found, given.rounds, given.seconds)
    if "backlog" in wanted:
        backlog.report(given.backlog)


def _numbers(text: str) -> tuple[int, ...]:
    """Comma-separated."""
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    raise SystemExit(main())
