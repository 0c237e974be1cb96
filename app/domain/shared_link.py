"""Links that show one medium's figures without a sign-in, until they end.

    token = base64url(ID + MAC)     ID: 16 random bytes
    MAC   = HMAC-SHA256 of all that the link shows, and of ID, under a key of this purpose

What a link shows stands in the store under its ID. So no link can be made from the store, or from a
backup of it, and none shows anything else than what it was made for, whatever is written there.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

PURPOSE = "playrelay shared link"
"""What the key is derived for."""

ID_BYTES = 16

_TOKEN = re.compile(r"[A-Za-z0-9_-]{64}", re.ASCII)


class SharedLink(NamedTuple):
    """What a link shows. `id`: in hex; `query`: the days and the filter, as in an address.

    `ends_at`: ms since the epoch.
    """

    id: str
    account: str
    medium: int
    query: str
    ends_at: int


def token_of(link: SharedLink, key: bytes) -> str:
    """The secret part of the link's address."""
    return base64.urlsafe_b64encode(_signed(link, key)).decode()


def id_in(token: str) -> str | None:
    """The id of the link that the token claims; None if the token is malformed."""
    raw = _raw(token)
    return None if raw is None else raw[:ID_BYTES].hex()


def is_token_of(link: SharedLink, token: str, keys: Iterable[bytes]) -> bool:
    """Whether the token was made for this link, under any of the keys."""
    raw = _raw(token) or b""
    return any(hmac.compare_digest(_signed(link, key), raw) for key in keys)


def _raw(token: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(token) if _TOKEN.fullmatch(token) else None
    except binascii.Error:
        return None


def _signed(link: SharedLink, key: bytes) -> bytes:
    return bytes.fromhex(link.id) + hmac.digest(key, json.dumps(link).encode(), sha256)
