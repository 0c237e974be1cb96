"""Sets the media provider's name at HubSpot, and where its events are shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import SecretStr

from app.hubspot.answers import Answer
from app.hubspot.exchange import Exchange
from app.hubspot.provider import (
    PLACES,
    Place,
    provider_result,
    register_call,
    visibility_call,
)
from app.hubspot.results import Refused, Trouble


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What to set (None: leave as it is). `key`: of the developer account; HubSpot requires it."""

    key: SecretStr
    name: str | None
    places: tuple[Place, ...] | None


@dataclass(frozen=True, slots=True)
class ProviderResult:
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
    exchange: Exchange, provider: ProviderSettings, app_id: int, clock: Callable[[], int]
) -> ProviderResult:
    """Send one request for each setting. `clock`: ms since the epoch."""
    calls = {}
    if provider.name is not None:
        call = register_call(app_id, provider.key, provider.name, clock())
        calls[f"the provider is called {provider.name}"] = call
    if provider.places is not None:
        call = visibility_call(app_id, provider.key, provider.places, clock())
        calls[f"events show in {', '.join(provider.places) or 'no place'}"] = call
    accepted: list[str] = []
    for done, call in calls.items():
        answer = await exchange.ask(call)
        fault = provider_result(answer) if isinstance(answer, Answer) else answer
        if fault is not None:
            return ProviderResult(accepted, f"not done ({done}): HubSpot says: {_message(fault)}")
        accepted.append(done)
    return ProviderResult(accepted)


def _message(fault: Refused | Trouble) -> str:
    return getattr(fault, "message", "") or getattr(fault, "reason", "") or type(fault).__name__
