"""Decides who may see the console: by password, by a proxy's header, or this machine (sandbox)."""

import base64
import binascii
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException, Request

from app.config import Settings
from app.console.session import Sessions
from app.console.throttle import Throttle
from app.runtime.relay import Relay
from app.store.admin import ConsoleSessions
from app.web.server.proxies import networks_of, peer_of

NONCE_LENGTH = 32
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `session` is a secret of this browser.

    `fresh`: the browser does not have the secret yet. `signed_in`: there is a sign-in to end.
    """

    name: str
    session: str
    fresh: bool = False
    signed_in: bool = False


class Access:
    """`clock`: monotonic seconds; `wall`: seconds since the epoch."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        password = settings.console_password
        self._password = password.get_secret_value() if password else None
        self._sessions = Sessions(self._password, wall) if self._password else None
        self._header = settings.console_user_header
        self._proxies = networks_of(settings.trusted_proxies)
        self._sandboxed = settings.sandboxed
        self._throttle = Throttle(clock)

    async def person(self, request: Request) -> Person:
        """Who asks; or 401 (sign in), 403 (not from here), 404 (the console is off)."""
        named = self._named_by_proxy(request)
        if named:
            return _with_nonce(request, named)
        if self._sessions is not None:
            cookie = request.cookies.get(cookie_name(request), "")
            if await self._sessions.holds(_store(request), cookie):
                return Person("operator", cookie, signed_in=True)
            raise HTTPException(401, "sign in with the console's password")
        if self._header:
            raise HTTPException(
                403,
                f"sign in at the proxy: {self._header} is empty, or the proxy's address is not in "
                "PLAYRELAY_TRUSTED_PROXIES",
            )
        if not self._sandboxed:
            raise HTTPException(404, "the console is off: set PLAYRELAY_CONSOLE_PASSWORD")
        if not _is_this_machine(request):
            raise HTTPException(403, "without PLAYRELAY_CONSOLE_PASSWORD only on this machine")
        return _with_nonce(request, "this machine")

    async def caller(self, request: Request) -> Person:
        """The same for programs, which may send the password with each request (HTTP Basic)."""
        given = _basic_password(request)
        if self._password is None or given is None:
            return await self.person(request)
        await self._check(request, given)
        return Person("operator", "")

    def expect_password(self) -> None:
        """Raise 404 if there is no password to sign in with."""
        if self._sessions is None:
            raise HTTPException(404, "nobody signs in here: PLAYRELAY_CONSOLE_PASSWORD is not set")

    async def sign_in(self, request: Request, password: str) -> str:
        """Check the password; returns the cookie. Raises 401, 404 (none is set), 429."""
        self.expect_password()
        assert self._sessions is not None  # noqa: S101 - for the type checker: checked above
        await self._check(request, password)
        return await self._sessions.begin(_store(request))

    async def sign_out(self, request: Request, person: Person, *, everywhere: bool) -> None:
        """End this sign-in, or every sign-in by password."""
        if self._sessions is None or not person.signed_in:
            return
        if everywhere:
            await _store(request).end_all()
        else:
            await self._sessions.end(_store(request), person.session)

    async def _check(self, request: Request, password: str) -> None:
        """Pass, or 401 (wrong), 429 (too many at once). Slow after several wrong ones."""
        async with self._throttle.turn(_address(request)) as turn:
            if not hmac.compare_digest(password.encode(), (self._password or "").encode()):
                turn.failed()
                raise HTTPException(401, "that is not the console's password")

    def _named_by_proxy(self, request: Request) -> str:
        """The name in the proxy's header; empty if there is none, or if somebody else sent it."""
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
    """The cookie's name. Over https its prefix makes browsers refuse it from another host."""
    return "__Host-playrelay" if request.url.scheme == "https" else "playrelay-console"


def _store(request: Request) -> ConsoleSessions:
    """The store that keeps the sign-ins: that of the first account."""
    relay: Relay = request.app.state.relay
    return next(iter(relay.accounts.values())).store.console_sessions


def _with_nonce(request: Request, name: str) -> Person:
    """Give the browser a secret of its own if no sign-in gave it one."""
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


FORWARDING = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
"""Headers of proxies: somebody else may be behind a connection from this machine."""


def _is_this_machine(request: Request) -> bool:
    """The connection itself comes from here, under a name of this machine, through no proxy.

    The name counts because another site's name may resolve to this machine.
    """
    if any(header in request.headers for header in FORWARDING):
        return False
    return _is_local(request.url.hostname) and _is_local(peer_of(request.scope))


def _is_local(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
