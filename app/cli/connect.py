"""`playrelay connect`: install the OAuth app in a HubSpot account, and store its tokens.

It prints the address to open, and later the result, to standard output.
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
from app.cli.stores import add_account, opened, the_one
from app.cli.terminal import fail, say
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
from app.store.errors import StoreError
from app.store.records import Connection
from app.store.store import Store
from app.telemetry.logs import configure_logs

PORT = 8012
"""The port to which the browser returns: the app's redirect URLs at HubSpot must list it."""

OWNER = "this command"

_REFUSALS = f"""\
If HubSpot's page shows an error about scopes, the app does not declare all that the address
requests; about the redirect URL, the app does not list the one in the address; about installs, an
app outside the marketplace has reached its limit of accounts. More: {see("hubspot")}
"""


_NO_MEDIA = "playrelay media does not work without"
_WITHOUT = {scopes.CONTACTS: "the console shows no names without"}


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options: how the browser returns, and the app's own settings."""
    verb.epilog = (
        "The app needs the redirect URL http://localhost:8012/connect (--port and --redirect-uri "
        "change it), and must declare the requested scopes: --make-app writes such an app. All "
        f"steps, and the meaning of HubSpot's errors: {see('hubspot')}"
    )
    add_app_options(verb)
    verb.add_argument(
        "--disconnect", action="store_true", help="revoke the tokens at HubSpot, and forget them"
    )
    verb.add_argument(
        "--again", action="store_true", help="connect even if there is a connection already"
    )
    verb.add_argument(
        "--port",
        type=port_number,
        default=PORT,
        help="the port to which the browser returns (%(default)s)",
    )
    verb.add_argument(
        "--paste",
        action="store_true",
        help="do not listen: paste the address at which the browser ends, from any machine",
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
    """Install the app unless it is installed; then save the provider's settings, if given.

    With --make-app, only write the app.
    """
    configure_logs("error", None)
    account = the_one(given.account)
    if given.make_app is not None:
        return make_app(given, account.settings)
    return asyncio.run(_connect(account, given))


async def _connect(account: AccountSettings, given: argparse.Namespace) -> int:
    settings = account.settings
    provider = provider_of(given, settings)
    async with opened(account) as store:
        if given.disconnect:
            return await _disconnect(settings, store)
        known = await known_connection(settings, store)
        if known is not None and not given.again:
            say(f"already connected to {known.name} (--again connects anew)")
            return await _provided(settings, provider, known, store)
        if known is None and provider is not None and given.app_id is not None:
            return await save_provider(settings, provider, given.app_id, store)
        async with connecting(settings, store, now_ms) as installer:
            outcome = await (_pasted if given.paste else _awaited)(settings, installer, given)
            if isinstance(outcome, InstallFailure):
                return fail(outcome.reason)
            say(_summary(outcome, installer))
        return await _provided(settings, provider, outcome, store)


async def _disconnect(settings: Settings, store: Store) -> int:
    known = await known_connection(settings, store)
    trouble = await disconnected(settings, store, now_ms)
    if trouble is not None:
        says = words_of(trouble)
        return fail(f"not disconnected: HubSpot says: {says}: try again")
    name = "any account" if known is None else known.name
    say(f"disconnected from {name}: plays are kept, and sent once it is connected again")
    return 0


async def _awaited(
    settings: Settings, installer: Installer, given: argparse.Namespace
) -> Connection | InstallFailure:
    """Listen until the browser returns. A request with a wrong state is refused."""
    pending = _pending()
    result: asyncio.Future[Connection | InstallFailure] = asyncio.get_running_loop().create_future()

    async def receive(query: Mapping[str, str]) -> Reply:
        authorization = pending.take(query.get("state", ""), OWNER)
        if not isinstance(authorization, PendingAuthorization):
            return Reply(f"playrelay: refused: {STATE_ERRORS[authorization]}.", 400)
        try:
            outcome = await installer.finish(OAuthCallback.of(query), authorization)
        except StoreError as error:
            outcome = InstallFailure(f"{error}; then run playrelay connect again")
        result.set_result(outcome)
        if isinstance(outcome, InstallFailure):
            return Reply(f"playrelay: not connected: {outcome.reason}", 400)
        return Reply(f"playrelay is connected to {outcome.name}. You can close this page.")

    try:
        async with expecting(given.port, receive) as redirect_uri:
            state = pending.start(OWNER, redirect_uri)
            _invite(installer.address(settings.hubspot_app_url, redirect_uri, state))
            async with asyncio.timeout(MINUTES * 60):
                return await result
    except TimeoutError:
        return InstallFailure(
            f"the browser did not return within {MINUTES} minutes: run playrelay connect again"
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
    say("Then paste the address at which the browser ended:")
    line = await asyncio.to_thread(sys.stdin.readline)
    callback = OAuthCallback.of_address(line)
    authorization = pending.take(callback.state, OWNER)
    if not isinstance(authorization, PendingAuthorization):
        return InstallFailure(
            f"this address is refused: {STATE_ERRORS[authorization]}: run playrelay connect again"
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
    say(f"Open this address in a browser, and install the app:\n\n  {address}\n")
    say(_REFUSALS)


def _summary(connection: Connection, installer: Installer) -> str:
    lines = [f"connected to {connection.name}"]
    if left := installer.ungranted(connection):
        lines += [f"  without {each}: {_WITHOUT.get(each, _NO_MEDIA)}" for each in left]
    return "\n".join(lines)
