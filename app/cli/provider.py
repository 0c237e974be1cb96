"""Options of `playrelay connect` for the app's name, and where HubSpot shows its events."""

import argparse

from app.cli.arguments import text
from app.cli.terminal import fail, say
from app.config import PREFIX, Settings, SettingsError
from app.hubspot.client import make_http
from app.hubspot.exchange import Exchange
from app.hubspot.provider import PLACES, Place
from app.hubspot.results import Trouble
from app.oauth.provider import ProviderSettings, configure_provider, places_of
from app.runtime.clock import now_ms
from app.runtime.credentials import provider_token
from app.store.store import Store


def add_provider_options(verb: argparse.ArgumentParser) -> None:
    """Add the options; they apply to all accounts in which the app is installed."""
    more = verb.add_argument_group(
        "the app's own settings",
        f"they need {PREFIX}HUBSPOT_DEVELOPER_KEY, or {PREFIX}HUBSPOT_DEVELOPER_SCOPES",
    )
    more.add_argument(
        "--provider-name", type=text, help="the name under which HubSpot shows the events of media"
    )
    more.add_argument(
        "--show-in",
        type=_places,
        metavar="PLACES",
        help=f"where HubSpot shows the events, comma-separated: {','.join(PLACES)}",
    )
    more.add_argument("--app-id", type=int, help="the app's id, if HubSpot does not report it")


def provider_of(given: argparse.Namespace, settings: Settings) -> ProviderSettings | None:
    """The settings that were given, if any. Raises SettingsError if the relay may not set them."""
    if given.provider_name is None and given.show_in is None:
        return None
    if not settings.may_set_provider:
        key, scopes = f"{PREFIX}HUBSPOT_DEVELOPER_KEY", f"{PREFIX}HUBSPOT_DEVELOPER_SCOPES"
        raise SettingsError(
            [f"{key}: required by --provider-name and --show-in (or {scopes}, with OAuth)"]
        )
    return ProviderSettings(settings.hubspot_developer_key, given.provider_name, given.show_in)


async def save_provider(
    settings: Settings, provider: ProviderSettings, app_id: int, store: Store
) -> int:
    """Store the app's settings at HubSpot and print the result. Returns 1 if it refuses."""
    async with make_http() as http:
        exchange = Exchange(http, settings.hubspot_base_url, now_ms)
        token = await provider_token(settings, exchange, store, now_ms)
        if isinstance(token, Trouble):
            return fail(f"there is no access token ({type(token).__name__})")
        route = settings.hubspot_routes["provider"]
        result = await configure_provider(exchange, provider, route, app_id, now_ms, token)
    for done in result.done:
        say(done)
    return fail(result.fault) if result.fault else 0


def _places(text: str) -> tuple[Place, ...]:
    try:
        return places_of(text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
