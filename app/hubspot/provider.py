"""The app's own settings at HubSpot: the media provider's name, and where its events show. Pure.

The published spec (2026-09) asks for the developer account's key in the query of these calls, and
for no token; whether HubSpot would take a token of an account instead is not said. It calls
registering a name deprecated without naming a successor.
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

Place = Literal["reporting", "timeline", "workflows"]
PLACES: tuple[Place, ...] = get_args(Place)

VERSION = "2026-09"

_is_provider = has_any("appId", "name", "moduleName", "eventType", "updatedAt", "createdAt")


def register_call(app_id: int, key: SecretStr, name: str, now: int) -> Call:
    """Name the provider. `now`: ms since the epoch."""
    body = msgspec.json.encode({"name": name, "updatedAt": now})
    path = f"/media-bridge/{VERSION}/{app_id}/settings/register"
    return Call("provider", "POST", path, json=body, keys={"hapikey": key})


def visibility_call(app_id: int, key: SecretStr, places: Collection[Place], now: int) -> Call:
    """Let all events show in these places, and in no others."""
    shown = {f"showIn{place.title()}": place in places for place in PLACES}
    body = msgspec.json.encode({"eventType": "ALL", "updatedAt": now, **shown})
    path = f"/media-bridge/{VERSION}/{app_id}/settings/event-visibility"
    return Call("provider", "PATCH", path, json=body, keys={"hapikey": key})


def provider_result(answer: Answer) -> Refused | Trouble | None:
    """What stood in the way; None: it is done."""
    if is_success(answer) and not answer.body:
        return None
    body = body_of(answer, _is_provider)
    return None if isinstance(body, dict) else body
