"""Run every benchmark and print what came of it."""

import argparse
import sys

from tests.bench import backlog, forwarding, ingest, tracker
from tests.bench.load import wrk_path


def main() -> int:
    """0 once all have run, 1 where the load generator is missing."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="by turns, bare and relay (5)")
    options.add_argument("--seconds", type=int, default=4, help="length of one turn (4)")
    options.add_argument("--backlog", type=int, default=1_000_000, help="pings that wait (10^6)")
    options.add_argument("--loads", type=int, default=5, help="of a page with each tracker (5)")
    options.add_argument("--only-tracker", action="store_true", help="leave the servers out")
    given = options.parse_args()
    if given.only_tracker:
        tracker.report(given.loads)
        return 0
    if wrk_path() is None:
        print("make bench needs wrk: apt-get install wrk, or brew install wrk", file=sys.stderr)
        return 1
    ingest.report(given.rounds, given.seconds)
    forwarding.report()
    backlog.report(given.backlog)
    tracker.report(given.loads)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
