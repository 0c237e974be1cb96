"""Floods: what strangers may send in quantity, and how each kind of it may be answered."""

import json
import random
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from app.domain.ping import MAX_BODY, MAX_PLAYS
from app.web.server.bounded import MAX_HEAD
from tests.processes.waiting import SECONDS

ORIGIN = "https://www.example.com"

Answer = tuple[int, str]
"""Status and reason; the reason of what was taken is empty."""

TAKEN: Answer = (202, "")
LIMITED: Answer = (429, "rate_limited")
FULL: Answer = (503, "store_full")


@dataclass(frozen=True, slots=True)
class Flood:
    """One kind. `request`: the body and further header lines of the next one."""

    name: str
    count: int
    request: Callable[[random.Random], tuple[bytes, bytes]]
    answers: frozenset[Answer]
    origin: str = ORIGIN

    def send(self, port: int, address: str, rng: random.Random) -> list[Answer]:
        """Send all of it from that address, one request after the other."""
        return [self.one(port, address, rng) for _ in range(self.count)]

    def one(self, port: int, address: str, rng: random.Random) -> Answer:
        """Send one request."""
        body, headers = self.request(rng)
        head = _head(address, self.origin, len(body))
        return exchange(port, head + headers + b"\r\n" + body)


def exchange(port: int, request: bytes) -> Answer:
    """Send one request on a connection of its own; how it is answered."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
        peer.sendall(request)
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body).get("reason", "")


def play(rng: random.Random, **fields: Any) -> dict[str, Any]:
    """A play that nobody else has."""
    return {
        "sessionId": f"{rng.getrandbits(64):x}",
        "externalId": "launch-film",
        "pageUrl": f"{ORIGIN}/launch",
        "playedPercent": 100,
        **fields,
    }


def _head(address: str, origin: str, length: int) -> bytes:
    return (
        "POST /v1/progress HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        f"x-forwarded-for: {address}\r\norigin: {origin}\r\ncontent-length: {length}\r\n"
    ).encode()


def _json(body: object) -> tuple[bytes, bytes]:
    return json.dumps(body).encode(), b""


def _expensive(rng: random.Random) -> tuple[bytes, bytes]:
    """As many plays as a request may have, each of another visitor, page and medium."""
    plays = [
        play(
            rng,
            externalId=f"film-{rng.getrandbits(32):x}",
            contactUtk=f"{rng.getrandbits(128):032x}",
            pageUrl=f"{ORIGIN}/" + "/".join(f"a-{rng.getrandbits(16):x}%40" for _ in range(12)),
            watched=[[rng.randint(1, 9), 1] for _ in range(20)],
        )
        for _ in range(MAX_PLAYS)
    ]
    return _json({"plays": plays})


FLOODS: Sequence[Flood] = (
    Flood(
        "bodies that are too large",
        20,
        lambda _: (b"x" * (MAX_BODY + 1), b""),
        frozenset({(413, "too_large")}),
    ),
    Flood(
        "heads that are too large",
        20,
        lambda _: (b"", b"x-more: " + b"v" * MAX_HEAD + b"\r\n"),
        frozenset({(431, "headers_too_large")}),
    ),
    Flood(
        "what is no JSON",
        40,
        lambda rng: (b'{"plays":' * rng.randint(1, 7_000), b""),
        frozenset({(400, "bad_json"), LIMITED}),
    ),
    Flood(
        "plays that do not fit",
        40,
        lambda rng: _json({"plays": [play(rng, watched=5)] * 9}),
        frozenset({(422, "invalid"), LIMITED}),
    ),
    Flood(
        "pages of another site",
        40,
        lambda rng: _json(play(rng)),
        frozenset({(403, "origin_not_allowed"), LIMITED}),
        origin="https://elsewhere.example",
    ),
    Flood(
        "plays of nobody",
        80,
        lambda rng: _json(play(rng)),
        frozenset({TAKEN, LIMITED, FULL}),
    ),
    Flood(
        "invented usertokens",
        80,
        lambda rng: _json(play(rng, contactUtk=f"{rng.getrandbits(128):032x}")),
        frozenset({TAKEN, LIMITED, FULL}),
    ),
    Flood("expensive pings", 8, _expensive, frozenset({TAKEN, LIMITED, FULL})),
)


@contextmanager
def slow_peers(port: int, count: int) -> Iterator[None]:
    """Connections that have sent half a head or half a body, and never send the rest."""
    begun = _head("10.9.9.9", ORIGIN, 100)
    with ExitStack() as stack:
        for number in range(count):
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", port), SECONDS))
            peer.sendall(begun[:50] if number % 2 else begun + b"\r\n{")
        yield
