"""Frames of ours at the vendors' addresses, and packages of npm that stand around them."""

import re
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Frame, Page, Request, Route

from tests.browser.hosts import PATIENCE
from tests.browser.player import load, passed

FOLDER = Path(__file__).parent
ANYWHERE = re.compile("^https:")
PACKAGE_HOST = "https://packages.test/"
"""Where pages find what npm has."""

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"
PLAYER_JS = PACKAGES / "player.js" / "dist" / "player-0.1.0.js"


@dataclass(frozen=True)
class Vendor:
    """A vendor of vendors.toml."""

    name: str
    hosts: tuple[str, ...]
    frame: str
    film: str
    asks: bool
    background: str | None
    speaks: str
    """The script of its frame."""

    def embed(self, address: str | None = None, attributes: str = "") -> str:
        """The frame in a page's HTML."""
        return (
            f'<iframe src="{(address or self.frame).replace("&", "&amp;")}" {attributes}></iframe>'
        )

    def page(self) -> str:
        """The document in the frame."""
        scripts = [(FOLDER / "pages" / "common.js").read_text(), self.speaks]
        if self.name == "playerjs":
            scripts.insert(0, PLAYER_JS.read_text())
        return "<!doctype html><body>" + "".join(f"<script>{text}</script>" for text in scripts)


def _vendor(name: str, facts: dict[str, Any]) -> Vendor:
    return Vendor(
        name,
        tuple(facts["hosts"]),
        facts["frame"],
        facts["film"],
        bool(facts["ask"]) and name != "vidyard",
        facts.get("background"),
        (FOLDER / "pages" / f"{name}.js").read_text(),
    )


_TABLE = tomllib.loads((FOLDER / "vendors.toml").read_text())
VENDORS = {name: _vendor(name, facts) for name, facts in _TABLE.items() if name != "without"}


@dataclass
class Network:
    """Answers at https addresses while a test runs, and lists the requests."""

    requests: list[str] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    """By address: what else a page loads."""

    def answer(self, route: Route, request: Request) -> None:
        """Answer as the vendors' hosts do."""
        url = request.url
        self.requests.append(url)
        vendor = _at(url)
        if url in self.scripts:
            route.fulfill(body=self.scripts[url], content_type="text/javascript")
        elif url.startswith(PACKAGE_HOST):
            path = PACKAGES / url.removeprefix(PACKAGE_HOST)
            # Modules of another origin need it.
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(path=path, content_type="text/javascript", headers=headers)
        elif request.resource_type == "script":
            route.fulfill(body="", content_type="text/javascript")
        elif vendor is None:
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            route.fulfill(body=vendor.page(), content_type="text/html")

    def documents(self, host: str) -> list[str]:
        """The addresses of a host that were loaded."""
        return [url for url in self.requests if urlsplit(url).hostname == host]

    def leave(self, page: Page) -> None:
        """Go to another page; a leaving page's last request is lost on its way through a route."""
        page.context.unroute(ANYWHERE)
        page.goto("about:blank")


def _at(url: str) -> Vendor | None:
    host = urlsplit(url).hostname
    return next((each for each in VENDORS.values() if host in each.hosts), None)


def install_network(context: BrowserContext) -> Network:
    """A network for all pages of `context`."""
    network = Network()
    context.route(ANYWHERE, network.answer)
    return network


def module(entry: str, imports: dict[str, str] | None = None) -> str:
    """The HTML that loads a package's module, from an import map where it has imports."""
    names = {name: PACKAGE_HOST + path for name, path in (imports or {}).items()}
    text = str({"imports": names}).replace("'", '"')
    return (
        f'<script type="importmap">{text}</script>'
        f'<script type="module" src="{PACKAGE_HOST}{entry}"></script>'
    )


def find_frame(page: Page, host: str = "") -> Frame:
    """The page's frame from a host, or its only one, once its script has run."""
    found = None
    deadline = time.monotonic() + PATIENCE
    while found is None:
        assert time.monotonic() < deadline, [each.url for each in page.frames]
        # Frames in closed shadow roots can only be seen from outside.
        page.wait_for_timeout(20)
        found = next((each for each in page.frames[1:] if host in each.url[:60]), None)
    found.wait_for_function("window.eval('typeof speak') == 'object'")
    return found


def asked(frame: Frame) -> None:
    """Wait until the tracker has asked the frame."""
    frame.wait_for_function("window.eval('asked').length")


def says(page: Page, frame: Frame, *calls: str) -> None:
    """The frame's player says something, one after the other; all of it has arrived."""
    page.evaluate("addEventListener('message', ({data}) => data.said && (window.said = data.said))")
    for call in calls:
        frame.evaluate(f"speak.{call}")
    frame.evaluate("n => parent.postMessage({ said: n }, '*')", len(calls))
    passed(page, f"window.said == {len(calls)}")
    page.evaluate("window.said = 0")


def watches(page: Page, frame: Frame, *seconds: float) -> None:
    """The frame's player plays and tells these positions."""
    says(page, frame, "play()", *(f"time({each})" for each in seconds))


def measuring(page: Page, *adapters: str) -> None:
    """Wait until what measures is there: a player plays for longer than a test's does."""
    for name in ("view", "naming", *adapters):  # one by one: what uses one may ask for the next
        page.evaluate(load(name))
