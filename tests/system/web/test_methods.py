"""The same request in another form: HEAD, a slash at the end, the offer of another protocol."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.collect.test_progress import PATH, PLAY
from tests.system.console.test_outsiders import doors
from tests.system.live.relay import Live, connected, live_relay, settings_for

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQA\r\n"
BODY = json.dumps(PLAY).encode()
LENGTH = b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A running relay."""
    folder: Path = tmp_path_factory.mktemp("methods")
    with live_relay(settings_for(folder, public_url="https://example.com/video")) as relay:
        yield relay


def test_head_is_answered_as_get_without_the_body(live: Live) -> None:
    """Monitors and previews of links ask so, also for the pages and for the API."""
    paths = {door.path for door in doors() if door.method == "GET" and "events" not in door.path}
    assert len(paths) > 20
    for path in sorted(paths):
        got, asked = live.client.get(path), live.client.head(path)
        assert (asked.status_code, asked.content) == (got.status_code, b""), path


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (
            "/video/console/media/?sort=name&x=%2F",
            "307 location: /video/console/media?sort=name&x=%2F",
        ),
        ("/console//", "307 location: /video/console"),
        ("/v1/progress/", "307 location: /video/v1/progress"),
        ("/api/v1/media/%5C%0D%0Ax:%20y/", "307 location: /video/api/v1/media/%5C%0D%0Ax%3A%20y"),
        ("//evil.example/", "404"),
        ("/nothing/", "404"),
    ],
)
def test_a_slash_too_many(live: Live, asked: str, answered: str) -> None:
    """It leads below the public path, on the host and the scheme that the browser has."""
    with connected(live) as peer:
        peer.sendall(f"GET {asked} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head, *lines = b"".join(iter(lambda: peer.recv(65536), b"")).decode().split("\r\n")
    found = [line for line in lines if line.startswith("location: ")]
    assert " ".join([head.split()[1], *found]) == answered


@pytest.mark.parametrize("body", [LENGTH, CHUNKS], ids=["length", "chunks"])
@pytest.mark.parametrize("at", [1, 40, 200, -1], ids=str)
def test_the_offer_of_another_protocol_is_ignored(live: Live, body: bytes, at: int) -> None:
    """The offer is ignored, as a server may; the body and the next request count as usual."""
    sent = b"POST %b HTTP/1.1\r\nHost: localhost\r\n%b%b%b" % (PATH.encode(), OFFER, body, LAST)
    with connected(live) as peer:
        peer.sendall(sent[:at])
        peer.sendall(sent[at:])
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert answer.count(b'{"accepted":1,"rejected":[]}') == 1
    assert answer.endswith(b'{"status":"ok"}')


def test_many_such_requests_at_once_are_answered(live: Live) -> None:
    """All requests that fit into one read of the socket are answered."""
    many = 1500
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n%b\r\n" % OFFER
    with connected(live) as peer:
        peer.sendall(asked * many + LAST)
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert answer.count(b'{"status":"ok"}') == many + 1


def test_a_tunnel_is_refused(live: Live) -> None:
    """CONNECT is a method like any other that an address does not take."""
    with connected(live) as peer:
        peer.sendall(b"CONNECT /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nrest")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 405 ")
