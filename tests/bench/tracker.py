"""Measures what a tracker costs a page in a real browser: script time, requests and bytes."""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import brotli
from playwright.sync_api import Browser, Page, Route

from tests.bench.rivals import bundles
from tests.bench.servers import relay
from tests.browser.hosts import STATIC, Site, serving_site
from tests.browser.install import find_chromium
from tests.browser.launching import launched

SCRIPT = {
    "EvaluateScript",
    "FunctionCall",
    "RunMicrotasks",
    "V8.GCScavenger",
    "v8.compile",
    "v8.compileModule",
    "v8.evaluateModule",
}
"""The browser's own names for the time that scripts take."""

CATEGORIES = ["devtools.timeline", "v8", "blink.user_timing"]
PLAYER = '<video id="v" src="/clips/minute.webm" title="Minute" controls preload="auto"></video>'
ELSEWHERE = "https://**"
"""Only mux-embed's own collector is: it is answered here, and nothing leaves the machine."""

SETTLE_MS = 3000
"""Trackers send a while after the end."""


@dataclass
class Costs:
    """Milliseconds of script: each load's, and of the whole play; requests of the play."""

    loads: list[float] = field(default_factory=list)
    longest_load: float = 0
    play: float = 0
    longest: float = 0
    requests: list[int] = field(default_factory=list)
    """Of each, the size of its body, or of its query where it has none."""


def report(rounds: int) -> None:
    """A row for each tracker: `rounds` loads, then a minute of video from beginning to end."""
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium: what the tracker costs a page was not measured\n")
        return
    print(f"a page with a minute of video: ms of script in {rounds} loads (median) and in the play")
    heads = ("tracker", "bytes", "load", "longest", "play", "longest", "requests", "largest")
    print("{:<22}{:>8}{:>7}{:>9}{:>8}{:>9}{:>10}{:>9}".format(*heads))
    with (
        tempfile.TemporaryDirectory() as folder,
        relay(f"sqlite:///{folder}/relay.db", {"settle_seconds": "3600"}) as ours,
        serving_site() as site,
        _sink() as collector,
        launched(chromium) as browser,
    ):
        for name, (size, tag) in _trackers(site, ours.url, collector).items():
            address = site.put(PLAYER + tag, "/page")
            costs = _measure(browser, address, rounds, answered=name.startswith("mux"))
            print(_row(name, size, costs), flush=True)
    print()


def _trackers(site: Site, relay_url: str, collector: str) -> dict[str, tuple[int, str]]:
    """Bytes (brotli) and tag of each, by name."""
    own = [STATIC / "playrelay.js", STATIC / "adapters" / "view.js"]
    found = {
        "none": (0, ""),
        "playrelay": (
            sum(len(brotli.compress(path.read_bytes())) for path in own),
            f'<script async src="{relay_url}/playrelay.js" data-consent="none"></script>',
        ),
    }
    for name, script in bundles(collector).items():
        path = f"/{name}.js".replace(" ", "")
        site.pages[path] = script.decode()
        found[name] = (len(brotli.compress(script)), f'<script async src="{path}"></script>')
    return found


def _measure(browser: Browser, url: str, rounds: int, *, answered: bool) -> Costs:
    costs = Costs()
    for _ in range(rounds):
        with _page(browser, answered=answered) as page:
            pieces = _traced(browser, page, partial(_open, page, url))
            costs.loads.append(sum(pieces))
            costs.longest_load = max(costs.longest_load, *pieces)
    with _page(browser, answered=answered) as page:
        _open(page, url)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.requestWillBeSent", lambda sent: _count(costs, sent))
        pieces = _traced(browser, page, partial(_play, page))
        costs.play, costs.longest = sum(pieces), max(pieces)
    return costs


def _open(page: Page, url: str) -> None:
    page.goto(url, wait_until="networkidle")


def _play(page: Page) -> None:
    """At its own speed; then until the tracker has said its last word."""
    page.evaluate("v.play()")
    page.wait_for_event("console", lambda said: said.text == "ended", timeout=120_000)


def _count(costs: Costs, sent: dict[str, Any]) -> None:
    request = sent["request"]
    to_somewhere = request["url"].startswith("http")  # the browser's own buttons are data:
    if sent.get("type") in {"Fetch", "XHR", "Ping", "Image"} and to_somewhere:
        query = request["url"].partition("?")[2]
        costs.requests.append(len(request.get("postData", query)))


def _traced(browser: Browser, page: Page, work: Callable[[], None]) -> list[float]:
    """The duration of each piece of script of the page meanwhile, in ms; at least one zero."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    work()
    page.evaluate("performance.mark('playrelay-bench')")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    # Chromium's own pages are traced along.
    here = {(each["pid"], each["tid"]) for each in events if each["name"] == "playrelay-bench"}
    return _outermost(
        (each["tts"], each["tts"] + each["tdur"])
        for each in events
        if each["name"] in SCRIPT and "tdur" in each and (each["pid"], each["tid"]) in here
    )


def _outermost(spans: Iterable[tuple[int, int]]) -> list[float]:
    """Lengths in ms of those (in µs) that lie in no other."""
    lengths, end = [0.0], 0
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            lengths.append((stop - start) / 1000)
            end = stop
    return lengths


@contextmanager
def _page(browser: Browser, *, answered: bool) -> Iterator[Page]:
    """An empty one in a profile of its own, that tells when its video ended a while ago."""
    with browser.new_context() as context:
        if answered:
            context.route(ELSEWHERE, _answer)
        page = context.new_page()
        log_end = f"setTimeout(() => console.log('ended'), {SETTLE_MS})"
        page.add_init_script(f"addEventListener('ended', () => {log_end}, true)")
        yield page


def _answer(route: Route) -> None:
    route.fulfill(status=200, headers={"Access-Control-Allow-Origin": "*"})


def _row(name: str, size: int, costs: Costs) -> str:
    load, largest = statistics.median(costs.loads), max(costs.requests, default=0)
    times = f"{load:>7.1f}{costs.longest_load:>9.1f}{costs.play:>8.1f}{costs.longest:>9.1f}"
    return f"{name:<22}{size:>8}{times}{len(costs.requests):>10}{largest:>9}"


@contextmanager
def _sink() -> Iterator[str]:
    """Takes whatever Snowplow sends; yields host and port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._take()

        def _take(self) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Allow-Headers", "content-type, sp-anonymous")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
