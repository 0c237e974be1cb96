"""Decides who may see the console, and who may change something in it.

By password (an operator's or a viewer's), by a proxy's header, or on this machine (sandbox).
"""

import base64
import binascii
import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable
from typing import Literal

import msgspec
from fastapi import HTTPException, Request
from pydantic import SecretStr

from app.config import Settings
from app.console.cookie import session_cookie
from app.console.session import Sessions
from app.console.throttle import Throttle
from app.runtime.relay import Relay
from app.store.console import ConsoleSessions
from app.web.server.proxies import networks_of, peer_of

OFF = "the console is off: set PLAYRELAY_CONSOLE_PASSWORD"
NONCE_LENGTH = 32
NAME_LIMIT = 200


Role = Literal["operator", "viewer"]
"""A viewer may look at what concerns plays; an operator may do everything."""


class Person(msgspec.Struct, frozen=True):
    """Who makes the request. `session` is a secret of this browser.

    `fresh`: the browser does not have the secret yet. `signed_in`: there is a sign-in to end.
    """

    name: str
    session: str
    fresh: bool = False
    signed_in: bool = False
    role: Role = "operator"


class _SignIn(msgspec.Struct, frozen=True):
    """A password, the role that it gives, and the sessions that began with it."""

    role: Role
    password: str
    sessions: Sessions


class Access:
    """`clock`: monotonic seconds; `wall`: seconds since the epoch."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        passwords: dict[Role, SecretStr | None] = {
            "operator": settings.console_password,
            "viewer": settings.console_viewer_password,
        }
        self._sign_ins = [
            _SignIn(role, given.get_secret_value(), Sessions(given.get_secret_value(), wall))
            for role, given in passwords.items()
            if given is not None
        ]
        self._header = settings.console_user_header
        self._groups_header = settings.console_groups_header
        self._groups: dict[Role, frozenset[str]] = {
            "operator": frozenset(settings.console_operator_groups),
            "viewer": frozenset(settings.console_viewer_groups),
        }
        self._proxies = networks_of(settings.trusted_proxies)
        self._sandboxed = settings.sandboxed
        self._throttle = Throttle(clock)

    async def person(self, request: Request) -> Person:
        """Who makes the request; else 401 (sign in), 403 (not from here) or 404 (console off)."""
        named = self._named_by_proxy(request)
        if named:
            return _with_nonce(request, named, self._role_by_proxy(request))
        if self._sign_ins:
            cookie = session_cookie(request)
            for each in self._sign_ins:
                if await each.sessions.holds(_store(request), cookie):
                    return Person(each.role, cookie, signed_in=True, role=each.role)
            raise HTTPException(401, "sign in with the console's password")
        if self._header:
            raise HTTPException(
                403,
                f"sign in at the proxy: {self._header} is empty, or the proxy's address is not in "
                "PLAYRELAY_TRUSTED_PROXIES",
            )
        if not self._sandboxed:
            raise HTTPException(404, OFF)
        if not _is_this_machine(request):
            raise HTTPException(403, "without PLAYRELAY_CONSOLE_PASSWORD only on this machine")
        return _with_nonce(request, "this machine")

    async def caller(self, request: Request) -> Person:
        """The same for programs, which may send the password with each request (HTTP Basic)."""
        given = _basic_password(request)
        if not self._sign_ins or given is None:
            return await self.person(request)
        role = (await self._check(request, given)).role
        return Person(role, "", role=role)

    def expect_on(self) -> None:
        """Raise 404 if the console is off."""
        if not self._sign_ins and not self._header and not self._sandboxed:
            raise HTTPException(404, OFF)

    def expect_password(self) -> None:
        """Raise 404 if there is no password to sign in with."""
        if not self._sign_ins:
            raise HTTPException(404, "nobody signs in here: PLAYRELAY_CONSOLE_PASSWORD is not set")

    async def sign_in(self, request: Request, password: str) -> str:
        """Check the password; returns the cookie. Raises 401, 404 (none is set), 429."""
        self.expect_password()
        passed = await self._check(request, password)
        return await passed.sessions.begin(_store(request))

    async def sign_out(self, request: Request, person: Person, *, everywhere: bool) -> None:
        """End this sign-in, or every sign-in by password; 403 if a viewer requests the latter."""
        if not person.signed_in:
            return
        if everywhere:
            expect_operator(person)
            await _store(request).end_all()
        for each in self._sign_ins:
            await each.sessions.end(_store(request), person.session)

    async def _check(self, request: Request, password: str) -> _SignIn:
        """Pass, or raise 401 (wrong) or 429 (too many at once). Slow after several wrong ones."""
        async with self._throttle.turn(_address(request)) as turn:
            right = [each for each in self._sign_ins if is_same(each.password, password)]
            if not right:
                turn.failed()
                raise HTTPException(401, "that is not the console's password")
            return right[0]

    def _named_by_proxy(self, request: Request) -> str:
        """The name in the proxy's header; empty if there is none, or if another peer sent it."""
        if not self._header:
            return ""
        try:
            peer = ipaddress.ip_address(peer_of(request.scope))
        except ValueError:
            return ""
        if not any(peer in network for network in self._proxies):
            return ""
        return request.headers.get(self._header, "").strip()[:NAME_LIMIT]

    def _role_by_proxy(self, request: Request) -> Role:
        """The role by the groups that the proxy lists; 403 if none of them has access."""
        if not self._groups_header:
            return "operator"
        listed = ",".join(request.headers.getlist(self._groups_header))
        groups = {group.strip() for group in _BETWEEN_GROUPS.split(listed)}
        if groups & self._groups["operator"]:
            return "operator"
        if not self._groups["viewer"] or groups & self._groups["viewer"]:
            return "viewer"
        raise HTTPException(
            403,
            f"none of your groups may enter: {self._groups_header} has to list one of "
            "PLAYRELAY_CONSOLE_OPERATOR_GROUPS or PLAYRELAY_CONSOLE_VIEWER_GROUPS",
        )


_BETWEEN_GROUPS = re.compile(r"[,|;]")
"""Separators differ between proxies."""


def expect_operator(person: Person) -> None:
    """Raise 403 for a viewer."""
    if person.role != "operator":
        raise HTTPException(403, "this is for operators: viewers may look, and change nothing")


def is_same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _store(request: Request) -> ConsoleSessions:
    """The store that keeps the sign-ins: the first account's."""
    relay: Relay = request.app.state.relay
    return next(iter(relay.accounts.values())).store.console_sessions


def _with_nonce(request: Request, name: str, role: Role = "operator") -> Person:
    """Give the browser its own secret if no sign-in gave it one."""
    nonce = session_cookie(request)
    if len(nonce) >= NONCE_LENGTH:
        return Person(name, nonce, role=role)
    return Person(name, secrets.token_urlsafe(NONCE_LENGTH), fresh=True, role=role)


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
"""Headers that proxies add: a connection from this machine may then be somebody else's."""


def _is_this_machine(request: Request) -> bool:
    """The connection comes from this machine, under its name, and through no proxy.

    The name is checked because another site's name may resolve to this machine.
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
