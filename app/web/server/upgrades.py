"""What asks for another protocol, such as HTTP/2, is answered in the one that it speaks.

Clients offer it with requests of any kind (Java's own does with each, and `curl --http2`), and a
server may ignore that. httptools takes the body for the other protocol's first bytes instead, so
the request is parsed once more without the offer.
"""

from collections.abc import Iterable

_OFFER = frozenset({b"upgrade", b"http2-settings", b"connection"})


def without_upgrade(
    method: bytes, url: bytes, version: str, headers: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """The first line and the headers, which have lower-case names, without the offer."""
    lines = [b"%b %b HTTP/%b\r\n" % (method, url, version.encode())]
    for name, value in headers:
        if name not in _OFFER:
            lines.append(b"%b: %b\r\n" % (name, value))
        elif name == b"connection" and b"close" in value.lower().replace(b" ", b"").split(b","):
            lines.append(b"connection: close\r\n")
    return b"".join([*lines, b"\r\n"])
