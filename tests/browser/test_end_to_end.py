"""From a real player through the real relay: what HubSpot hears of is what was played."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.demo_kit import KNOWN_UTK, PATIENCE, Relay, send_play
from tests.browser.hosts import Site
from tests.browser.player import (
    earned,
    ended,
    leave,
    passed,
    pause,
    play,
    ready,
    truth,
    until,
    video,
)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """One sandboxed relay for all of these."""
    folder: Path = tmp_path_factory.mktemp("relay")
    with Relay(folder) as relay:
        yield relay


@pytest.fixture
def watching(context: BrowserContext, page: Page, site: Site, relay: Relay) -> Page:
    """A contact's browser, on a page with a clip and the relay's script."""
    context.add_cookies([{"name": "hubspotutk", "value": KNOWN_UTK, "url": site.url}])
    embed = f'<script async src="{relay.url}/playrelay.js"></script>'
    page.goto(site.put(video() + embed))
    ready(page)
    return page


def straight(page: Page) -> list[int]:
    """From beginning to end."""
    play(page)
    ended(page)
    return [25, 50, 75, 100]


def over_the_middle(page: Page) -> list[int]:
    """Two seconds, and the end."""
    play(page)
    until(page, 2)
    play(page, start=6.5)
    ended(page)
    return earned(truth(page), complete=True)


def to_the_end(page: Page) -> list[int]:
    """Only the end."""
    play(page, rate=1, start=9.7)
    ended(page)
    return []


def twice(page: Page) -> list[int]:
    """Some of it twice, none of it further than the middle."""
    play(page)
    until(page, 4)
    play(page, start=1)
    until(page, 4.5)
    return earned(pause(page))


def looping(page: Page) -> list[int]:
    """Round and round."""
    page.evaluate("v.loop = true; window.wraps = 0; v.addEventListener('seeked', () => wraps++)")
    play(page, rate=8)
    passed(page, "wraps >= 2")
    pause(page)
    return [25, 50, 75, 100]


@pytest.mark.parametrize("watch", [straight, over_the_middle, to_the_end, twice, looping])
def test_hubspot_hears_of_what_was_played(
    watching: Page, site: Site, relay: Relay, watch: Callable[[Page], list[int]]
) -> None:
    """The milestones in HubSpot's ledger are those of the browser's own `played`."""
    expected = {"STARTED", *watch(watching)}
    leave(watching)
    barrier = f"barrier-{watch.__name__}"
    mine: set[str | int] = set()
    for event in kept_events(relay):
        body = event["body"]
        if str(body.get("mediaUrl", "")).startswith(site.url):
            mine.add(body.get("playedPercent") or body.get("state") or "attention")
            if mine >= expected:
                send_play(relay, sessionId=barrier)
                expected.add(barrier)  # sent once
        elif body["sessionId"] == barrier:
            break
    assert mine - {"VIEWED", "attention"} == expected - {barrier}


def test_a_late_usertoken_takes_its_play_along(page: Page, site: Site, relay: Relay) -> None:
    """HubSpot's cookie comes after the play: what was watched before is the contact's."""
    embed = f'<script async src="{relay.url}/playrelay.js" data-consent="none"></script>'
    page.goto(site.put(video() + embed, "/late"))
    ready(page)
    with page.expect_response(f"{relay.url}/v1/progress"):
        play(page)
        ended(page)
    page.evaluate(f"document.cookie = 'hubspotutk={KNOWN_UTK}; path=/'")
    leave(page)
    wanted: set[str | int] = {"STARTED", 25, 50, 75, 100}
    for event in kept_events(relay):
        body = event["body"]
        if body.get("pageUrl") == f"{site.url}/late":
            wanted.discard(body.get("playedPercent") or body.get("state"))
        if not wanted:
            break


def kept_events(relay: Relay) -> Iterator[dict[str, Any]]:
    """The events that the sandbox kept, as they come."""
    with httpx.stream("GET", f"{relay.url}/demo/events", timeout=PATIENCE) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))
