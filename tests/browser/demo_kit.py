"""The environment of the demo's tests: a relay as a process, its pings, a Chromium."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright

from tests.browser.install import FLAGS, find_shell
from tests.machine.debian import in_ci
from tests.places import ROOT

SERVE = "from app.cli import main; raise SystemExit(main(['serve']))"
KNOWN_UTK = "0" * 32
"""A contact of the sandbox's: its last digit is even."""

PATIENCE = 60.0
"""Seconds after which something that should have happened long ago is given up."""

WHOLE_PLAY = {
    ("media-played", "STARTED"),
    ("media-played", "VIEWED"),
    ("media-played-percent", "25"),
    ("media-played-percent", "50"),
    ("media-played-percent", "75"),
    ("media-played-percent", "100"),
    ("attention-span", ""),
}
"""Event and value of all that HubSpot receives of a play from beginning to end."""


class Relay:
    """`playrelay serve` in sandbox mode, its data in `folder`; port 0: a free one.

    `settings`: variables of its environment.
    `url` is known once it answers. `stop` sends SIGTERM and returns the exit status; `log` holds
    what it said.
    """

    def __init__(self, folder: Path, port: int = 0, **settings: str) -> None:
        self.log: list[str] = []
        self._announced: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - a command of our own, no shell
            [sys.executable, "-c", SERVE],
            cwd=folder,  # no .env there
            env=_environment(port) | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)

    @property
    def port(self) -> int:
        """The one it listens on."""
        return int(self.url.rpartition(":")[2])

    def stop(self) -> int:
        """SIGTERM, and wait for the end. It may be called again."""
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        self._reader.start()
        url = self._announced.get(timeout=PATIENCE)
        if url is None:
            self._reader.join()
            raise RuntimeError("the relay did not start:\n" + "".join(self.log))
        self.url = url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.log.append(line)
                before, found, url = line.strip().partition("playrelay is on ")
                if found and not before:
                    self._announced.put(url)
        self._announced.put(None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; without one the test is skipped, but fails in CI."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_shell(), args=FLAGS)
        except Error as error:
            if in_ci():
                raise
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        with browser:
            yield browser


def send_play(relay: Relay, **play: object) -> None:
    """A ping as a page of a contact would send it."""
    ping = {
        "contactUtk": KNOWN_UTK,
        "sessionId": "one",
        "externalId": "clip",
        "pageUrl": "https://example.com/page",
        "pageName": "A page",
        **play,
    }
    answer = httpx.post(
        f"{relay.url}/v1/progress", json=ping, headers={"origin": relay.url}
    ).raise_for_status()
    assert answer.json()["accepted"] == 1


def events(names: str) -> str:
    """A stream of server-sent events, one a letter."""
    data = (
        {
            "arrived": 1_790_000_000_000 + number,
            "event": "media-played",
            "contactId": 1,
            "mediaBridgeId": 1,
            "body": {"state": "STARTED", "mediaName": f"Event {name}"},
        }
        for number, name in enumerate(names)
    )
    messages = (f"id: {each['arrived']}\ndata: {json.dumps(each)}\n\n" for each in data)
    return "retry: 10\n\n" + "".join(messages)


def watch_for_complaints(page: Page) -> list[str]:
    """The errors of the page and of its console, as they come."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    return complaints


def open_demo(page: Page, relay: Relay, query: str = "") -> None:
    """Go there, and wait until the stream is open."""
    page.goto(f"{relay.url}/demo{query}")
    expect(page.locator("#connection")).to_have_text("Live")


def play_to_the_end(page: Page, player: str = "video") -> None:
    """At sixteen times the speed, with the page's own button."""
    page.get_by_role("button", name="16×").click()
    page.locator(player).evaluate("clip => clip.play()")
    expect(page.locator("#again")).to_have_class("again due")


def rows(page: Page) -> Locator:
    """The events shown, the newest first."""
    return page.locator(".timeline > li")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def event_values(rows: Locator) -> set[tuple[str, str]]:
    """Event and value of each row."""
    pairs = rows.evaluate_all("all => all.map((row) => [row.dataset.event, row.dataset.value])")
    return {(event, value) for event, value in pairs}


def _environment(port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAYRELAY_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "PLAYRELAY_SETTLE_SECONDS": "1",
    }
