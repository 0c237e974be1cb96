"""Who may ask: whoever knows the password; in sandbox mode whoever sits at this machine."""

import hmac
import ipaddress
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from app.collect.rate import AddressRate
from app.settings import Settings

TRIES_PER_MINUTE = 10
"""Wrong passwords from one address; after these even the right one has to wait."""

_basic = HTTPBasic(realm="playrelay", auto_error=False)
Credentials = Annotated[HTTPBasicCredentials | None, Depends(_basic)]


class Access:
    """A dependency of every route of the console. `clock`: monotonic seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._password = settings.console_password
        self._sandboxed = settings.sandboxed
        self._tries = AddressRate(TRIES_PER_MINUTE, clock)

    def __call__(self, request: Request, credentials: Credentials) -> None:
        """Pass, or 401 (a password is wanted), 403 (not from here), 404 (off), 429 (too often)."""
        if self._password is None:
            if not self._sandboxed:
                raise HTTPException(404, "the console is off: set PLAYRELAY_CONSOLE_PASSWORD")
            if not (_is_local(request.url.hostname) and _is_local(_peer(request))):
                raise HTTPException(403, "without PLAYRELAY_CONSOLE_PASSWORD only on this machine")
            return
        if wait := self._tries.wait(_peer(request)):
            raise HTTPException(429, "too many wrong passwords", {"retry-after": str(wait)})
        if credentials is not None:
            given = credentials.password.encode()
            if hmac.compare_digest(given, self._password.get_secret_value().encode()):
                return
            self._tries.retry_after(_peer(request))
        raise HTTPException(
            401, "the console's password is wanted", {"www-authenticate": 'Basic realm="playrelay"'}
        )


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_local(host: str | None) -> bool:
    """Whether a name or an address is this machine's own; another's name may lead here as well."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
