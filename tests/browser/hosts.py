"""Two hosts for the tracker's tests: a site with clips, and a collector before the relay.

The collector serves the built tracker and forwards pings to the real relay; it can refuse, hang, or
answer anything instead. The pings are read with the relay's own domain, so the tests speak of
milestones, not bodies.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import httpx

from app.domain import coverage
from tests.browser.harness import Harness
from tests.places import ROOT

STATIC = ROOT / "static"
CLIPS = Path(__file__).parent / "clips"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mpd": "application/dash+xml",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".webm": "video/webm",
}

BUILD = re.compile(r"^/builds/[\w-]+(?=/)")
"""Where a relay keeps the files of one build for ever."""

PATIENCE = 30.0
"""Seconds after which something that should have happened long ago is given up."""

Json = dict[str, Any]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Headers come with underscores for dashes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no fault."""


@contextmanager
def _serving(handler: type[_Handler], port: int = 0) -> Iterator[str]:
    with _Server(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Site:
    """A web site: pages put in by the tests, and files, in ranges as players ask for them."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=lambda: {"/clips/": CLIPS})
    """Where the files of a path are, by the path's beginning."""
    playlists: dict[str, Callable[[], str]] = field(default_factory=dict)
    """HLS playlists that are written when they are asked for."""
    streams: dict[str, Callable[[], Iterator[str]]] = field(default_factory=dict)
    """Pages that arrive in parts."""

    def file(self, path: str) -> Path | None:
        """The file at a path of the site."""
        for start, folder in self.folders.items():
            if path.startswith(start) and (folder / path.removeprefix(start)).is_file():
                return folder / path.removeprefix(start)
        return None

    def put(self, body: str, path: str = "/", title: str = "A page") -> str:
        """Put a page there; returns its address."""
        self.pages[path] = f"<!doctype html><title>{title}</title><body>{body}"
        return self.url + path


@contextmanager
def serving_site() -> Iterator[Site]:
    """A site of its own origin."""
    site = Site()

    class Handler(_Handler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in site.pages:
                body = site.pages[path].encode()
                self.answer(200, body, Content_Type="text/html; charset=utf-8", **site.headers)
            elif path in site.streams:
                self._stream(site.streams[path]())
            elif path in site.playlists:
                self.answer(200, site.playlists[path]().encode(), Content_Type=TYPES[".m3u8"])
            elif file := site.file(path):
                self._file(file)
            else:
                self.answer(404, b"")

        def _stream(self, parts: Iterator[str]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in chain(parts, [""]):  # an empty one is the end
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part.encode()), part.encode()))

        def _file(self, file: Path) -> None:
            content = file.read_bytes()
            known = TYPES.get(file.suffix, "application/octet-stream")
            kind = {"Content_Type": known, "Accept_Ranges": "bytes"}
            asked = self.headers.get("Range")
            if asked is None:
                self.answer(200, content, **kind)
                return
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), int(end) if end else len(content) - 1
            part = f"bytes {first}-{last}/{len(content)}"
            self.answer(206, content[first : last + 1], Content_Range=part, **kind)

    with _serving(Handler) as site.url:
        yield site


@dataclass(frozen=True)
class Answer:
    """The collector's answer to a ping, in place of the relay's.

    `status` 202: the relay gets the ping, and its answer is returned. `hang`: there is no answer,
    and the relay gets nothing.
    """

    status: int = 202
    headers: tuple[tuple[str, str], ...] = ()
    cors: bool = True
    hang: bool = False


TAKEN = Answer()


@dataclass(frozen=True)
class View:
    """One session as the relay would see it after all its pings."""

    pings: list[Json]

    MILESTONES: ClassVar = (25, 50, 75, 100)

    @property
    def percent(self) -> float:
        """Coverage, 0 to 100: the largest told, or the attention map's own, like the relay's."""
        return max(map(_covered, self.pings))

    @property
    def milestones(self) -> list[int]:
        """The milestones that HubSpot would receive."""
        return [milestone for milestone in self.MILESTONES if self.percent >= milestone]

    @property
    def spans(self) -> list[int]:
        """The number of times that each hundredth was watched, by the last ping."""
        return list(coverage.expand(self.last.get("watched", [])))

    @property
    def last(self) -> Json:
        """The newest ping."""
        return self.pings[-1]


class Collector:
    """A proxy before the harness's relay. Keeps accepted pings in the order of arrival."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self.url = ""
        self.answers: list[Answer] = []
        """One for each of the next pings; after that, they are taken."""
        self.bodies: list[bytes] = []
        self.methods: list[str] = []
        self.paths: list[str] = []
        """Where the pings went."""
        self.fetched: list[str] = []
        """The files that were asked for."""
        self.headers: list[dict[str, str]] = []
        self.plays: list[Json] = []
        self.answered: list[httpx.Response] = []
        """The relay's answers to forwarded pings."""
        self._changed = threading.Condition()
        self.released = threading.Event()

    def views(self) -> list[View]:
        """All sessions that were taken, in the order of their first ping."""
        sessions: dict[str, list[Json]] = {}
        for play in self.plays:
            sessions.setdefault(play["sessionId"], []).append(play)
        return [View(pings) for pings in sessions.values()]

    def view(self) -> View:
        """The only one."""
        views = self.views()
        assert len(views) == 1, views
        return views[0]

    def wait(self, what: Callable[["Collector"], object]) -> None:
        """Wait until `what` is true of this."""
        with self._changed:
            assert self._changed.wait_for(lambda: what(self), PATIENCE), self.plays

    def wait_for_end(self) -> None:
        """Wait until the only view has ended."""
        self.wait(lambda seen: seen.plays and seen.view().last.get("ended"))

    def agree(self) -> None:
        """HubSpot has received each view's start and milestones once."""
        refused = [answer.text for answer in self.answered if answer.json().get("rejected") != []]
        assert not refused, refused
        self._harness.check_delivered(
            {view.last["sessionId"]: [0, *view.milestones] for view in self.views()}
        )

    def take(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Note a request and decide on its answer."""
        with self._changed:
            answer = self.answers.pop(0) if self.answers else TAKEN
            self.bodies.append(body)
            self.headers.append(headers)
            if answer.status == TAKEN.status and not answer.hang:
                self.plays += json.loads(body)["plays"]
                self.answered.append(self._harness.pass_on(body, headers["Origin"]))
            self._changed.notify_all()
            return answer


@contextmanager
def serving_collector(harness: Harness, port: int = 0) -> Iterator[Collector]:
    """A collector before that harness's relay, on an origin of its own."""
    known = Collector(harness)

    class Handler(_Handler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0]
            known.fetched.append(name)
            path = STATIC / BUILD.sub("", name).removeprefix("/")
            if path.suffix not in TYPES or not path.is_file():
                self.answer(404, b"")
                return
            kind = {"Content_Type": TYPES[path.suffix], "Access_Control_Allow_Origin": "*"}
            # A connection that stays open would outlive the server.
            self.answer(200, path.read_bytes(), **kind, Connection="close")

        def do_OPTIONS(self) -> None:
            known.methods.append("OPTIONS")
            self.answer(204, b"")

        def do_POST(self) -> None:
            known.methods.append("POST")
            known.paths.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = known.take(body, dict(self.headers))
            if answer.hang:
                known.released.wait(PATIENCE)
                self.close_connection = True
                return
            headers = {"Connection": "close", **dict(answer.headers)}
            if answer.cors:
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = "Retry-After"
            self.answer(answer.status, b"{}", **headers)

    with _serving(Handler, port) as known.url:
        try:
            yield known
        finally:
            known.released.set()


def _covered(play: Json) -> float:
    reported: float = play.get("playedPercent", 0)
    return max(reported, coverage.percent(coverage.expand(play.get("watched", []))))
