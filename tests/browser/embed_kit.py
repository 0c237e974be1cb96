"""The command's snippet for a relay, and waiting in pages that are strict about scripts."""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from app.cli import main
from tests.browser.demo_kit import PATIENCE, Relay
from tests.browser.hosts import Site
from tests.browser.player import READY, leave, play
from tests.places import ROOT
from tests.project.docs.pages import blocks

PAGE = ROOT / "docs" / "EMBED.md"
EXAMPLE = "https://relay.example.com"


class Embed:
    """Runs `playrelay embed` for a relay."""

    def __init__(self, relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
        self._relay = relay
        self._capsys = capsys

    def __call__(self, *options: str) -> str:
        """Run the command, and return its output."""
        assert main(["embed", "--url", self._relay.url, *options]) == 0
        return self._capsys.readouterr().out

    def shown(self, language: str, words: str) -> str:
        """The block of the page that holds these words, for this relay."""
        (block,) = (each for each in blocks(PAGE, language) if words in each)
        return block.replace(EXAMPLE, self._relay.url)


def passed(page: Page, condition: str) -> None:
    """Wait until it holds, in a page whose policy allows no `eval`."""
    page.evaluate(
        """([condition, patience]) => new Promise((resolve, reject) => {
            setTimeout(() => reject(Error("not in time: " + condition)), patience);
            const look = () => (CONDITION) ? resolve() : setTimeout(look, 20);
            look();
        })""".replace("CONDITION", condition),
        [condition, PATIENCE * 1000],
    )


def ready(page: Page) -> None:
    """Wait until the tracker listens."""
    passed(page, READY)


def ended(page: Page) -> None:
    """Wait for the clip's end."""
    passed(page, "document.getElementById('v').ended")


def watch_it_through(page: Page, site: Site, relay: Relay) -> dict[str, Any]:
    """Play the page's clip to the end; returns the first event that HubSpot receives of it."""
    play(page, rate=8)
    ended(page)
    leave(page)
    return first_event(relay, site)


def first_event(relay: Relay, site: Site) -> dict[str, Any]:
    """The first event from a page of the site, by the sandbox's ledger."""
    with httpx.stream("GET", f"{relay.url}/demo/events", timeout=PATIENCE) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                body: dict[str, Any] = json.loads(line.removeprefix("data:"))["body"]
                if body.get("pageUrl", "").startswith(f"{site.url}/"):
                    return body
    raise AssertionError("the relay has ended")
