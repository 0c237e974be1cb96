"""What `playrelay connect` can tell HubSpot of the app itself: its name, where its events show."""

import argparse
import sys
from dataclasses import dataclass

from pydantic import SecretStr

from app.bootstrap import now_ms
from app.hubspot.answers import Answer
from app.hubspot.client import make_http
from app.hubspot.exchange import Exchange
from app.hubspot.provider import (
    PLACES,
    Place,
    provider_result,
    register_call,
    visibility_call,
)
from app.hubspot.results import Refused, Trouble
from app.settings import PREFIX, Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Provider:
    """What is asked for, and the developer account's key that HubSpot wants for it."""

    key: SecretStr
    name: str | None
    places: tuple[Place, ...] | None


def add_provider_options(verb: argparse.ArgumentParser) -> None:
    """Both are settings of the app, for all accounts in which it is installed."""
    more = verb.add_argument_group(
        "the app's own settings", f"they need {PREFIX}HUBSPOT_DEVELOPER_KEY"
    )
    more.add_argument("--provider-name", help="under which the media's events stand in HubSpot")
    more.add_argument(
        "--show-in",
        type=_places,
        metavar="PLACES",
        help=f"where the events show, comma-separated: {','.join(PLACES)}",
    )
    more.add_argument("--app-id", type=int, help="the app's id, if HubSpot does not tell it")


def provider_of(given: argparse.Namespace, settings: Settings) -> Provider | None:
    """What was asked for, if anything. Raises SettingsError where the key is missing."""
    if given.provider_name is None and given.show_in is None:
        return None
    if settings.hubspot_developer_key is None:
        raise SettingsError(
            [f"{PREFIX}HUBSPOT_DEVELOPER_KEY: HubSpot wants it for --provider-name and --show-in"]
        )
    return Provider(settings.hubspot_developer_key, given.provider_name, given.show_in)


async def tell_provider(settings: Settings, provider: Provider, app_id: int) -> int:
    """Tell HubSpot, and the terminal what came of it; exit status 1 if it refuses."""
    calls = {}
    if provider.name is not None:
        call = register_call(app_id, provider.key, provider.name, now_ms())
        calls[f"the provider is called {provider.name}"] = call
    if provider.places is not None:
        call = visibility_call(app_id, provider.key, provider.places, now_ms())
        calls[f"events show in {', '.join(provider.places)}"] = call
    async with make_http() as http:
        exchange = Exchange(http, settings.hubspot_base_url, now_ms)
        for done, call in calls.items():
            answer = await exchange.ask(call)
            fault = provider_result(answer) if isinstance(answer, Answer) else answer
            if fault is not None:
                print(f"playrelay: not done ({done}): {_words(fault)}", file=sys.stderr)
                return 1
            print(done)
    return 0


def _words(fault: Refused | Trouble) -> str:
    said = getattr(fault, "message", "") or getattr(fault, "reason", "") or type(fault).__name__
    return f"HubSpot says: {said}"


def _places(text: str) -> tuple[Place, ...]:
    places = {part.strip() for part in text.split(",")}
    if not places <= set(PLACES):
        raise argparse.ArgumentTypeError(f"{text!r}: choose from {','.join(PLACES)}")
    return tuple(place for place in PLACES if place in places)
