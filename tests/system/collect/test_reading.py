"""Bodies byte by byte: the limit holds while reading, whatever the client announces."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.domain.ping import MAX_BODY
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import Live, connected, live_relay, settings_for

CHUNKED = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
TOO_LARGE = b"HTTP/1.1 413"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A running relay."""
    folder: Path = tmp_path_factory.mktemp("reading")
    with live_relay(settings_for(folder)) as relay:
        yield relay


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def announced(length: int | str) -> bytes:
    """A head that promises a body of that length."""
    return f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n".encode()


def test_too_much_is_refused_before_it_ends(live: Live) -> None:
    """A chunked body that would go on for ever is answered as soon as it is over the limit."""
    with connected(live) as peer:
        peer.sendall(CHUNKED)
        for _ in range(MAX_BODY // 4096):
            peer.sendall(chunk(b" " * 4096))
        peer.sendall(chunk(b" "))
        assert peer.recv(4096).startswith(TOO_LARGE)


def test_too_much_is_refused_before_it_begins(live: Live) -> None:
    """An announced length over the limit is answered without a byte of the body."""
    with connected(live) as peer:
        peer.sendall(announced(MAX_BODY + 1))
        assert peer.recv(4096).startswith(TOO_LARGE)


@pytest.mark.parametrize("length", ["9" * 30, "-1", "1e3", "0x10", "ten"])
def test_an_absurd_length_is_no_request(live: Live, length: str) -> None:
    """The server answers 400 by itself, and the connection ends."""
    with connected(live) as peer:
        peer.sendall(announced(length))
        assert peer.recv(4096).startswith(b"HTTP/1.1 400")


def test_a_refused_client_can_read_why_while_it_is_still_sending(live: Live) -> None:
    """The rest of a refused body is thrown away, the answer arrives whole, and that is the end."""
    with connected(live) as peer:
        peer.sendall(CHUNKED + chunk(b" " * (MAX_BODY + 1)))
        for _ in range(100):
            peer.sendall(chunk(b" " * 10_000))
        answer = b"".join(iter(lambda: peer.recv(4096), b""))
        assert answer.startswith(TOO_LARGE)
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["reason"] == "too_large"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_small_chunks_make_a_body(live: Live, size: int) -> None:
    """However it is cut, a body is a body; the relay takes it up to its last byte."""
    body = httpx.Request("POST", "http://x", json=PLAY).content
    with connected(live) as peer:
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        peer.sendall(CHUNKED + b"".join(map(chunk, pieces)) + chunk(b""))
        assert peer.recv(4096).startswith(b"HTTP/1.1 202")


def test_exactly_the_limit_in_chunks(live: Live) -> None:
    """The last byte that fits, fits; one more does not."""
    body = httpx.Request("POST", "http://x", json=PLAY).content
    for size, status in ((MAX_BODY, b"202"), (MAX_BODY + 1, b"413")):
        with connected(live) as peer:
            whole = body.ljust(size)
            peer.sendall(CHUNKED + chunk(whole[:40_000]) + chunk(whole[40_000:]) + chunk(b""))
            assert peer.recv(4096).startswith(b"HTTP/1.1 " + status)


def test_a_client_that_leaves_is_counted(live: Live) -> None:
    """Half a body keeps nothing, and is no error of the relay's."""
    with connected(live) as peer:
        peer.sendall(announced(100) + b"{")
        peer.shutdown(socket.SHUT_WR)
        assert peer.recv(4096) == b""
    metrics = live.client.get("/metrics").text
    assert 'playrelay_pings_total{outcome="gone"} 1.0' in metrics
    assert 'outcome="internal"' not in metrics
