"""Cookies that say until when a browser is signed in.

Nothing is kept of them: `expires.nonce.signature`, signed with a key that is made of the password.
So every replica knows them, a restart ends none, and a new password ends all.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import cached_property

SESSION_SECONDS = 12 * 60 * 60
"""How long a sign-in holds: a working day."""


class Sessions:
    """`clock`: seconds since the epoch."""

    def __init__(self, password: str, clock: Callable[[], float]) -> None:
        self._password = password
        self._clock = clock

    def issue(self) -> str:
        """The cookie of a browser that has just signed in."""
        told = f"{int(self._clock()) + SESSION_SECONDS}.{secrets.token_urlsafe(24)}"
        return f"{told}.{self._signature(told)}"

    def holds(self, cookie: str) -> bool:
        """Whether it is ours and its time is not up."""
        told, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._signature(told).encode(), signature.encode()):
            return False
        return int(told.partition(".")[0]) > self._clock()

    def _signature(self, told: str) -> str:
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        """Slow on purpose: whoever has a cookie shall not find the password by trying."""
        return hashlib.scrypt(self._password.encode(), salt=b"playrelay console", n=2**14, r=8, p=1)
