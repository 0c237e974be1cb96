"""Peers that take for ever are cut off; those that are merely slow are served."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.web.server import protocol
from app.web.server.bounded import BoundedProtocol
from app.web.server.protocol import TimeoutProtocol
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import Live, live_relay, settings_for

BODY = b'{"sessionId":"s","externalId":"f","pageUrl":"https://www.example.com/"}'
HEAD = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(BODY)}\r\n\r\n".encode()
LONG = 30.0


class Hasty(BoundedProtocol):
    """Has short timeouts, so that the tests need not wait long."""

    request_seconds = 1.0
    write_seconds = 0.3


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A relay that has short timeouts."""
    folder: Path = tmp_path_factory.mktemp("hasty")
    with live_relay(settings_for(folder), Hasty) as live:
        yield live


def connect(relay: Live) -> socket.socket:
    """A raw connection that gives up long after the relay should have."""
    return socket.create_connection(("127.0.0.1", relay.port), LONG)


def is_cut(peer: socket.socket) -> bool:
    """Whether the other side ends the connection."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def ends_while(act: Callable[[], None]) -> bool:
    """Whether the connection ends while something is repeated."""
    deadline = time.monotonic() + LONG
    try:
        while time.monotonic() < deadline:
            act()
            time.sleep(0.02)
    except TimeoutError:  # neither read nor cut
        return False
    except OSError:
        return True
    return False


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST /v1", HEAD[:-2], HEAD, HEAD + BODY[:5]],
    ids=["nothing", "half a line", "half a head", "no body", "half a body"],
)
def test_a_request_that_never_becomes_whole_is_cut_off(relay: Live, sent: bytes) -> None:
    """A silent peer does not hold its connection for ever."""
    with connect(relay) as peer:
        peer.sendall(sent)
        assert is_cut(peer)


def test_a_trickle_does_not_win_time(relay: Live) -> None:
    """Sending a byte now and then does not start the clock anew."""
    with connect(relay) as peer:
        assert ends_while(lambda: peer.sendall(b"x"))


def test_the_second_request_of_a_connection_is_timed_too(relay: Live) -> None:
    """After an answer the timeout begins anew."""
    with connect(relay) as peer:
        peer.sendall(HEAD + BODY)
        answer = peer.recv(4096)
        assert answer.startswith(b"HTTP/1.1 202")
        peer.sendall(HEAD + BODY[:5])
        while peer.recv(4096):
            pass


def test_an_answer_that_is_not_read_is_cut_off(relay: Live) -> None:
    """A peer that asks and never reads does not keep the relay's memory."""
    with connect(relay) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ask = b"GET /demo/clip.mp4 HTTP/1.1\r\nhost: localhost\r\n\r\n"
        assert ends_while(lambda: peer.sendall(ask * 100))


def test_a_request_in_pieces_is_served(relay: Live) -> None:
    """Pieces within the limit make a request like any other."""
    with connect(relay) as peer:
        for start in range(0, len(HEAD + BODY), 20):
            peer.sendall((HEAD + BODY)[start : start + 20])
        assert peer.recv(4096).startswith(b"HTTP/1.1 202")


def test_a_connection_serves_many_requests(relay: Live) -> None:
    """Neither time limit ends a connection that is in use: 3,000 pings, some of them pipelined."""
    with connect(relay) as peer:
        answered = 0
        for _ in range(300):
            peer.sendall((HEAD + BODY) * 10)
            got = b""
            while got.count(b"HTTP/1.1 202") < 10:
                got += peer.recv(65536)
            answered += got.count(b"HTTP/1.1 202")
    assert answered == 3000


def test_a_client_that_leaves_in_the_middle_harms_nobody(relay: Live) -> None:
    """The relay goes on answering others."""
    for _ in range(20):
        with connect(relay) as peer:
            peer.sendall(HEAD + BODY[:5])
    assert relay.client.post(PATH, json=PLAY).status_code == 202


def test_the_public_limits_are_those_of_the_documentation() -> None:
    """The relay's default limits are the documented ones."""
    assert TimeoutProtocol.request_seconds == protocol.REQUEST_SECONDS
    assert TimeoutProtocol.write_seconds == protocol.WRITE_SECONDS
