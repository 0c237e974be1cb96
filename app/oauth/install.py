"""From the code that HubSpot sent back to tokens in the store: exchanged, examined, kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.hubspot import scopes
from app.hubspot.answers import Answer
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import (
    Grant,
    Introspection,
    OAuthApp,
    code_call,
    grant_result,
    install_address,
    introspect_call,
    introspection_result,
)
from app.hubspot.results import Trouble, Unauthorized, Unavailable
from app.hubspot.seal import Seal
from app.hubspot.tokens import StoredToken, TokenVault, installed
from app.oauth.pending import Errand, Return
from app.store.connections import Connection, Connections


@dataclass(frozen=True, slots=True)
class Wish:
    """What the app is asked to be granted: scopes it can't do without, and those it can."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]


def wish(*, lookup: bool, register: bool) -> Wish:
    """`lookup`: usertokens are looked up. `register`: unknown media are registered."""
    needed = (scopes.EVENTS, scopes.CONTACTS) if lookup else (scopes.EVENTS,)
    return Wish(needed, (scopes.MEDIA, scopes.FILES) if register else (scopes.MEDIA,))


class AccountStore(Connections, TokenVault, Protocol):
    """The part of the store that connecting changes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was kept; one line that says why, and what to do."""

    why: str


class Installer:
    """Installs one app for one store. `clock`: ms since the epoch.

    All is kept in one transaction at the end. Whatever ends it before leaves the store as it was:
    the code is used up then, and installing again gives another.
    """

    def __init__(
        self,
        exchange: Exchange,
        app: OAuthApp,
        seal: Seal,
        store: AccountStore,
        wished: Wish,
        clock: Callable[[], int],
    ) -> None:
        self._exchange = exchange
        self._app = app
        self._seal = seal
        self._store = store
        self._wished = wished
        self._clock = clock

    @property
    def wished(self) -> Wish:
        """What is asked for."""
        return self._wished

    def address(self, app_url: str, redirect_uri: str, state: str) -> str:
        """Where a person installs the app."""
        return install_address(
            app_url,
            self._app,
            redirect_uri=redirect_uri,
            state=state,
            scopes=self._wished.needed,
            optional_scopes=self._wished.optional,
        )

    async def finish(self, back: Return, errand: Errand) -> Connection | Refusal:
        """Trade the code that came back for tokens, and keep them. Raises StoreError."""
        grant = await self._grant(back, errand)
        if isinstance(grant, Refusal):
            return grant
        if grant.refresh_token is None:
            return Refusal("HubSpot granted no refresh token: is it a public (OAuth) app?")
        connection = await self._account(grant)
        if isinstance(connection, Refusal):
            return connection
        token = StoredToken(
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=connection.connected_at + 1000 * grant.expires_in,
            origin=installed(self._app),
        )
        async with self._store.exclusive():  # a renewal that is under way ends first
            await self._store.connect(self._seal.sealed(token), connection)
        return connection

    async def _grant(self, back: Return, errand: Errand) -> Grant | Refusal:
        """Tokens for the code."""
        if back.code is None:
            return Refusal(f"the app was not installed ({back.error or 'no code came back'})")
        answer = await self._exchange.ask(code_call(self._app, back.code, errand.redirect_uri))
        grant = grant_result(answer) if isinstance(answer, Answer) else answer
        if not isinstance(grant, Grant):
            return Refusal(
                f"HubSpot did not take the code ({_words(grant)}): install the app again"
            )
        return grant

    async def _account(self, grant: Grant) -> Connection | Refusal:
        """The account it is, if it grants what is needed and is the one of this store."""
        told = await self._introspected(grant)
        granted = told.scopes or grant.scopes
        hub_id = told.hub_id or grant.hub_id
        if hub_id is None:
            return Refusal("HubSpot does not say which account it is: install the app again")
        if granted and (missing := [each for each in self._wished.needed if each not in granted]):
            return Refusal(
                f"account {hub_id} did not grant {', '.join(missing)}: give the app these scopes "
                "in HubSpot, and install it again"
            )
        known = await self._store.connection()
        if known is not None and known.hub_id != hub_id:
            return Refusal(
                f"this store belongs to account {known.hub_id}, and the app was installed in "
                f"account {hub_id}: choose the first, or give the other a store of its own "
                "(PLAYRELAY_DATABASE_URL)"
            )
        return Connection(hub_id, told.hub_domain, told.app_id, granted, self._clock())

    def ungranted(self, connection: Connection) -> list[str]:
        """Optional scopes that were not granted, as far as HubSpot said what was."""
        granted = connection.scopes
        return [scope for scope in self._wished.optional if granted and scope not in granted]

    async def _introspected(self, grant: Grant) -> Introspection:
        """What HubSpot says of the token, or nothing: the grant itself may have told enough."""
        answer = await self._exchange.ask(introspect_call(self._app, grant.access_token))
        told = introspection_result(answer) if isinstance(answer, Answer) else None
        return told if isinstance(told, Introspection) else Introspection(active=False)


def _words(trouble: Trouble) -> str:
    match trouble:
        case Unauthorized(message=message) if message:
            return message
        case Unavailable(reason=reason):
            return reason
        case _:
            return type(trouble).__name__
