"""Sign-ins by password: a random cookie in the browser, a digest of it in the store.

So signing out ends a sign-in wherever its cookie was copied to, on every replica and across
restarts. The digest is keyed with the password: a new password ends all sign-ins.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import cached_property

from app.store.console import ConsoleSessions
from app.store.transactions.console_sessions import SESSION_MS

_COOKIE_BYTES = 32
_LONGEST_COOKIE = 100


class Sessions:
    """`clock`: seconds since the epoch. The methods raise StoreError."""

    def __init__(self, password: str, clock: Callable[[], float]) -> None:
        self._password = password
        self._clock = clock

    async def begin(self, store: ConsoleSessions) -> str:
        """Sign a browser in; returns its cookie."""
        cookie = secrets.token_urlsafe(_COOKIE_BYTES)
        now = self._now()
        await store.add(self._digest(cookie), now + SESSION_MS, now)
        return cookie

    async def holds(self, store: ConsoleSessions, cookie: str) -> bool:
        """Whether the cookie belongs to a sign-in that has not ended."""
        if not 0 < len(cookie) <= _LONGEST_COOKIE:
            return False
        return await store.holds(self._digest(cookie), self._now())

    async def end(self, store: ConsoleSessions, cookie: str) -> None:
        """End the sign-in of this cookie."""
        await store.end(self._digest(cookie))

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _digest(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        """Slow on purpose, so that the password can't be guessed from a digest."""
        return hashlib.scrypt(self._password.encode(), salt=b"playrelay console", n=2**14, r=8, p=1)
