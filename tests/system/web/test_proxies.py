"""The address of a request is the peer's, or the one that trusted proxies report."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.web.server.proxies import TrustedProxies, peer_of, unmapped

FORWARDED = tuple[tuple[bytes, bytes], ...]


async def seen(
    trusted: tuple[str, ...], peer: str, *headers: tuple[bytes, bytes]
) -> tuple[str, str, str]:
    """The client, the scheme and the peer that an application behind such proxies meets."""
    found: list[tuple[str, str, str]] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.append((scope["client"][0], scope["scheme"], peer_of(scope)))

    async def receive() -> Message:
        raise AssertionError

    async def send(_message: Message) -> None:
        raise AssertionError

    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": list(headers)}
    await TrustedProxies(app, trusted)(scope, receive, send)
    return found[0]


def forwarded(text: str) -> tuple[bytes, bytes]:
    """The header."""
    return (b"x-forwarded-for", text.encode())


@pytest.mark.parametrize(
    ("trusted", "header", "client"),
    [
        (("*",), "203.0.113.9", "203.0.113.9"),
        (("*",), "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (("*", "198.51.100.0/24"), "127.0.0.1, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (("10.0.0.0/8",), "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "127.0.0.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        (("10.0.0.0/8",), "10.0.0.7, 10.0.0.8", "10.0.0.7"),
        (("10.0.0.1",), "203.0.113.9:4711", "203.0.113.9"),
        (("10.0.0.1",), "[2001:db8::1]:4711", "2001:db8::1"),
        (("::ffff:10.0.0.0/104",), "::ffff:203.0.113.9", "203.0.113.9"),
        (("10.0.0.1",), "127.0.0.1, unknown", "10.0.0.1"),
        (("10.0.0.1",), "127.0.0.1, " + "x" * 9000, "10.0.0.1"),
        (("10.0.0.1",), "", "10.0.0.1"),
        (("192.0.2.1",), "203.0.113.9", "10.0.0.1"),
    ],
)
async def test_the_last_hop_counts(trusted: tuple[str, ...], header: str, client: str) -> None:
    """An address that a client claims before its own is never trusted, not even with `*`."""
    assert (await seen(trusted, "10.0.0.1", forwarded(header)))[0] == client


async def test_the_scheme_is_the_last_hops_too() -> None:
    """The scheme of the last hop counts, too, and only trusted proxies may set it."""
    header = (b"x-forwarded-proto", b"http, https")
    assert (await seen(("10.0.0.1",), "10.0.0.1", header))[1] == "https"
    assert (await seen(("10.0.0.2",), "10.0.0.1", header))[1] == "http"


async def test_the_peer_is_kept() -> None:
    """The connection's own peer stays available, whatever was forwarded."""
    assert (await seen(("*",), "10.0.0.1", forwarded("127.0.0.1")))[2] == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "::1"),
        ("::nonsense", "::nonsense"),
    ],
)
def test_an_ipv4_address_is_one_however_it_arrives(address: str, plain: str) -> None:
    """An IPv4 address on an IPv6 socket is recognized, although it has another form."""
    assert unmapped(address) == plain
