"""The tokens of the one installed app: issued, rotated, revoked, told apart."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.sandbox.config import Credentials, SandboxConfig
from app.sandbox.errors import (
    expired_authentication,
    invalid_authentication,
    oauth_error,
)

_MOST_REMEMBERED = 1000  # access tokens, the expired ones too: they are refused by another name


@dataclass(frozen=True, slots=True)
class Issued:
    """A pair of tokens; `expires_in` is the access token's, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Tokens:
    """Which tokens are good. `ids` is the randomness that new ones are made of."""

    def __init__(self, credentials: Credentials, ids: Callable[[], UUID]) -> None:
        self._ids = ids
        self._static = credentials.access_token
        self._expiry: OrderedDict[str, float] = OrderedDict()
        self._refresh = {credentials.refresh_token}
        # Each with the address that it was sent to, and must be exchanged with (None: any).
        self._codes = OrderedDict({credentials.authorization_code: credentials.redirect_uri})

    def authorize(self, redirect_uri: str) -> str:
        """A new authorization code, on its way to `redirect_uri`."""
        code = f"code-{self._ids()}"
        self._codes[code] = redirect_uri
        if len(self._codes) > _MOST_REMEMBERED:
            self._codes.popitem(last=False)
        return code

    def exchange(self, code: str, redirect_uri: str, now: float, config: SandboxConfig) -> Issued:
        """Tokens for an authorization code, which is good once; else 400 BAD_AUTH_CODE."""
        if code not in self._codes:
            raise oauth_error("invalid_grant", "missing or unknown auth code", "BAD_AUTH_CODE")
        if self._codes[code] not in (None, redirect_uri):
            raise oauth_error("invalid_grant", "another redirect uri", "BAD_REDIRECT_URI")
        del self._codes[code]
        return self._issue(self._new_refresh_token(), now, config)

    def refresh(self, refresh_token: str, now: float, config: SandboxConfig) -> Issued:
        """A new access token, and a new refresh token where the config rotates them.

        400 BAD_REFRESH_TOKEN for one that is unknown, revoked or rotated away: final.
        """
        if refresh_token not in self._refresh:
            message = "missing or invalid refresh token"
            raise oauth_error("invalid_grant", message, "BAD_REFRESH_TOKEN")
        if config.rotates_refresh_token:
            self._refresh.remove(refresh_token)
            refresh_token = self._new_refresh_token()
        return self._issue(refresh_token, now, config)

    def revoke(self, refresh_token: str) -> None:
        """Forget `refresh_token`; an unknown one is no error (RFC 7009)."""
        self._refresh.discard(refresh_token)

    def check_access(self, token: str, now: float) -> None:
        """Raise HubSpot's 401 unless `token` may be used at `now`."""
        if token == self._static:
            return
        expiry = self._expiry.get(token)
        if expiry is None:
            raise invalid_authentication("The access token is not known.")
        if now >= expiry:
            raise expired_authentication(int(now - expiry))

    def seconds_left(self, token: str, now: float) -> int:
        """How long an access token that was issued here is still good; 0: not at all."""
        return max(0, int(self._expiry.get(token, now) - now))

    def is_refresh_token(self, token: str) -> bool:
        """Whether `token` can be exchanged."""
        return token in self._refresh

    def _new_refresh_token(self) -> str:
        token = f"refresh-{self._ids()}"
        self._refresh.add(token)
        return token

    def _issue(self, refresh_token: str, now: float, config: SandboxConfig) -> Issued:
        access_token = f"access-{self._ids()}"
        self._expiry[access_token] = now + config.token_lifetime
        if len(self._expiry) > _MOST_REMEMBERED:
            self._expiry.popitem(last=False)
        return Issued(access_token, refresh_token, config.token_lifetime)


def check_client(client_id: str, client_secret: str, config: SandboxConfig) -> None:
    """Raise HubSpot's 400 unless the client is the one that is installed."""
    if client_id != config.credentials.client_id:
        raise oauth_error("invalid_client", "missing or unknown client id", "BAD_CLIENT_ID")
    if client_secret != config.credentials.client_secret:
        raise oauth_error("invalid_client", "missing or wrong client secret", "BAD_CLIENT_SECRET")
