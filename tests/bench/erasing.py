"""Acknowledgements while a visitor of very many pings is erased, beside the empty store's."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence

from app.runtime.clock import now_ms
from app.store.records import InboxPing
from tests.bench.engines import Database, Engine
from tests.bench.load import post
from tests.bench.pings import ping
from tests.bench.servers import relay

CONNECTIONS = 64
LEAST_RATE = 0.80
GATHER = 2_000
COLLECT = {"role": "collect", "allowed_origins": "https://www.example.com"}


def report(engines: Sequence[Engine], rows: int, seconds: int) -> None:
    """A row an engine: the rate as a share of the empty store's."""
    print(f"acknowledgements, {CONNECTIONS} connections, while `playrelay forget` erases {rows} ")
    print(f"unread pings, as a share of the empty store's; aim ≥ {LEAST_RATE}")
    print(f"{'engine':<9} {'rate':>6} {'p99':>6}")
    for engine in engines:
        with relay(engine.database("erasing-nothing").url, COLLECT) as ours:
            alone = post(ours.url, CONNECTIONS, seconds)
        database = engine.database("erasing")
        asyncio.run(_fill(database, rows))
        with relay(database.url, COLLECT) as ours:
            erasing = _forget(database)
            beside = post(ours.url, CONNECTIONS, seconds)
            ended = erasing.poll() is not None
            if erasing.returncode:
                raise RuntimeError(f"`playrelay forget` ended with {erasing.returncode}")
            erasing.terminate()
            erasing.wait(60)
        shares = beside.per_second / alone.per_second, beside.p99 / alone.p99
        note = "   it ended earlier: take more pings" if ended else ""
        print(f"{engine.name:<9} {shares[0]:>6.2f} {shares[1]:>6.2f}{note}", flush=True)
    print()


def _forget(database: Database) -> subprocess.Popen[bytes]:
    """Erase them, from another process on the load's core."""
    kept = {name: value for name, value in os.environ.items() if "PLAYRELAY" not in name}
    settings = {
        "PLAYRELAY_DATABASE_URL": database.url,
        "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com",
        "PLAYRELAY_ROLE": "collect",  # it needs no credentials
    }
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "app", "forget", "--utk", _VISITOR],
        env={**kept, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if sys.platform == "linux" and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process.pid, {1})
    return process


_VISITOR = f"{1:032x}"


async def _fill(database: Database, rows: int) -> None:
    store = await database.open("lookup")
    now = now_ms()
    for start in range(0, rows, GATHER):
        pings = (
            InboxPing(now, None, ping(f"erased-{number}", _VISITOR).encode())
            for number in range(start, min(start + GATHER, rows))
        )
        await asyncio.gather(*(store.inbox.append(each) for each in pings))
    await store.close()
