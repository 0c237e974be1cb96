"""The server refuses too large heads and bodies, and what is not HTTP, before any route."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.ping import MAX_BODY
from app.web.server.bounded import MAX_HEAD, MAX_REQUEST
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import Live, connected, live_relay, settings_for

HEAD = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A running relay."""
    folder: Path = tmp_path_factory.mktemp("bounds")
    with live_relay(settings_for(folder)) as relay:
        yield relay


def refusal(peer: socket.socket) -> tuple[int, str]:
    """Status and reason of the problem with which the connection ends."""
    answer = b"".join(iter(lambda: peer.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    status = int(head.split(b" ")[1])
    assert problem["status"] == status
    assert b"x-request-id: " + problem["instance"].encode() in head
    assert b"connection: close" in head
    return status, problem["reason"]


def headers(size: int) -> bytes:
    """Headers of that many bytes in all, a hundred bytes each."""
    line = b"x-%05d: " + b"v" * 89 + b"\r\n"
    return b"".join(line % number for number in range(size // 100 + 1))


@pytest.mark.parametrize(
    "head",
    [
        HEAD + headers(MAX_HEAD) + b"\r\n",
        HEAD + b"x: " + b"v" * MAX_HEAD + b"\r\n\r\n",
        HEAD + b"cookie: " + b"a=b; " * (MAX_HEAD // 5) + b"\r\n\r\n",
        b"GET /healthz?" + b"q" * MAX_HEAD + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ],
    ids=["many headers", "one header", "cookies", "address"],
)
def test_a_head_that_is_too_large_is_a_431(live: Live, head: bytes) -> None:
    """However it is made up; the connection ends, and the client can read why."""
    with connected(live) as peer:
        peer.sendall(head)
        assert refusal(peer) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "piece",
    [b"v" * 1000, b"\r\nx: " + b"v" * 1000],
    ids=["one growing header", "more and more headers"],
)
def test_a_head_is_counted_while_it_arrives(live: Live, piece: bytes) -> None:
    """It never has to be complete: nobody makes the relay gather a header without end."""
    with connected(live) as peer:
        peer.sendall(HEAD + b"x: ")
        for _ in range(MAX_HEAD // 1000 + 1):
            peer.sendall(piece)
        assert refusal(peer) == (431, "headers_too_large")


def test_a_head_at_the_limit_is_taken(live: Live) -> None:
    """A head below the limit is answered."""
    with connected(live) as peer:
        peer.sendall(HEAD + headers(MAX_HEAD - 600) + b"\r\n")
        assert peer.recv(4096).startswith(b"HTTP/1.1 200")


def test_each_request_of_a_connection_is_counted_by_itself(live: Live) -> None:
    """Many small requests are no large one, one after the other or pipelined."""
    request = HEAD + headers(1000) + b"\r\n"
    with connected(live) as peer:
        got = b""
        for _ in range(10):
            peer.sendall(request * 10)
            while got.count(b"HTTP/1.1 200") % 10 or not got:
                got += peer.recv(65536)
        peer.sendall(request)
        while got.count(b"HTTP/1.1 200") < 101:
            got += peer.recv(65536)


@pytest.mark.parametrize("path", [PATH, "/console/why", "/console/sign-in", "/healthz", "/nowhere"])
@pytest.mark.parametrize("framing", ["announced", "sent", "chunked"])
def test_a_body_that_is_too_large_is_a_413_for_every_route(
    live: Live, path: str, framing: str
) -> None:
    """Any path refuses it, even an unknown one, whether the size is announced or found out."""
    line = f"POST {path} HTTP/1.1\r\nhost: localhost\r\n".encode()
    large = b" " * (MAX_BODY + 1)
    request = {
        "announced": b"content-length: 600000000\r\n\r\n",
        "sent": b"content-length: %d\r\n\r\n%b" % (len(large), large),
        "chunked": b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(large), large),
    }[framing]
    with connected(live) as peer:
        peer.sendall(line + request)
        if framing != "chunked":
            assert refusal(peer) == (413, "too_large")
        else:  # what needs no body has been answered already; the connection ends all the same
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
            assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 40"))


@pytest.mark.parametrize(
    "tail",
    [b"0\r\n" + b"x: v\r\n" * 1000, b"1;" + b"x" * 1000 + b"\r\n \r\n"],
    ids=["trailers", "chunk extensions"],
)
def test_the_framing_of_a_body_ends_somewhere_too(live: Live, tail: bytes) -> None:
    """Bytes of the framing, which are neither head nor body, count as well."""
    with connected(live) as peer:
        line = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\n".encode()
        peer.sendall(line + b"transfer-encoding: chunked\r\n\r\n")
        try:
            for _ in range(2 * MAX_REQUEST // len(tail)):
                peer.sendall(tail)
        except ConnectionError:
            return
        assert b"HTTP/1.1 4" in b"".join(iter(lambda: peer.recv(65536), b""))


def test_a_refusal_does_not_overtake_an_answer(live: Live) -> None:
    """A request that is too large, behind one that is being answered, lets that answer be."""
    ping = ping_request()
    with connected(live) as peer:
        peer.sendall(ping + b"GET / HTTP/1.1\r\nx: " + b"v" * MAX_HEAD + b"\r\n\r\n")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 202")
    assert b"HTTP/1.1 404" not in answer


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 600000000\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n%x\r\n%b" % (MAX_BODY + 1, b" " * (MAX_BODY + 1)),
    ],
    ids=["announced", "chunked"],
)
def test_a_large_body_behind_other_requests_is_refused_in_its_turn(
    live: Live, before: int, framing: bytes
) -> None:
    """The requests before it on the connection are answered, then it, and the connection ends."""
    head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\n".encode()
    with connected(live) as peer:
        peer.sendall(ping_request() * before + head + framing)
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"202"] * before + [b"413"]


def test_a_broken_request_behind_others_lets_them_be_answered(live: Live) -> None:
    """All that stood before it on the connection is answered; then the connection ends."""
    with connected(live) as peer:
        peer.sendall(ping_request() * 3 + b"nonsense\r\n\r\n")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"202"] * 3


@pytest.mark.parametrize("end", [b"", b"%x\r\n%b" % (MAX_BODY + 1, b" " * (MAX_BODY + 1))])
def test_a_route_that_waits_for_a_body_is_no_failure(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], end: bytes
) -> None:
    """A form whose sender leaves, or is refused, half way is not logged as a failed request."""
    head = b"POST /console/sign-in HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\n"
    form = b"content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n"
    with live_relay(settings_for(tmp_path, console_password="a long enough one")) as live:
        with connected(live) as peer:
            peer.sendall(head + form + b"1\r\nx\r\n")
            live.client.get("/console/sign-in")  # by now the route waits
            if end:
                peer.sendall(end)
                assert refusal(peer) == (413, "too_large")
        live.client.get("/console/sign-in")
    assert "request_failed" not in "".join(capfd.readouterr())


def ping_request() -> bytes:
    """A ping as it goes over the line."""
    body = json.dumps(PLAY).encode()
    head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_what_is_no_http_is_a_400(live: Live) -> None:
    """What is not HTTP gets a problem like every other, and is logged once a second."""
    with connected(live) as peer:
        peer.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert refusal(peer) == (400, "bad_request")


def test_refusals_are_counted_by_reason(live: Live) -> None:
    """A metric of the process counts refusals by reason, whatever route they were for."""
    for request in (b"nonsense\r\n\r\n", HEAD + b"x: " + b"v" * MAX_HEAD + b"\r\n\r\n"):
        with connected(live) as peer:
            peer.sendall(request)
            refusal(peer)
    text = live.client.get("/metrics").text
    for reason in ("bad_request", "headers_too_large"):
        assert f'playrelay_refused_requests_total{{reason="{reason}"}}' in text
        assert f'playrelay_refused_requests_total{{reason="{reason}"}} 0.0' not in text
