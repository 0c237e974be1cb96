"""Tells HubSpot of the app itself: the media provider's name, and where its events show."""

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
class Provider:
    """What is asked for (None: not that), and the developer account's key that HubSpot wants."""

    key: SecretStr
    name: str | None
    places: tuple[Place, ...] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What HubSpot took, in words; `fault`: what stopped it."""

    done: list[str]
    fault: str = ""


def places_of(names: Iterable[str]) -> tuple[Place, ...]:
    """The places of these names, each once. ValueError for a name that is none."""
    given = {name.strip() for name in names}
    if not given <= set(PLACES):
        raise ValueError(f"choose from {', '.join(PLACES)}")
    return tuple(place for place in PLACES if place in given)


async def tell(
    exchange: Exchange, provider: Provider, app_id: int, clock: Callable[[], int]
) -> Told:
    """One request for each. `clock`: ms since the epoch."""
    calls = {}
    if provider.name is not None:
        call = register_call(app_id, provider.key, provider.name, clock())
        calls[f"the provider is called {provider.name}"] = call
    if provider.places is not None:
        call = visibility_call(app_id, provider.key, provider.places, clock())
        calls[f"events show in {', '.join(provider.places) or 'no place'}"] = call
    told = Told([])
    for done, call in calls.items():
        answer = await exchange.ask(call)
        fault = provider_result(answer) if isinstance(answer, Answer) else answer
        if fault is not None:
            return Told(told.done, f"not done ({done}): HubSpot says: {_words(fault)}")
        told.done.append(done)
    return told


def _words(fault: Refused | Trouble) -> str:
    return getattr(fault, "message", "") or getattr(fault, "reason", "") or type(fault).__name__
