"""Reads contacts' names in batches. Pure: the call, and the classification of its answer.

The published spec of 2026-03 states no maximum of inputs; HubSpot's guide says 100.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from app.hubspot.answers import NAME_LIMIT, Answer, text, whole_number
from app.hubspot.classify import body_of
from app.hubspot.exchange import Call
from app.hubspot.results import Refused, Trouble
from app.hubspot.versions import Route

NAMES_LIMIT = 100
"""Contacts per request."""

NamePart = Literal["name", "email"]
"""The parts of a contact that can be read: first and last name, or the email address."""

_PROPERTIES: dict[NamePart, tuple[str, ...]] = {
    "name": ("firstname", "lastname"),
    "email": ("email",),
}
_SIZE_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ContactNames:
    """Names by contact; contacts that do not exist, or have no name, are missing."""

    found: dict[int, str] = field(default_factory=dict, repr=False)


def names_call(route: Route, contacts: Sequence[int], parts: Collection[NamePart]) -> Call:
    """Request only these parts."""
    properties = [each for part in _PROPERTIES if part in parts for each in _PROPERTIES[part]]
    body = {
        "inputs": [{"id": str(each)} for each in contacts],
        "properties": properties,
        "propertiesWithHistory": [],
    }
    json = msgspec.json.encode(body)
    return Call("names", "POST", route.path(), json=json, longest=_SIZE_LIMIT)


def names_result(answer: Answer) -> ContactNames | Refused | Trouble:
    """The names; a 207 contains those that were found as well."""
    body = body_of(answer, lambda body: isinstance(body.get("results"), list))
    if not isinstance(body, dict):
        return body
    results: list[object] = body["results"]  # type: ignore[assignment] # just looked at
    named = (_named(each) for each in results if isinstance(each, dict))
    return ContactNames({contact: name for contact, name in named if contact and name})


def _named(result: dict[str, object]) -> tuple[int | None, str]:
    properties = result.get("properties")
    if not isinstance(properties, dict):
        return None, ""
    first, last, email = (
        text(properties.get(each), NAME_LIMIT) for each in ("firstname", "lastname", "email")
    )
    name = " ".join(filter(None, (first, last)))
    shown = f"{name} ({email})" if name and email else name or email
    return whole_number(result.get("id")), shown
