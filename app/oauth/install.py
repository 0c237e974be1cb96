"""Exchanges the code that HubSpot sent back for tokens, checks them, keeps them in the store."""

from collections.abc import Callable, Collection

import msgspec

from app.domain.destination import CUSTOM_EVENTS, MEDIA_BRIDGE, Destination
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
from app.hubspot.tokens import StoredToken, installed
from app.oauth.pending import OAuthCallback, PendingAuthorization
from app.store.account import Tokens
from app.store.records import Connection

CONSOLE_CALLBACK = "/console/connect/callback"
"""Where the relay's console expects the browser back."""


class RequestedScopes(msgspec.Struct, frozen=True):
    """The scopes that the app asks for: those it needs, and those it can do without."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]


def requested_scopes(
    *,
    lookup: bool,
    register: bool,
    developer: bool = False,
    names: bool = False,
    destinations: Collection[Destination] = (MEDIA_BRIDGE,),
) -> RequestedScopes:
    """Which to ask for. `lookup`: usertokens are looked up. `register`: media are registered.

    `developer`: the app's own settings are changed without the developer account's key. `names`:
    the console shows contacts' names.
    """
    needed = tuple(scopes.OF_DESTINATIONS[each] for each in destinations)
    needed += (scopes.CONTACTS,) if lookup else ()
    optional = [scopes.MEDIA, *([scopes.FILES] if register else [])]
    optional += scopes.DEVELOPERS if developer else ()
    optional += [scopes.CONTACTS] if names and not lookup else []
    optional += [scopes.DEFINITIONS] if CUSTOM_EVENTS in destinations else []
    return RequestedScopes(needed, tuple(optional))


class InstallFailure(msgspec.Struct, frozen=True):
    """Nothing was kept. `reason`: one line that says why, and what to do."""

    reason: str


class Installer:
    """Installs one app for one store. `clock`: ms since the epoch.

    Everything is stored in one transaction at the end. A failure before leaves the store as it
    was; the code is then used up, and another installation gives a new one.
    """

    def __init__(
        self,
        exchange: Exchange,
        app: OAuthApp,
        seal: Seal,
        store: Tokens,
        scopes: RequestedScopes,
        clock: Callable[[], int],
    ) -> None:
        self._exchange = exchange
        self._app = app
        self._seal = seal
        self._store = store
        self._scopes = scopes
        self._clock = clock

    @property
    def scopes(self) -> RequestedScopes:
        """The scopes that are asked for."""
        return self._scopes

    def address(self, app_url: str, redirect_uri: str, state: str) -> str:
        """The address at which a person installs the app."""
        return install_address(
            app_url,
            self._app,
            redirect_uri=redirect_uri,
            state=state,
            scopes=self._scopes.needed,
            optional_scopes=self._scopes.optional,
        )

    async def finish(
        self, callback: OAuthCallback, authorization: PendingAuthorization
    ) -> Connection | InstallFailure:
        """Exchange the code for tokens and keep them. Raises StoreError."""
        grant = await self._grant(callback, authorization)
        if isinstance(grant, InstallFailure):
            return grant
        if grant.refresh_token is None:
            return InstallFailure("HubSpot granted no refresh token: is it a public (OAuth) app?")
        connection = await self._account(grant)
        if isinstance(connection, InstallFailure):
            return connection
        token = StoredToken(
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=connection.connected_at + 1000 * grant.expires_in,
            origin=installed(self._app),
        )
        async with self._store.exclusive():  # a token renewal in progress ends first
            await self._store.connect(self._seal.sealed(token), connection)
        return connection

    async def _grant(
        self, callback: OAuthCallback, authorization: PendingAuthorization
    ) -> Grant | InstallFailure:
        """Exchange the code."""
        if callback.code is None:
            return InstallFailure(
                f"the app was not installed ({callback.error or 'no code came back'})"
                f"{self._meaning(callback.error)}"
            )
        answer = await self._exchange.ask(
            code_call(self._app, callback.code, authorization.redirect_uri)
        )
        grant = grant_result(answer) if isinstance(answer, Answer) else answer
        if not isinstance(grant, Grant):
            return InstallFailure(
                f"HubSpot did not take the code ({_message(grant)}): install the app again"
            )
        return grant

    def _meaning(self, error: str) -> str:
        """What to do about a refusal of HubSpot's install page."""
        if "scope" in error.lower():
            return (
                f": the app must declare what is asked for: {', '.join(self._scopes.needed)}; "
                f"optional: {', '.join(self._scopes.optional)}. An app of playrelay connect "
                "--make-app DIR does"
            )
        return ""

    async def _account(self, grant: Grant) -> Connection | InstallFailure:
        """The account, if it grants the needed scopes and is the one of this store."""
        token = await self._introspected(grant)
        granted = token.scopes or grant.scopes
        hub_id = token.hub_id or grant.hub_id
        if hub_id is None:
            return InstallFailure("HubSpot does not say which account it is: install the app again")
        if granted and (missing := [each for each in self._scopes.needed if each not in granted]):
            return InstallFailure(
                f"account {hub_id} did not grant {', '.join(missing)}: give the app these scopes "
                "in HubSpot, and install it again"
            )
        known = await self._store.connection()
        if known is not None and known.hub_id != hub_id:
            return InstallFailure(
                f"this store belongs to account {known.hub_id}, and the app was installed in "
                f"account {hub_id}: choose the first, or give the other a store of its own "
                "(PLAYRELAY_DATABASE_URL)"
            )
        return Connection(hub_id, token.hub_domain, token.app_id, granted, self._clock())

    def ungranted(self, connection: Connection) -> list[str]:
        """Optional scopes that were not granted, as far as HubSpot said what was."""
        granted = connection.scopes
        return [scope for scope in self._scopes.optional if granted and scope not in granted]

    async def _introspected(self, grant: Grant) -> Introspection:
        """What HubSpot says about the token; empty if that fails, as the grant may suffice."""
        answer = await self._exchange.ask(introspect_call(self._app, grant.access_token))
        result = introspection_result(answer) if isinstance(answer, Answer) else None
        return result if isinstance(result, Introspection) else Introspection(active=False)


def _message(trouble: Trouble) -> str:
    match trouble:
        case Unauthorized(message=message) if message:
            return message
        case Unavailable(reason=reason):
            return reason
        case _:
            return type(trouble).__name__
