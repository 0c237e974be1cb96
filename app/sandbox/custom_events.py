"""Custom events: their definitions, their bodies as HubSpot publishes them, and which are known.

A uuid is known for a year within its definition: of several events with one, the first is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from app.sandbox.errors import Detail, HubSpotError, validation_error
from app.sandbox.schemas import Optional, StrictBody, not_as_published

MOST_IN_BATCH = 500
YEAR_SECONDS = 365 * 24 * 60 * 60

_NAME = re.compile(r"[a-z][a-z0-9_]{0,98}")


class Occurrence(StrictBody):
    """One custom event. Values of properties are text, whatever the property's type."""

    event_name: str
    properties: dict[str, str]
    email: Optional[str] = None
    object_id: Optional[str] = None
    occurred_at: Optional[str] = None
    utk: Optional[str] = None
    uuid: Optional[str] = None


class Batch(StrictBody):
    """Several."""

    inputs: list[Occurrence]


class OptionInput(StrictBody):
    """An option of an enumeration."""

    label: str
    value: str
    display_order: int
    hidden: bool
    description: Optional[str] = None


class NewProperty(StrictBody):
    """A property of a definition."""

    label: str
    type: Literal["string", "number", "enumeration", "datetime"]
    name: Optional[str] = None
    description: Optional[str] = None
    options: Optional[list[OptionInput]] = None


class NewDefinition(StrictBody):
    """A definition."""

    label: str
    include_default_properties: bool
    property_definitions: list[NewProperty]
    name: Optional[str] = None
    description: Optional[str] = None
    primary_object: Optional[Literal["CONTACT", "COMPANY", "DEAL", "TICKET"]] = None


@dataclass
class Defined:
    """A definition that exists. `properties`: by name; `uuids`: when each came first (seconds)."""

    number: int
    label: str
    properties: dict[str, NewProperty]
    description: str = ""
    uuids: dict[str, float] = field(default_factory=dict)

    def is_known(self, uuid: str, now: float) -> bool:
        """Whether an event with it was kept within a year."""
        return uuid in self.uuids and now < self.uuids[uuid] + YEAR_SECONDS


class Definitions:
    """The account's definitions by internal name; each is found by its full name, too."""

    def __init__(self, portal_id: int, given: Mapping[str, frozenset[str]]) -> None:
        self._portal_id = portal_id
        self.known: dict[str, Defined] = {}
        for name, properties in given.items():
            made = {each: NewProperty(label=each, type="string") for each in sorted(properties)}
            self.known[name] = Defined(len(self.known) + 1, name, made)

    def full_name(self, name: str) -> str:
        """As it stands in an event."""
        return f"pe{self._portal_id}_{name}"

    def find(self, name: str) -> tuple[str, Defined]:
        """The definition, or HubSpot's 404."""
        own = name.removeprefix(self.full_name(""))
        if own not in self.known:
            raise HubSpotError(404, "OBJECT_NOT_FOUND", f"No event definition named {name}.")
        return own, self.known[own]

    def of_event(self, full_name: str) -> Defined:
        """The definition that an event names in full, or a 400."""
        own = full_name.removeprefix(self.full_name(""))
        if own == full_name or own not in self.known:
            raise validation_error("no such event", Detail("is not defined", "eventName"))
        return self.known[own]

    def make(self, body: object) -> str:
        """A new definition; returns its name."""
        new = read(NewDefinition, body)
        name = new.name or re.sub(r"[^a-z0-9]+", "_", new.label.lower()).strip("_")
        if not _NAME.fullmatch(name):
            raise validation_error("bad name", Detail("lower case, digits and _", "name"))
        if name in self.known:
            raise HubSpotError(409, "CONFLICT", "An event definition with this name exists.")
        made = Defined(len(self.known) + 1, new.label, {}, new.description or "")
        for each in new.property_definitions:
            _add(made, each)
        self.known[name] = made
        return name

    def add_property(self, name: str, body: object) -> dict[str, Any]:
        """A new property of a definition, as HubSpot shows it."""
        _, known = self.find(name)
        new = read(NewProperty, body)
        return _shown_property(_add(known, new), new)

    def shown(self, name: str) -> dict[str, Any]:
        """A definition as HubSpot shows it."""
        own, known = self.find(name)
        return {
            "archived": False,
            "associations": [],
            "fullyQualifiedName": self.full_name(own),
            "id": str(known.number),
            "labels": {"singular": known.label},
            "name": own,
            "objectTypeId": f"6-{known.number}",
            "description": known.description,
            "primaryObject": "CONTACT",
            "properties": [_shown_property(each, new) for each, new in known.properties.items()],
        }


def read(model: type[Any], body: object) -> Any:
    """The body as this model; or a 400 that names every wrong field."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise not_as_published(error) from None


def check(event: Occurrence, known: Defined) -> None:
    """Raise one 400 that names everything wrong with an event, but for whom it is about."""
    faults = [
        Detail("is not defined", f"properties.{name}")
        for name in event.properties
        if name not in known.properties
    ]
    for name, value in event.properties.items():
        kind = known.properties[name].type if name in known.properties else "string"
        if kind == "number" and not _is_number(value):
            faults.append(Detail("is no number", f"properties.{name}"))
    if not (event.email or event.object_id or event.utk):
        faults.append(Detail("one of email, objectId or utk is required", "objectId"))
    if event.occurred_at is not None and not _is_moment(event.occurred_at):
        faults.append(Detail("is no date-time", "occurredAt"))
    if faults:
        raise validation_error("Invalid input: see errors", *faults)


def _add(known: Defined, new: NewProperty) -> str:
    name = new.name or re.sub(r"[^a-z0-9]+", "_", new.label.lower()).strip("_")
    if name in known.properties:
        raise HubSpotError(409, "CONFLICT", "A property with this name exists.")
    known.properties[name] = new
    return name


def _shown_property(name: str, new: NewProperty) -> dict[str, Any]:
    return {
        "name": name,
        "label": new.label,
        "type": new.type,
        "description": new.description or "",
        "fieldType": "number" if new.type == "number" else "text",
        "groupName": "custom_event",
        "options": [],
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None
