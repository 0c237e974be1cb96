"""The script as a running relay serves it."""

import gzip
import re
from collections.abc import Iterator

import brotli
import httpx
import pytest
from fastapi import FastAPI

from app.web.tracker.build import STATIC, Build, read_build
from app.web.tracker.routes import EVERGREEN, PINNED, tracker_routes
from tests.system.live.relay import live_relay, settings_for

BUILD = read_build()
SCRIPT = BUILD.files["playrelay.js"]
ADAPTERS = sorted(path for path in BUILD.files if path.startswith("adapters/"))
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a running relay."""
    with live_relay(settings_for(tmp_path_factory.mktemp("relay"))) as live:
        yield live.client


@pytest.mark.parametrize("path", sorted(BUILD.files))
@pytest.mark.parametrize(
    ("below", "caching"), [("/", EVERGREEN), (f"/builds/{BUILD.name}/", PINNED)]
)
def test_every_file_of_the_build_is_served(
    relay: httpx.Client, path: str, below: str, caching: str
) -> None:
    """Byte for byte, to every site; the pinned address for ever, the other for minutes."""
    answer = relay.get(below + path)
    assert answer.status_code == 200
    assert answer.content == BUILD.files[path]
    headers = answer.headers
    assert headers["cache-control"] == caching
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    kind = "application/json" if path.endswith(".map") else "text/javascript; charset=utf-8"
    assert headers["content-type"] == kind


def test_a_pinned_address_may_be_kept_for_a_year() -> None:
    """A pinned file may be kept for a year; the evergreen one is checked after five minutes."""
    assert PINNED == "public, max-age=31536000, immutable"
    assert EVERGREEN.startswith("public, max-age=300,")


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip"), ("identity", None), ("zstd", None)],
)
def test_the_coding_that_is_asked_for(relay: httpx.Client, accepted: str, sent: str | None) -> None:
    """On the wire lies what the header says, and caches are told what it depends on."""
    with relay.stream("GET", "/playrelay.js", headers={"accept-encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == sent
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(raw)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[sent]
    assert unpack(raw) == SCRIPT
    assert (len(raw) < len(SCRIPT)) is (sent is not None)


def test_what_the_browser_has_is_not_sent_again(relay: httpx.Client) -> None:
    """304 for its tag among others, for the weak form of it, and for a star."""
    first = relay.get("/playrelay.js")
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}-br"', tag)
    for known in (tag, f'"older", W/{tag}', "*"):
        answer = relay.get("/playrelay.js", headers={"if-none-match": known})
        assert answer.status_code == 304
        assert answer.content == b""
        for header in ("etag", "cache-control", "vary"):
            assert answer.headers[header] == first.headers[header]


def test_tags_in_several_header_lines_count(relay: httpx.Client) -> None:
    """A list may come in lines."""
    tag = relay.get("/playrelay.js").headers["etag"]
    lines = [("if-none-match", '"older"'), ("if-none-match", tag)]
    assert relay.get("/playrelay.js", headers=lines).status_code == 304


def test_another_form_is_sent_to_a_cache_of_the_first(relay: httpx.Client) -> None:
    """The tag of the brotli form says nothing of the plain one."""
    tag = relay.get("/playrelay.js").headers["etag"]
    answer = relay.get("/playrelay.js", headers={"if-none-match": tag, **PLAIN})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


@pytest.mark.parametrize(
    "path",
    ["/playrelay.js", "/playrelay.js.map", f"/{ADAPTERS[0]}", f"/builds/{BUILD.name}/playrelay.js"],
)
def test_head_says_what_get_would(relay: httpx.Client, path: str) -> None:
    """The same headers, the length too, and no body."""
    head = relay.head(path)
    sent = relay.get(path)
    assert head.status_code == 200
    assert head.content == b""
    names = ("content-length", "content-type", "content-encoding", "etag", "cache-control", "vary")
    for name in names:
        assert head.headers.get(name) == sent.headers.get(name)


@pytest.mark.parametrize("below", ["/", f"/builds/{BUILD.name}/"])
@pytest.mark.parametrize("path", [path for path in BUILD.files if path.endswith(".js")])
def test_the_source_map_lies_where_the_header_says(
    relay: httpx.Client, below: str, path: str
) -> None:
    """Relative to the script, as developer tools resolve it."""
    script = relay.get(below + path)
    assert script.headers["access-control-expose-headers"] == "SourceMap"
    found = relay.get(str(script.url.join(script.headers["sourcemap"])))
    assert found.json()["sources"]


@pytest.mark.parametrize(
    "path",
    [
        "/builds/0123456789abcdef/playrelay.js",
        f"/builds/{BUILD.name}/adapters/none.js",
        f"/builds/{BUILD.name}/",
        "/adapters/none.js",
    ],
)
def test_what_is_not_there_is_not_kept_as_missing(relay: httpx.Client, path: str) -> None:
    """404 that says what to do; no cache may keep it, for an upgrade may bring the file."""
    answer = relay.get(path)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    if path.startswith("/builds/0"):
        assert "playrelay embed --pinned" in answer.json()["detail"]


@pytest.mark.parametrize("below", ["/adapters/", f"/builds/{BUILD.name}/"])
def test_no_path_leads_out_of_the_build(relay: httpx.Client, below: str) -> None:
    """Encoded dots and slashes find nothing either."""
    for path in ("..%2Fpackage.json", "%2e%2e/package.json", "..%2Fstub.js", "%2Fetc%2Fpasswd"):
        assert relay.get(below + path).status_code == 404


def test_only_the_build_is_served(relay: httpx.Client) -> None:
    """Sources and tools in the folder beside it have no address."""
    others = [path for path in STATIC.iterdir() if path.is_file() and path.name not in BUILD.files]
    assert others
    for path in others:
        assert relay.get(f"/{path.name}").status_code == 404


async def test_an_upgrade_keeps_what_pages_pinned() -> None:
    """The earlier build goes on under its own address beside the current one."""
    old, new = Build({"playrelay.js": b"old()"}), Build({"playrelay.js": b"new()"})
    app = FastAPI()
    app.include_router(tracker_routes(new, [old]))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://relay") as client:
        assert (await client.get("/playrelay.js")).content == b"new()"
        assert (await client.get(f"/builds/{old.name}/playrelay.js")).content == b"old()"
        assert (await client.get(f"/builds/{new.name}/playrelay.js")).content == b"new()"
