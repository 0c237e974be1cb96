"""Which address a request comes from, and which proxies are believed about it.

Addresses are compared as one thing however they are written: an IPv4 address that arrives on an
IPv6 socket (`::ffff:192.0.2.1`) is the IPv4 address.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ANYBODY = "*"
"""Any peer is a proxy; what it says of the hop before it is believed, and no more."""

_PEER = "playrelay.peer"
_LONGEST_ADDRESS = 64
_MAPPED_BITS = 96
_CACHED = 4096


def unmapped(address: str) -> str:
    """The address, in IPv4's own form where it is an IPv4 address."""
    if not address.startswith("::"):
        return address
    try:
        mapped = ipaddress.IPv6Address(address).ipv4_mapped
    except ValueError:
        return address
    return str(mapped) if mapped else address


def networks_of(entries: Sequence[str]) -> list[Network]:
    """The operator's addresses and networks, without `*`."""
    return [_network(each) for each in entries if each != ANYBODY]


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection, whatever that end says of itself."""
    peer = scope.get(_PEER, scope.get("client"))
    return str(peer[0]) if peer else ""


class TrustedProxies:
    """Replaces the peer's address and scheme by what trusted proxies say of the client.

    The list is read from its end, for each proxy appends the address it was reached from: the first
    one that is no trusted proxy is the client's, and what stands before it is the client's claim.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._anybody = ANYBODY in trusted
        self._networks = networks_of(trusted)
        self._is_named = lru_cache(_CACHED)(self._look_up)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite `client` and `scheme` of an HTTP request; keep the peer."""
        if scope["type"] == "http":
            scope[_PEER] = scope.get("client")
            peer = peer_of(scope)
            if self._anybody or self._is_named(peer):
                scope["client"] = (self._client(scope) or peer, 0)
                scope["scheme"] = _forwarded_scheme(scope) or scope["scheme"]
        await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> str | None:
        client = None
        for address in reversed(list(_forwarded_for(scope))):
            if _parsed(address) is None:
                break
            client = address
            if not self._is_named(address):
                break
        return client

    def _look_up(self, address: str) -> bool:
        found = _parsed(address)
        return found is not None and any(found in network for network in self._networks)


def _forwarded_for(scope: Scope) -> Iterator[str]:
    """The addresses of X-Forwarded-For as they stand, without ports; others cut short."""
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            for part in value.decode("latin-1").split(","):
                yield _without_port(part.strip()[:_LONGEST_ADDRESS])


def _forwarded_scheme(scope: Scope) -> str | None:
    schemes = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
    scheme = schemes[-1].decode("latin-1").rpartition(",")[2].strip().lower() if schemes else ""
    return scheme if scheme in {"http", "https"} else None


def _without_port(text: str) -> str:
    """`192.0.2.1:443`, `[2001:db8::1]:443` → the address."""
    if text.startswith("["):
        return unmapped(text[1:].partition("]")[0])
    return text.partition(":")[0] if text.count(":") == 1 else unmapped(text)


def _network(text: str) -> Network:
    network = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped:
            return ipaddress.ip_network(f"{mapped}/{network.prefixlen - _MAPPED_BITS}")
    return network


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
