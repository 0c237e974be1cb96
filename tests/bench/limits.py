"""What the limits cost where they refuse nothing: the relay with them beside itself without."""

from collections.abc import Sequence
from statistics import median

from tests.bench.engines import Engine
from tests.bench.load import post
from tests.bench.servers import served

CONNECTIONS = 64
LIMITED = {"pings_per_minute": "1000000000"}
UNLIMITED = {"pings_per_minute": "0", "store_limit_mb": "0"}


def report(engines: Sequence[Engine], rounds: int, seconds: int) -> None:
    """A row an engine: the median of the ratios, turn by turn; which goes first alternates."""
    print(
        f"limits as shipped beside none, {rounds} turns of {seconds} s, {CONNECTIONS} connections"
    )
    print(f"{'engine':<9} {'rate':>6}   spread")
    for engine in engines:
        ratios = [_ratio(engine, turn, seconds) for turn in range(rounds)]
        spread = f"{min(ratios):.3f}–{max(ratios):.3f}"
        print(f"{engine.name:<9} {median(ratios):>6.3f}   {spread}")
    print()


def _ratio(engine: Engine, turn: int, seconds: int) -> float:
    rates = {}
    order = (True, False) if turn % 2 else (False, True)
    for limited in order:
        database = engine.database(f"limits-{turn}-{limited:d}")
        settings = {"role": "collect", "allowed_origins": "https://www.example.com"}
        settings |= LIMITED if limited else UNLIMITED
        with served(database.url, settings, limited=limited) as relay:
            load = post(relay.url, CONNECTIONS, seconds)
        if load.failed:
            raise RuntimeError(f"{load.failed} pings were refused")
        rates[limited] = load.per_second
    return rates[True] / rates[False]
