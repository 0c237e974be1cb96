"""Measures the cost of sending an event, and the size of a play on disk."""

import asyncio
import time
from collections.abc import Sequence

import httpx

from tests.bench.engines import Database, Engine
from tests.bench.pings import ping
from tests.bench.servers import Server, relay, sandbox

PLAYS = 1_000
MOST_POSTS = 1.0
EVENTS_A_PLAY = 2  # STARTED and 25 %


def report(engines: Sequence[Engine]) -> None:
    """Processor time per forwarded event beside a bare httpx POST, and bytes per play."""
    print(
        f"forwarding {_events()} events of {PLAYS} plays, one ping each: an event's processor time,"
    )
    print(
        f"ping and look-up included, beside a bare httpx POST (aim ≤ {MOST_POSTS}); a play's bytes"
    )
    print("on disk, its events included")
    print(f"{'engine':<9} {'ms':>6} {'bare POSTs':>11} {'bytes':>7}")
    with sandbox() as hubspot:
        settings = {
            "hubspot_base_url": hubspot.url,
            "hubspot_access_token": "sandbox-access-token",
            "hubspot_rate": "10000",
            "allowed_origins": "*",
        }
        for engine in engines:
            database = engine.database("forwarding")
            asyncio.run(_prepare(database))
            empty = database.size()
            with relay(database.url, settings) as ours:
                before = ours.cpu_seconds()
                asyncio.run(_send(ours))
                ours.wait_for('playrelay_event_outcomes_total{outcome="delivered"}', _events())
                spent = ours.cpu_seconds() - before
            size = database.size() - empty  # now that the write-ahead log is in the file
            bare = _bare_posts(hubspot)
            per_event = spent / _events() * 1e3
            print(f"{engine.name:<9} {per_event:>6.2f} {spent / bare:>11.2f} {size / PLAYS:>7.0f}")
    print()


async def _prepare(database: Database) -> None:
    store = await database.open("lookup")
    await store.close()


def _events() -> int:
    return PLAYS * EVENTS_A_PLAY


async def _send(ours: Server) -> None:
    async with httpx.AsyncClient(base_url=ours.url) as http:
        for number in range(PLAYS):
            body = ping(f"session-{number}", f"{number:031x}0")
            answer = await http.post("/v1/progress", content=body)
            answer.raise_for_status()


def _bare_posts(hubspot: Server) -> float:
    """Processor time of the same number of POSTs with nothing around them."""

    async def post_all() -> float:
        body = {
            "sessionId": "s",
            "mediaType": "VIDEO",
            "externalId": "launch-film",
            "occurredTimestamp": 1_790_000_000_000,
            "contactId": 1,
            "pageUrl": "https://www.example.com/",
            "pageName": "Launch",
            "playedPercent": 25,
        }
        headers = {"authorization": "Bearer sandbox-access-token"}
        async with httpx.AsyncClient(base_url=hubspot.url, headers=headers) as http:
            began = time.process_time()
            for _ in range(_events()):
                answer = await http.post("/media-bridge/v1/events/media-played-percent", json=body)
                answer.raise_for_status()
            return time.process_time() - began

    return asyncio.run(post_all())
