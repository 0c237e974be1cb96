"""The stream of plays: what it sends, and when it ends."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.console.pages.live import STREAMS, stream
from app.runtime.relay import Relay
from app.store.event_reports import PlayHistory
from app.web.app import create_app
from tests.store.setting import played
from tests.system.console.setting import HTML
from tests.system.live.relay import live_relay, settings_for


def drawn(history: PlayHistory) -> str:
    """A row of few words."""
    return f"{history.play.session_id} {history.play.percent:.0f}"


async def rows(messages: AsyncIterator[bytes], count: int) -> list[str]:
    """The next rows that are sent."""
    found: list[str] = []
    while len(found) < count:
        message = await anext(messages)
        if message.startswith(b"data: "):
            found.append(json.loads(message.removeprefix(b"data: "))["html"])
    return found


async def test_a_row_is_sent_when_it_looks_different(tmp_path: Path) -> None:
    """First the existing plays, then those that are new or have grown; nothing twice."""
    app = create_app(settings_for(tmp_path))
    async with app.router.lifespan_context(app):
        relay: Relay = app.state.relay
        (account,) = relay.accounts.values()
        now = relay.clock()  # upkeep runs: plays of long ago would be removed
        await played(account.store, now, sessionId="one", playedPercent=10)
        messages = stream(relay, account, drawn)
        assert await rows(messages, 1) == ["one 10"]
        await played(account.store, now + 1, sessionId="two", playedPercent=5)
        await played(account.store, now + 2, sessionId="one", playedPercent=40)
        assert sorted(await rows(messages, 2)) == ["one 40", "two 5"]
        relay.close_streams()
        rest = [message async for message in messages]
        assert not [message for message in rest if message.startswith(b"data")]


def test_a_stop_ends_open_streams(tmp_path: Path) -> None:
    """They do not hold up the relay until its patience ends."""
    ended = threading.Event()

    def watch(url: str) -> None:
        with httpx.stream("GET", f"{url}/console/live/events", headers=HTML, timeout=30) as answer:
            opened.set()
            for _ in answer.iter_raw():
                pass
        ended.set()

    opened = threading.Event()
    with live_relay(settings_for(tmp_path)) as live:
        watcher = threading.Thread(target=watch, args=(str(live.client.base_url),))
        watcher.start()
        assert opened.wait(20)
        live.app.state.relay.close_streams()
        assert ended.wait(20)
    watcher.join(20)


async def test_so_many_may_watch_and_no_more(tmp_path: Path) -> None:
    """The next is told to wait; a client that leaves frees its place."""
    with live_relay(settings_for(tmp_path)) as live:
        url = f"{live.client.base_url}/console/live/events".replace("//console", "/console")
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=30, limits=limits) as client:
            streams = [client.stream("GET", url) for _ in range(STREAMS)]
            opened = await asyncio.gather(*(each.__aenter__() for each in streams))
            assert {each.status_code for each in opened} == {200}
            first = [each.aiter_raw() for each in opened]
            await asyncio.gather(*(anext(each) for each in first))
            assert (await client.get(url)).status_code == 503
            for each in streams:
                await each.__aexit__(None, None, None)
            for _ in range(2_000):
                async with client.stream("GET", url) as again:
                    if again.status_code == 200:
                        break
            else:
                pytest.fail("nobody left")
