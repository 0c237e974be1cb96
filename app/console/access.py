"""Who may enter: whom a proxy names, who knows the password, or in sandbox mode who sits here."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException, Request

from app.collect.rate import AddressRate
from app.console.session import Sessions
from app.settings import Settings
from app.web.server.proxies import peer_of

TRIES_PER_MINUTE = 10
"""Wrong passwords from one address; after these even the right one has to wait."""

NONCE_LENGTH = 32
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `session` is this browser's secret: what it may change is proven by it.

    `fresh`: the browser does not know the secret yet. `leaves`: there is a sign-in to end.
    """

    name: str
    session: str
    fresh: bool = False
    leaves: bool = False


def token_of(person: Person) -> str:
    """What the forms of this session carry: no other session's will do."""
    return hmac.new(person.session.encode(), b"csrf", hashlib.sha256).hexdigest()


class Access:
    """`clock`: monotonic seconds; `wall`: seconds since the epoch."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        password = settings.console_password
        self._password = password.get_secret_value() if password else None
        self._sessions = Sessions(self._password, wall) if self._password else None
        self._header = settings.console_user_header
        self._proxies = [ipaddress.ip_network(each, strict=False) for each in _named(settings)]
        self._sandboxed = settings.sandboxed
        self._tries = AddressRate(TRIES_PER_MINUTE, clock)

    def person(self, request: Request) -> Person:
        """Who asks; or 401 (sign in), 403 (not from here), 404 (the console is off)."""
        named = self._named_by_proxy(request)
        if named:
            return _with_nonce(request, named)
        if self._sessions is not None:
            cookie = request.cookies.get(cookie_name(request), "")
            if self._sessions.holds(cookie):
                return Person("operator", cookie, leaves=True)
            raise HTTPException(401, "sign in with the console's password")
        if self._header:
            raise HTTPException(
                403,
                f"sign in at the proxy: it names nobody in {self._header}, or its address is not "
                "in PLAYRELAY_TRUSTED_PROXIES",
            )
        if not self._sandboxed:
            raise HTTPException(404, "the console is off: set PLAYRELAY_CONSOLE_PASSWORD")
        if not (_is_local(request.url.hostname) and _is_local(_address(request))):
            raise HTTPException(403, "without PLAYRELAY_CONSOLE_PASSWORD only on this machine")
        return _with_nonce(request, "this machine")

    def caller(self, request: Request) -> Person:
        """The same for programs, which may send the password with each request (HTTP Basic)."""
        given = _basic_password(request)
        if self._sessions is None or given is None:
            return self.person(request)
        self.check(request, given)
        return Person("operator", "")

    def sign_in(self, request: Request, password: str) -> str:
        """The cookie for who knows the password; or 401, 404 (there is none), 429 (too often)."""
        if self._sessions is None:
            raise HTTPException(404, "nobody signs in here: PLAYRELAY_CONSOLE_PASSWORD is not set")
        self.check(request, password)
        return self._sessions.issue()

    def check(self, request: Request, password: str) -> None:
        """Pass, or 401 (wrong), 429 (too many wrong ones)."""
        if wait := self._tries.wait(_address(request)):
            detail = f"too many wrong passwords: try again in {wait} s"
            raise HTTPException(429, detail, {"retry-after": str(wait)})
        if not hmac.compare_digest(password.encode(), (self._password or "").encode()):
            self._tries.retry_after(_address(request))
            raise HTTPException(401, "that is not the console's password")

    def _named_by_proxy(self, request: Request) -> str:
        """The name in the proxy's header; empty if there is none, or another sent it."""
        if not self._header:
            return ""
        try:
            peer = ipaddress.ip_address(peer_of(request.scope))
        except ValueError:
            return ""
        if not any(peer in network for network in self._proxies):
            return ""
        return request.headers.get(self._header, "").strip()[:NAME_LIMIT]


def cookie_name(request: Request) -> str:
    """Over https the browser itself sees to it that no neighbour sets it."""
    return "__Host-playrelay" if request.url.scheme == "https" else "playrelay-console"


def _named(settings: Settings) -> tuple[str, ...]:
    return tuple(each for each in settings.trusted_proxies if each != "*")


def _with_nonce(request: Request, name: str) -> Person:
    """A secret of the browser's own, for there is no sign-in that gives it one."""
    nonce = request.cookies.get(cookie_name(request), "")
    if len(nonce) >= NONCE_LENGTH:
        return Person(name, nonce)
    return Person(name, secrets.token_urlsafe(NONCE_LENGTH), fresh=True)


def _basic_password(request: Request) -> str | None:
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(word, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_local(host: str | None) -> bool:
    """Whether a name or an address is this machine's own; another's name may lead here as well."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
