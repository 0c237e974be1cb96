"""`playrelay connect`: install the OAuth app in a HubSpot account, and keep what it grants.

The address to open goes to standard output, and so does what came of it.
"""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Mapping

from app.cli.arguments import port_number, text
from app.cli.loopback import PATH, Reply, expecting
from app.cli.make_app import add_app_options, make_app
from app.cli.provider import add_provider_options, provider_of, save_provider
from app.cli.stores import add_account, the_one
from app.cli.terminal import say
from app.config import AccountSettings, Settings
from app.documents import see
from app.hubspot import scopes
from app.hubspot.results import words_of
from app.oauth.install import Installer, InstallFailure
from app.oauth.pending import (
    MINUTES,
    STATE_ERRORS,
    OAuthCallback,
    PendingAuthorization,
    PendingAuthorizations,
)
from app.oauth.provider import ProviderSettings
from app.runtime.clock import now_ms
from app.runtime.credentials import connecting, disconnected, known_connection
from app.runtime.stores import open_store
from app.store.errors import StoreError
from app.store.records import Connection
from app.store.store import Store
from app.telemetry.logs import configure_logs

PORT = 8012
"""The browser comes back to it, so the app's redirect URLs at HubSpot must list it."""

OWNER = "this command"

_REFUSALS = f"""\
If HubSpot's page refuses: about scopes, the app does not declare all that the address asks for;
about the redirect URL, the app does not list the one in the address; about installs, an app that
is in no marketplace has its greatest number of accounts. More: {see("hubspot")}
"""


_NO_MEDIA = "playrelay media does not work without"
_WITHOUT = {scopes.CONTACTS: "the console shows no names without"}


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options: how the browser comes back, and the app's own settings."""
    verb.epilog = (
        "The app needs the redirect URL http://localhost:8012/connect (or what --port and "
        "--redirect-uri make of it), and declares the scopes that are asked for: --make-app writes "
        f"such an app. Each way to the end, and what refusals mean: {see('hubspot')}"
    )
    add_app_options(verb)
    verb.add_argument(
        "--disconnect", action="store_true", help="revoke the tokens at HubSpot, and forget them"
    )
    verb.add_argument("--again", action="store_true", help="although there is a connection already")
    verb.add_argument(
        "--port",
        type=port_number,
        default=PORT,
        help="where the browser comes back to (%(default)s)",
    )
    verb.add_argument(
        "--paste",
        action="store_true",
        help="listen nowhere: paste the address at which the browser ends, from any machine",
    )
    verb.add_argument(
        "--redirect-uri",
        type=text,
        help="with --paste: the redirect URL that the app has at HubSpot",
    )
    add_provider_options(verb)
    add_account(verb, all_without=False)
    verb.set_defaults(run=connect)


def connect(given: argparse.Namespace) -> int:
    """Install unless that has been done; then the provider's settings, if asked.

    Or write the app that is to be installed.
    """
    configure_logs("error", None)
    account = the_one(given.account)
    if given.make_app is not None:
        return make_app(given, account.settings)
    return asyncio.run(_connect(account, given))


async def _connect(account: AccountSettings, given: argparse.Namespace) -> int:
    settings = account.settings
    provider = provider_of(given, settings)
    store = await open_store(settings, account=account.name)
    try:
        if given.disconnect:
            return await _disconnect(settings, store)
        known = await known_connection(settings, store)
        if known is not None and not given.again:
            say(f"connected to {known.name} already (--again: anew)")
            return await _provided(settings, provider, known, store)
        if known is None and provider is not None and given.app_id is not None:
            return await save_provider(settings, provider, given.app_id, store)
        async with connecting(settings, store, now_ms) as installer:
            came_of_it = await (_pasted if given.paste else _awaited)(settings, installer, given)
            if isinstance(came_of_it, InstallFailure):
                say(f"playrelay: {came_of_it.reason}", error=True)
                return 1
            say(_said_of(came_of_it, installer))
        return await _provided(settings, provider, came_of_it, store)
    finally:
        await store.close()


async def _disconnect(settings: Settings, store: Store) -> int:
    known = await known_connection(settings, store)
    trouble = await disconnected(settings, store, now_ms)
    if trouble is not None:
        says = words_of(trouble)
        say(f"playrelay: not disconnected, try again: HubSpot says: {says}", error=True)
        return 1
    name = "any account" if known is None else known.name
    say(f"not connected to {name} any more: plays are kept, and sent once it is connected again")
    return 0


async def _awaited(
    settings: Settings, installer: Installer, given: argparse.Namespace
) -> Connection | InstallFailure:
    """Listen until the browser comes back. A request with a wrong state is refused."""
    pending = _pending()
    result: asyncio.Future[Connection | InstallFailure] = asyncio.get_running_loop().create_future()

    async def receive(query: Mapping[str, str]) -> Reply:
        authorization = pending.take(query.get("state", ""), OWNER)
        if not isinstance(authorization, PendingAuthorization):
            return Reply(f"playrelay: this is not taken: {STATE_ERRORS[authorization]}.", 400)
        try:
            came_of_it = await installer.finish(OAuthCallback.of(query), authorization)
        except StoreError as error:
            came_of_it = InstallFailure(f"{error}; then run playrelay connect again")
        result.set_result(came_of_it)
        if isinstance(came_of_it, InstallFailure):
            return Reply(f"playrelay: not connected: {came_of_it.reason}", 400)
        return Reply(f"playrelay is connected to {came_of_it.name}. You can close this page.")

    try:
        async with expecting(given.port, receive) as redirect_uri:
            state = pending.start(OWNER, redirect_uri)
            _invite(installer.address(settings.hubspot_app_url, redirect_uri, state))
            async with asyncio.timeout(MINUTES * 60):
                return await result
    except TimeoutError:
        return InstallFailure(
            f"nobody came back within {MINUTES} minutes: run playrelay connect again"
        )
    except OSError as error:
        return InstallFailure(
            f"can't listen on port {given.port} ({error.strerror}): choose --port"
        )


async def _pasted(
    settings: Settings, installer: Installer, given: argparse.Namespace
) -> Connection | InstallFailure:
    """Read the address at which the browser ended from standard input."""
    pending = _pending()
    redirect_uri = given.redirect_uri or f"http://localhost:{given.port}{PATH}"
    state = pending.start(OWNER, redirect_uri)
    _invite(installer.address(settings.hubspot_app_url, redirect_uri, state))
    say("Then paste here the address at which the browser has ended:")
    line = await asyncio.to_thread(sys.stdin.readline)
    callback = OAuthCallback.of_address(line)
    authorization = pending.take(callback.state, OWNER)
    if not isinstance(authorization, PendingAuthorization):
        return InstallFailure(
            f"this address is not taken: {STATE_ERRORS[authorization]}: run playrelay connect again"
        )
    return await installer.finish(callback, authorization)


async def _provided(
    settings: Settings, provider: ProviderSettings | None, known: Connection, store: Store
) -> int:
    if provider is None:
        return 0
    if known.app_id is None:
        say("playrelay: HubSpot did not report the app's id: give --app-id", error=True)
        return 2
    return await save_provider(settings, provider, known.app_id, store)


def _pending() -> PendingAuthorizations:
    return PendingAuthorizations(now_ms, lambda: secrets.token_urlsafe(32))


def _invite(address: str) -> None:
    say(f"OAuth: open this address in a browser, install the app:\n\n  {address}\n")
    say(_REFUSALS)


def _said_of(connection: Connection, installer: Installer) -> str:
    lines = [f"connected to {connection.name}"]
    if left := installer.ungranted(connection):
        lines += [f"  without {each}: {_WITHOUT.get(each, _NO_MEDIA)}" for each in left]
    return "\n".join(lines)
