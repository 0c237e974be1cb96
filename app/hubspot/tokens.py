"""Where the access token comes from: a fixed one, or one that OAuth 2.0 keeps fresh.

The caller gets a token, or the trouble as a value. Every refresh may rotate the refresh token, so
the new one is saved in the vault before its access token is used: a crash in between costs nothing.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import Protocol, TypeGuard

import msgspec
from pydantic import SecretStr

from app.hubspot.answers import Answer
from app.hubspot.exchange import Clock, Exchange
from app.hubspot.oauth import Grant, OAuthApp, grant_result, is_token, refresh_call
from app.hubspot.results import NotConnected, Trouble, Unauthorized

RENEW_AFTER = 0.8
"""The share of its remaining life after which a token is renewed."""


class SealError(Exception):
    """The stored tokens can't be read with the current keys; one line that says what to do."""


class StoredToken(msgspec.Struct, frozen=True):
    """Stored tokens. `expires_at` in ms since the epoch.

    `origin` identifies their source: a refresh token in the settings (its fingerprint), or an
    installation of the app (see `installed`). If the current source differs, these tokens are not
    used.
    """

    access_token: SecretStr
    refresh_token: SecretStr
    expires_at: int
    origin: str


class TokenVault(Protocol):
    """Where tokens survive a restart, and where replicas find each other's."""

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """A lock that one replica holds at a time: only its holder may renew the token."""
        ...

    async def load(self) -> StoredToken | None:
        """The tokens saved last, if any. May raise SealError if they are encrypted."""
        ...

    async def save(self, token: StoredToken) -> None:
        """Save these tokens in place of any others. Returns once they are on disk."""
        ...


class TokenSource(Protocol):
    """Gives the access token for a request."""

    async def access_token(self) -> SecretStr | Trouble:
        """A token that should be valid, or why there is none."""
        ...

    async def refreshed(self, after: SecretStr) -> SecretStr | Trouble | None:
        """Another token than `after`, which HubSpot has just refused; None if there is no other."""
        ...

    async def aclose(self) -> None:
        """Wait for a refresh in progress."""
        ...


class StaticToken:
    """A token from the settings: it can't be renewed. ValueError if it can't be a token."""

    def __init__(self, token: SecretStr) -> None:
        if not is_token(token.get_secret_value()):
            raise ValueError("an access token holds printable ASCII characters alone")
        self._token = token

    async def access_token(self) -> SecretStr:
        """The token."""
        return self._token

    async def refreshed(self, after: SecretStr) -> None:
        """Nothing: only a person can replace the token."""

    async def aclose(self) -> None:
        """Nothing to wait for."""


class RefreshingToken:
    """An access token that is renewed before it expires, once for all callers that wait for it.

    Replicas share the vault: a token that another replica has renewed is used instead of refreshing
    again. Without a refresh token from the settings, the vault's is the only one: until the app is
    installed there is none. Errors of the vault reach the caller unchanged.
    """

    def __init__(
        self,
        exchange: Exchange,
        app: OAuthApp,
        refresh_token: SecretStr | None,
        vault: TokenVault,
        clock: Clock,
    ) -> None:
        self._exchange = exchange
        self._app = app
        self._refresh_token = refresh_token
        self._origin = origin_of(app, refresh_token)
        self._vault = vault
        self._clock = clock
        self._held: StoredToken | None = None
        self._renew_at = 0
        self._unsaved: tuple[StoredToken, SecretStr] | None = None
        self._renewal: asyncio.Task[StoredToken | Trouble] | None = None

    async def access_token(self) -> SecretStr | Trouble:
        """The token; renewed first if due. If that fails, the old one is used until it expires."""
        if self._held is not None and self._clock() < self._renew_at:
            return self._held.access_token
        fresh = await self._renewed()
        if isinstance(fresh, StoredToken):
            return fresh.access_token
        return self._held.access_token if self._is_good(self._held) else fresh

    async def refreshed(self, after: SecretStr) -> SecretStr | Trouble | None:
        """The token that replaces `after`: renewed, unless another caller has already done so."""
        held = self._held
        if held is None or held.access_token == after:
            renewed = await self._renewed()
            if not isinstance(renewed, StoredToken):
                return renewed
            held = renewed
        return None if held.access_token == after else held.access_token

    async def aclose(self) -> None:
        """Wait for a refresh in progress: it may return a rotated token."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})

    async def _renewed(self) -> StoredToken | Trouble:
        """One renewal for all callers that wait. A caller that is cancelled does not cancel it."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> StoredToken | Trouble:
        try:
            async with self._vault.exclusive():
                return await self._renew_alone()
        except SealError as error:  # somebody connected with another key while this process runs
            return NotConnected(str(error))

    async def _renew_alone(self) -> StoredToken | Trouble:
        known = await self._latest()
        if self._is_newer(known):
            return self._taken_up(known)
        used = known.refresh_token if known else self._refresh_token
        if used is None:
            return NotConnected()
        answer = await self._exchange.ask(refresh_call(self._app, used))
        result = grant_result(answer) if isinstance(answer, Answer) else answer
        if isinstance(result, Grant):
            fresh = StoredToken(
                access_token=result.access_token,
                refresh_token=result.refresh_token or used,
                expires_at=self._clock() + 1000 * result.expires_in,
                origin=self._origin,
            )
            self._unsaved = fresh, used
            return self._taken_up(await self._saved(fresh, used))
        if isinstance(result, Unauthorized):
            # Another replica was quicker: it rotated the token and saved its own.
            known = await self._latest()
            if self._is_newer(known):
                return self._taken_up(known)
        if self._is_good(self._held):
            self._taken_up(self._held)
        return result

    async def _latest(self) -> StoredToken | None:
        """The newest tokens: those that could not be saved before, or the vault's."""
        if self._unsaved is not None:
            return await self._saved(*self._unsaved)
        stored = await self._vault.load()
        return stored if stored is not None and stored.origin == self._origin else None

    async def _saved(self, fresh: StoredToken, used: SecretStr) -> StoredToken:
        """Save the tokens granted for `used`, unless the app was installed again meanwhile.

        That may have granted more; then those tokens count, and these are dropped.
        """
        stored = await self._vault.load()
        descends = stored is None or stored.refresh_token in {used, fresh.refresh_token}
        if stored is None or stored.origin != self._origin or descends:
            await self._vault.save(fresh)
            stored = fresh
        self._unsaved = None
        return stored

    def _is_good(self, token: StoredToken | None) -> TypeGuard[StoredToken]:
        return token is not None and self._clock() < token.expires_at

    def _is_newer(self, token: StoredToken | None) -> TypeGuard[StoredToken]:
        known = None if self._held is None else self._held.access_token
        return self._is_good(token) and token.access_token != known

    def _taken_up(self, token: StoredToken) -> StoredToken:
        """Use the token, and renew it after four fifths of its remaining life."""
        now = self._clock()
        self._held = token
        self._renew_at = now + int(RENEW_AFTER * (token.expires_at - now))
        return token


def origin_of(app: OAuthApp, refresh_token: SecretStr | None) -> str:
    """The origin that stored tokens must have to be used."""
    return installed(app) if refresh_token is None else fingerprint(refresh_token)


def installed(app: OAuthApp) -> str:
    """The origin of tokens from `playrelay connect`: the app that was installed."""
    return f"installed:{sha256(app.client_id.encode()).hexdigest()}"


def fingerprint(refresh_token: SecretStr) -> str:
    """SHA-256 in hex: distinguishes refresh tokens without revealing them."""
    return sha256(refresh_token.get_secret_value().encode()).hexdigest()
