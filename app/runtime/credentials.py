"""Builds token sources and installers from the settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from app.config import PREFIX, Settings, SettingsError
from app.hubspot.client import make_http
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp
from app.hubspot.results import Trouble
from app.hubspot.seal import SealedVault
from app.hubspot.tokens import RefreshingToken, SealError, StaticToken, TokenSource, origin_of
from app.oauth.disconnect import disconnect
from app.oauth.install import Installer, RequestedScopes, requested_scopes
from app.store.records import Connection
from app.store.store import Store

SANDBOX_TOKEN = "sandbox-access-token"  # noqa: S105 - opens nothing but the sandbox
"""The sandbox's own static token."""


def oauth_app(settings: Settings) -> OAuthApp | None:
    """The HubSpot app in the settings, if any."""
    if settings.hubspot_client_id is None or settings.hubspot_client_secret is None:
        return None
    return OAuthApp(
        settings.hubspot_client_id,
        settings.hubspot_client_secret,
        settings.hubspot_routes["oauth"],
    )


def token_source(
    settings: Settings, exchange: Exchange, store: Store, clock: Callable[[], int]
) -> TokenSource:
    """The source of access tokens. `clock`: ms since the epoch."""
    app = oauth_app(settings)
    if app is None:
        return StaticToken(settings.hubspot_access_token or SecretStr(SANDBOX_TOKEN))
    given = settings.hubspot_refresh_token
    return RefreshingToken(exchange, app, given, _vault(settings, app, store), clock)


async def provider_token(
    settings: Settings, exchange: Exchange, store: Store, clock: Callable[[], int]
) -> SecretStr | Trouble | None:
    """The access token for the app's own settings; None: the developer account's key is used."""
    if settings.hubspot_developer_key is not None:
        return None
    tokens = token_source(settings, exchange, store, clock)
    try:
        return await tokens.access_token()
    finally:
        await tokens.aclose()


async def has_tokens(settings: Settings, store: Store) -> bool:
    """Whether there is a token to send with. Raises SealError if stored tokens can't be read."""
    app = oauth_app(settings)
    if app is None:
        return True
    known = await _vault(settings, app, store).load()
    return known is not None or not settings.connectable


async def known_connection(settings: Settings, store: Store) -> Connection | None:
    """The account in which the app is installed, if its tokens exist and can be read."""
    try:
        usable = settings.connectable and await has_tokens(settings, store)
    except SealError:
        return None
    return await store.tokens.connection() if usable else None


def requested_of(settings: Settings) -> RequestedScopes:
    """The scopes that these settings need, which the app must declare."""
    return requested_scopes(
        lookup=settings.identity == "lookup",
        register=settings.media_register,
        developer=settings.hubspot_developer_scopes,
        names=bool(settings.console_names),
        destinations=settings.destinations,
    )


@asynccontextmanager
async def connecting(
    settings: Settings, store: Store, clock: Callable[[], int]
) -> AsyncIterator[Installer]:
    """The installer of the app in the settings. Raises SettingsError if they name none."""
    app = oauth_app(settings)
    if app is None or not settings.connectable:
        raise SettingsError([_not_connectable(settings)])
    requested = requested_of(settings)
    async with make_http() as http:
        exchange = Exchange(http, settings.hubspot_base_url, clock)
        yield Installer(exchange, app, settings.seal, store.tokens, requested, clock)


async def disconnected(
    settings: Settings, store: Store, clock: Callable[[], int]
) -> Trouble | None:
    """Revoke and delete the tokens. Raises SettingsError if `connect` keeps none."""
    app = oauth_app(settings)
    if app is None or not settings.connectable:
        raise SettingsError([_not_connectable(settings)])
    async with make_http() as http:
        exchange = Exchange(http, settings.hubspot_base_url, clock)
        return await disconnect(exchange, app, _vault(settings, app, store), store.tokens)


def _vault(settings: Settings, app: OAuthApp, store: Store) -> SealedVault:
    return SealedVault(store.tokens, settings.seal, origin_of(app, settings.hubspot_refresh_token))


def _not_connectable(settings: Settings) -> str:
    if settings.hubspot_refresh_token is not None:
        return f"{PREFIX}HUBSPOT_REFRESH_TOKEN: is used as it is: remove it to connect anew"
    if settings.hubspot_access_token is not None:
        return (
            f"{PREFIX}HUBSPOT_ACCESS_TOKEN: is used as it is (a service key, or an app's static "
            "token): there is nothing to connect; playrelay doctor checks it. For OAuth, set an "
            "app in its place"
        )
    return (
        f"{PREFIX}HUBSPOT_CLIENT_ID: name the OAuth app, with {PREFIX}HUBSPOT_CLIENT_SECRET; "
        "playrelay connect --make-app DIR writes one to upload"
    )
