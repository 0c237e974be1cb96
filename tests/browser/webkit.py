"""Debian's WebKitGTK, on a screen of its own, spoken to by WebDriver over HTTP.

Playwright drives a WebKit of its own making.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.browser.hosts import PATIENCE
from tests.browser.install import WebKit
from tests.processes.ports import free_port
from tests.processes.waiting import until

OPTIONS = ("--automation", "--autoplay-policy=allow")

ENVIRONMENT = {
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    # It can't have a sandbox as root, nor in most containers.
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
}

START_SECONDS = 60.0

EVALUATE = """
const done = arguments[0];
(async () => JSON.stringify(await (%s)) ?? null)().then(
    (value) => done({ value }),
    (error) => done({ error: String(error) }),
);
"""


class Tab:
    """One page."""

    def __init__(self, driver: httpx.Client, browser: Path) -> None:
        self._driver = driver
        options = {"binary": str(browser), "args": OPTIONS}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        answer = self._post("/session", capabilities=wanted)
        self._session = f"/session/{answer['sessionId']}"

    def open(self, url: str) -> None:
        """Go there, away from the page that was shown."""
        self._post(f"{self._session}/url", url=url)

    def back(self) -> None:
        """Go back to the page before."""
        self._post(f"{self._session}/back")

    def close(self) -> None:
        """Close it, as its own button does."""
        self._request("DELETE", f"{self._session}/window")

    def evaluate(self, expression: str) -> Any:
        """Evaluate it in the page, and await a promise. AssertionError if it throws."""
        done = self._post(f"{self._session}/execute/async", script=EVALUATE % expression, args=[])
        assert "error" not in done, done
        return json.loads(done["value"] or "null")

    def passed(self, condition: str) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({condition})"):
            assert time.monotonic() < deadline, condition

    def _post(self, path: str, **body: object) -> Any:
        return self._request("POST", path, body)

    def _request(self, method: str, path: str, body: object = None) -> Any:
        answer = self._driver.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()["value"]


@contextmanager
def started(webkit: WebKit, folder: Path) -> Iterator[Tab]:
    """A browser that keeps what it must in that folder; ends it."""
    with _screen(webkit) as screen:
        port = free_port()
        kept = {f"XDG_{name}_HOME": str(folder) for name in ("CACHE", "CONFIG", "DATA")}
        process = subprocess.Popen(  # noqa: S603 - our own
            [webkit.driver, "--host=127.0.0.1", f"--port={port}"],
            env={**os.environ, **ENVIRONMENT, **kept, "DISPLAY": screen},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(base_url=address, timeout=START_SECONDS, trust_env=False) as driver:
                until("WebKit's driver listens", lambda: _listens(driver))
                yield Tab(driver, webkit.browser)
        finally:
            process.terminate()  # and with it the browser
            process.wait()


@contextmanager
def _screen(webkit: WebKit) -> Iterator[str]:
    """A display that nobody sees; yields its name."""
    read, write = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - our own
        [webkit.screen, "-displayfd", str(write), "-screen", "0", "1024x768x24"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as output:
            number = output.readline().strip()
        assert number, "the screen ended before it was there"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait()


def _listens(driver: httpx.Client) -> bool:
    try:
        return driver.get("/status").is_success
    except httpx.TransportError:
        return False
