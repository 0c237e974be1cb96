"""Reads and decodes a request's body, and explains why it is not JSON."""

import gzip
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from app.collect.problem import Refusal
from app.domain.ping import BadJsonError, InvalidPingError, Parsed
from app.domain.ping_parser import parse

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_GZIP = gzip.compress(b"")[:2]
_JSON_TYPES = frozenset({"", "text/plain", "application/json"})


class GoneError(Exception):
    """The client disconnected before its body was complete."""


async def read(receive: Receive) -> bytes:
    """Read the whole body. The server's protocol has limited its size."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise GoneError
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    gathered = bytearray(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        gathered += message.get("body", b"")
    return bytes(gathered)


def decode(
    body: bytes, referer: str | None, headers: Iterable[tuple[bytes, bytes]]
) -> tuple[bytes, Parsed]:
    """Decode the body; returns it parsed, and as it is to be stored. Raises Refusal."""
    try:
        return body, parse(body, referer)
    except InvalidPingError as error:
        raise Refusal("invalid", str(error)) from None
    except BadJsonError as error:
        if body.startswith(_UTF8_BOM):  # added by editors and .NET; JSON does not allow it
            return decode(body[len(_UTF8_BOM) :], referer, headers)
        raise _explained(body, headers) or Refusal("bad_json", str(error)) from None


def _explained(body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
    """The refusal for a body that is not JSON in UTF-8, if its format is recognised."""
    given = {name: value.decode("latin-1").strip().lower() for name, value in headers}
    coding = given.get(b"content-encoding", "identity")
    if coding not in {"identity", ""} or body.startswith(_GZIP):
        named = coding if coding not in {"identity", ""} else "gzip"
        detail = f"the body is compressed ({named[:_SHOWN]}): send the JSON as it is"
        return Refusal("unsupported_media_type", detail)
    if body.startswith(_UTF16_BOMS) or b"\0" in body[:4]:
        detail = "the body is in UTF-16 or UTF-32: send JSON in UTF-8"
        return Refusal("unsupported_media_type", detail)
    kind = given.get(b"content-type", "").partition(";")[0].strip()
    if kind not in _JSON_TYPES and not body.lstrip().startswith((b"{", b"[")):
        detail = f"{kind[:_SHOWN]} is not supported: send JSON as application/json or text/plain"
        return Refusal("unsupported_media_type", detail)
    return None


_SHOWN = 40
