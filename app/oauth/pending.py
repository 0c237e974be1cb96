"""An authorization at HubSpot's install page: sent out with a secret state, come back with a code.

The state is what keeps a stranger from handing the relay a code of his own: it is random, good
once, for ten minutes, and for the one browser (or the one run of a command) that was sent out.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec
from pydantic import SecretStr

MINUTES = 10
"""How long an authorization stays valid."""

MAX_PENDING = 100
"""Authorizations kept at once; the oldest are dropped and must be started again."""

_MAX_ERROR_LENGTH = 200


class OAuthCallback(msgspec.Struct, frozen=True):
    """What HubSpot's page sends back: a code, or the error of RFC 6749, safe for a terminal."""

    state: str
    code: SecretStr | None
    error: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "OAuthCallback":
        """Read the parameters of the address that the browser was sent back to."""
        code = query.get("code")
        message = query.get("error_description") or query.get("error") or ""
        error = "".join(each for each in message if each.isprintable())[:_MAX_ERROR_LENGTH]
        return cls(query.get("state", ""), SecretStr(code) if code else None, error)

    @classmethod
    def of_address(cls, address: str) -> "OAuthCallback":
        """Read the whole address, as a person copies it from the browser."""
        return cls.of(dict(parse_qsl(urlsplit(address.strip()).query)))


class PendingAuthorization(msgspec.Struct, frozen=True):
    """One authorization. `owner`: the browser session, or the command, that started it.

    `account`: the name of the account that is to be connected.
    """

    owner: str
    redirect_uri: str
    started_at: int
    account: str = ""


StateError = Literal["unknown", "expired", "foreign"]
"""Why a state is refused: unknown or already used, too old, or of another browser."""

STATE_ERRORS: Mapping[StateError, str] = {
    "unknown": "its state is not one that was given out, or it was used before",
    "expired": f"it took more than {MINUTES} minutes",
    "foreign": "another browser, or another sign-in, began it",
}


class PendingAuthorizations:
    """All of them, in memory. `clock`: ms since the epoch; `secret`: makes a random state."""

    def __init__(self, clock: Callable[[], int], secret: Callable[[], str]) -> None:
        self._clock = clock
        self._secret = secret
        self._pending: OrderedDict[str, PendingAuthorization] = OrderedDict()

    def start(self, owner: str, redirect_uri: str, account: str = "") -> str:
        """Start an authorization; returns its state."""
        state = self._secret()
        self._pending[state] = PendingAuthorization(owner, redirect_uri, self._clock(), account)
        while len(self._pending) > MAX_PENDING:
            self._pending.popitem(last=False)
        return state

    def take(self, state: str, owner: str) -> PendingAuthorization | StateError:
        """The authorization that `state` belongs to; the state can't be used again."""
        authorization = self._pending.pop(state, None)
        if authorization is None:
            return "unknown"
        if self._clock() - authorization.started_at > MINUTES * 60_000:
            return "expired"
        if not hmac.compare_digest(authorization.owner.encode(), owner.encode()):
            return "foreign"
        return authorization
