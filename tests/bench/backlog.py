"""A million pings that wait: is memory flat, are answers as fast, does the fold keep up?"""

import asyncio
import tempfile
import time

from app.runtime.clock import now_ms
from app.store.records import InboxPing
from app.store.sqlite.database import open_sqlite
from tests.bench.load import post
from tests.bench.pings import ping
from tests.bench.servers import relay
from tests.store.setting import policy

CONNECTIONS = 64
SECONDS = 4
GATHER = 2_000
DRAINED = 20_000
COLLECT = {"role": "collect", "allowed_origins": "https://www.example.com"}


def report(rows: int) -> None:
    """Acknowledgements and memory with `rows` waiting, as shares of those with an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/full.db"
        with relay(f"sqlite:///{folder}/empty.db", COLLECT) as ours:
            empty = post(ours.url, CONNECTIONS, SECONDS)
            empty_memory = ours.memory_mib()
        asyncio.run(_fill(store, rows))
        with relay(store, COLLECT) as ours:
            full = post(ours.url, CONNECTIONS, SECONDS)
            full_memory = ours.memory_mib()
        with relay(store, {"role": "deliver", "hubspot_rate": "1"}) as ours:
            began = time.monotonic()
            until = ours.metric("playrelay_folded_pings_total") + DRAINED
            while ours.metric("playrelay_folded_pings_total") < until:
                time.sleep(0.05)
            folded = DRAINED / (time.monotonic() - began)
            fold_memory = ours.memory_mib()
    print(f"with {rows} pings of as many sessions waiting, as a share of the empty store's figures")
    print(f"acknowledgements: {full.per_second / empty.per_second:.2f}")
    print(f"memory while collecting: {full_memory / empty_memory:.2f}, ", end="")
    print(f"while folding: {fold_memory / empty_memory:.2f} ({empty_memory:.0f} MiB empty)")
    print(f"fold, each ping a session of its own: {folded / full.per_second:.2f} of the ", end="")
    print("acknowledgements that one core gives with nothing else to do")


async def _fill(url: str, rows: int) -> None:
    store = await open_sqlite(url, policy("lookup"))
    now = now_ms()
    for start in range(0, rows, GATHER):
        pings = (
            InboxPing(now, None, ping(f"session-{number}", f"{number:032x}").encode())
            for number in range(start, min(start + GATHER, rows))
        )
        await asyncio.gather(*(store.inbox.append(each) for each in pings))
    await store.close()
