"""The app's own settings at HubSpot: the media provider's name, and where events are shown. Pure.

The older reference and the spec of 2026-09 require the developer account's key in the query of
these calls; the specs of v1 and 2026-03 require OAuth, with scopes that apps do not have by
default. `PUT` replaces `register`, with the same body and answer, except in 2026-09.
"""

from collections.abc import Collection
from typing import Literal, get_args

import msgspec
from pydantic import SecretStr

from app.hubspot.answers import Answer, is_success
from app.hubspot.classify import body_of
from app.hubspot.exchange import Call
from app.hubspot.origin import has_any
from app.hubspot.results import Refused, Trouble
from app.hubspot.versions import Route

Place = Literal["reporting", "timeline", "workflows"]
PLACES: tuple[Place, ...] = get_args(Place)

REGISTERS = "2026-09"
"""The version whose published paths have only `register`; all others use a PUT."""

_is_provider = has_any("appId", "name", "moduleName", "eventType", "updatedAt", "createdAt")


def name_call(route: Route, app_id: int, key: SecretStr | None, name: str, now: int) -> Call:
    """Name the provider. `now`: ms since the epoch. Without a key it needs an access token."""
    body = msgspec.json.encode({"name": name, "updatedAt": now})
    path = route.path(app_id=str(app_id))
    keys = _keys(key)
    if route.version == REGISTERS:
        return Call("provider", "POST", f"{path}/register", json=body, keys=keys)
    return Call("provider", "PUT", path, json=body, keys=keys)


def visibility_call(
    route: Route, app_id: int, key: SecretStr | None, places: Collection[Place], now: int
) -> Call:
    """Show all events in these places, and in no others."""
    shown = {f"showIn{place.title()}": place in places for place in PLACES}
    body = msgspec.json.encode({"eventType": "ALL", "updatedAt": now, **shown})
    path = f"{route.path(app_id=str(app_id))}/event-visibility"
    return Call("provider", "PATCH", path, json=body, keys=_keys(key))


def _keys(key: SecretStr | None) -> dict[str, SecretStr]:
    return {} if key is None else {"hapikey": key}


def provider_result(answer: Answer) -> Refused | Trouble | None:
    """Why it failed; None: it is done."""
    if is_success(answer) and not answer.body:
        return None
    body = body_of(answer, _is_provider)
    return None if isinstance(body, dict) else body
