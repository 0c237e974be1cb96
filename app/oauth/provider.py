"""Sets the media provider's name at HubSpot, and where its events are shown."""

from collections.abc import Callable, Iterable

import msgspec
from pydantic import SecretStr

from app.hubspot.answers import Answer
from app.hubspot.exchange import Exchange
from app.hubspot.provider import (
    PLACES,
    Place,
    name_call,
    provider_result,
    visibility_call,
)
from app.hubspot.results import MissingScope, Refused, Trouble, words_of
from app.hubspot.scopes import DEVELOPERS
from app.hubspot.versions import Route


class ProviderSettings(msgspec.Struct, frozen=True):
    """What to set (None: leave as it is).

    `key`: of the developer account; None: an access token with the scopes for it is used.
    """

    key: SecretStr | None
    name: str | None
    places: tuple[Place, ...] | None


class ProviderResult(msgspec.Struct, frozen=True):
    """What HubSpot accepted, in words; `fault`: what stopped it."""

    done: list[str]
    fault: str = ""


def places_of(names: Iterable[str]) -> tuple[Place, ...]:
    """The places of these names, each once. ValueError for a name that is none."""
    given = {name.strip() for name in names}
    if not given <= set(PLACES):
        raise ValueError(f"choose from {', '.join(PLACES)}")
    return tuple(place for place in PLACES if place in given)


async def configure_provider(
    exchange: Exchange,
    provider: ProviderSettings,
    route: Route,
    app_id: int,
    clock: Callable[[], int],
    token: SecretStr | None = None,
) -> ProviderResult:
    """Send one request for each setting. `clock`: ms. `token`: in place of the key."""
    calls = {}
    if provider.name is not None:
        call = name_call(route, app_id, provider.key, provider.name, clock())
        calls[f"the provider is called {provider.name}"] = call
    if provider.places is not None:
        call = visibility_call(route, app_id, provider.key, provider.places, clock())
        calls[f"events show in {', '.join(provider.places) or 'no place'}"] = call
    accepted: list[str] = []
    for done, call in calls.items():
        answer = await exchange.ask(call, token)
        fault = provider_result(answer) if isinstance(answer, Answer) else answer
        if fault is not None:
            return ProviderResult(accepted, f"not done ({done}): HubSpot says: {_message(fault)}")
        accepted.append(done)
    return ProviderResult(accepted)


def _message(fault: Refused | Trouble) -> str:
    if isinstance(fault, MissingScope):
        named = ", ".join(fault.scopes or DEVELOPERS)
        return f"the token lacks {named}: set PLAYRELAY_HUBSPOT_DEVELOPER_SCOPES and connect again"
    return words_of(fault)
