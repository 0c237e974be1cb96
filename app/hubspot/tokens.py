"""Where the access token comes from: a fixed one, or one that is kept fresh through OAuth 2.0.

Whoever asks gets a token or the trouble that stands in its way, as a value. A refresh token may be
rotated by every refresh, so the new one is in the vault before its access token is used: a crash in
between costs nothing.
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
    """The tokens at rest can't be read with the keys at hand; one line that says what to do."""


class StoredToken(msgspec.Struct, frozen=True):
    """Tokens at rest. `expires_at` in ms since the epoch.

    `origin` tells from what these descend: a refresh token in the settings (its fingerprint), or an
    installation of the app (see `installed`). Once another stands there, these count no more.
    """

    access_token: SecretStr
    refresh_token: SecretStr
    expires_at: int
    origin: str


class TokenVault(Protocol):
    """Where tokens survive a restart, and where replicas find each other's."""

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """One at a time, of all replicas: who enters is the only one to renew the token."""
        ...

    async def load(self) -> StoredToken | None:
        """The tokens saved last, if any. May raise SealError, where they are sealed."""
        ...

    async def save(self, token: StoredToken) -> None:
        """Keep these in place of any others. Returns once they are on disk."""
        ...


class TokenSource(Protocol):
    """Gives the access token for a request."""

    async def access_token(self) -> SecretStr | Trouble:
        """A token that should be good, or why there is none."""
        ...

    async def refreshed(self, after: SecretStr) -> SecretStr | Trouble | None:
        """Another token than `after`, which HubSpot has just refused; None if there is no other."""
        ...

    async def aclose(self) -> None:
        """Let a refresh that is under way come to its end."""
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
        """Nothing: only a person has another."""

    async def aclose(self) -> None:
        """Nothing to end."""


class RefreshingToken:
    """An access token that is renewed ahead of its end, once for all who wait for it.

    Replicas share the vault: what another one has renewed is taken up instead of refreshing again.
    Without a refresh token from the settings, the vault's is the only one: until the app is
    installed there is none. Errors of the vault reach the caller as they are.
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
        """The token; renewed first if it is due, and used to its end if that meets with trouble."""
        if self._held is not None and self._clock() < self._renew_at:
            return self._held.access_token
        fresh = await self._renewed()
        if isinstance(fresh, StoredToken):
            return fresh.access_token
        return self._held.access_token if self._is_good(self._held) else fresh

    async def refreshed(self, after: SecretStr) -> SecretStr | Trouble | None:
        """The token that takes the place of `after`: renewed, unless somebody has done that."""
        held = self._held
        if held is None or held.access_token == after:
            renewed = await self._renewed()
            if not isinstance(renewed, StoredToken):
                return renewed
            held = renewed
        return None if held.access_token == after else held.access_token

    async def aclose(self) -> None:
        """Let a refresh that is under way come to its end: it may hold a rotated token."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})

    async def _renewed(self) -> StoredToken | Trouble:
        """One renewal for all who wait. A caller who gives up takes neither it nor them along."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> StoredToken | Trouble:
        try:
            async with self._vault.exclusive():
                return await self._renew_alone()
        except SealError as error:  # somebody connected with another key while we run
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
            # A replica that was quicker has rotated the token under our hands, and saved its own.
            known = await self._latest()
            if self._is_newer(known):
                return self._taken_up(known)
        if self._is_good(self._held):
            self._taken_up(self._held)
        return result

    async def _latest(self) -> StoredToken | None:
        """The newest tokens there are: those that could not be saved before, or the vault's."""
        if self._unsaved is not None:
            return await self._saved(*self._unsaved)
        stored = await self._vault.load()
        return stored if stored is not None and stored.origin == self._origin else None

    async def _saved(self, fresh: StoredToken, used: SecretStr) -> StoredToken:
        """Keep what was granted for `used`, unless the app was installed anew meanwhile.

        That may have granted more; then those tokens count, and these are forgotten.
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
        """Hold it, and renew it after four fifths of the life that it has left."""
        now = self._clock()
        self._held = token
        self._renew_at = now + int(RENEW_AFTER * (token.expires_at - now))
        return token


def origin_of(app: OAuthApp, refresh_token: SecretStr | None) -> str:
    """What the tokens at rest must descend from to count."""
    return installed(app) if refresh_token is None else fingerprint(refresh_token)


def installed(app: OAuthApp) -> str:
    """The origin of tokens that `playrelay connect` was given: the app that was installed."""
    return f"installed:{sha256(app.client_id.encode()).hexdigest()}"


def fingerprint(refresh_token: SecretStr) -> str:
    """SHA-256, hex: tells refresh tokens apart without giving them away."""
    return sha256(refresh_token.get_secret_value().encode()).hexdigest()
