"""HubSpot's custom events: the body of one, its definition, and what the answers amount to. Pure.

Every value of a property is text. Several events with one `uuid` within a year are one: HubSpot
takes the first and refuses the rest, so a repeat after a lost answer doubles nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID, uuid5

import msgspec
from httpx import codes

from app.domain.identity import Identity
from app.domain.milestones import EventType
from app.domain.play import Play
from app.hubspot.answers import Answer, text
from app.hubspot.bodies import Body
from app.hubspot.classify import body_of, failure
from app.hubspot.exchange import Call
from app.hubspot.origin import foreign, has_any
from app.hubspot.results import Refused, SendResult, Taken, Trouble
from app.hubspot.versions import Route

NAME = "playrelay_media"
LABEL = "Media milestone (playrelay)"

PROPERTIES: Mapping[str, tuple[str, str]] = {
    "milestone": ("Milestone", "string"),
    "percent": ("Percent watched", "number"),
    "title": ("Title", "string"),
    "medium": ("Medium", "string"),
    "media_type": ("Type of medium", "string"),
    "page": ("Page", "string"),
    "page_title": ("Page title", "string"),
    "session_id": ("Session", "string"),
    "play_url": ("What became of the play", "string"),
}
"""The properties of the definition: label and type by internal name."""

_SPACE = UUID("0d4b2f4e-7f3c-5a61-9a5e-6c2b1d7e8f90")
_VALUE_LIMIT = 1_000  # characters; HubSpot publishes no limit
_REPEATED = re.compile(r"\buuid\b", re.IGNORECASE)

_is_definition = has_any("fullyQualifiedName")


class EventForm(msgspec.Struct, frozen=True):
    """The common settings of an account's custom events.

    `name`: the definition's full name. `play_page`: the address of the console's page of a play, to
    which the session is appended; None: events contain no link.
    """

    name: str
    play_page: str | None = None


class Definition(msgspec.Struct, frozen=True):
    """An event definition at HubSpot. `properties`: the type of each, by name."""

    full_name: str
    properties: Mapping[str, str]


def event_uuid(play: Play, event: EventType, value: str, row: int) -> str:
    """The same for every request for one event of the outbox, and for no other event.

    The row's id alone would not be enough: a new store counts from 1 again.
    """
    return str(uuid5(_SPACE, f"{row}\0{play.site}\0{play.session_id}\0{event}:{value}"))


def event_body(
    form: EventForm,
    *,
    uuid: str,
    identity: Identity,
    play: Play,
    event: EventType,
    value: str,
    occurred_at: int,
) -> Body:
    """One custom event. ValueError for an identity that custom events don't accept."""
    said: Body = {
        "eventName": form.name,
        "uuid": uuid,
        "occurredAt": _moment(occurred_at),
        "properties": _properties(form, play, event, value),
    }
    if identity.contact_id is not None:
        return {**said, "objectId": str(identity.contact_id)}
    if identity.contact_utk is not None:
        return {**said, "utk": identity.contact_utk}
    raise ValueError("custom events take no link of a mail")


def event_call(route: Route, body: bytes) -> Call:
    """The call that sends one event."""
    return Call("custom-event", "POST", route.path(act="send"), json=body)


def event_result(answer: Answer) -> SendResult:
    """Classify the answer to an event: a 204 means that it was accepted, without details.

    HubSpot does not publish how it answers a known uuid: an error about nothing but the uuid, or a
    409, counts as a repeat.
    """
    if answer.status == codes.NO_CONTENT:
        return Taken()
    if codes.is_success(answer.status):
        return foreign(answer)
    result = failure(answer)
    if isinstance(result, Refused) and _is_repeat(result):
        return Taken(repeated=True)
    return result


def definition_call(route: Route, name: str) -> Call:
    """The call that reads a definition."""
    return Call("event-definitions", "GET", f"{route.path(act='event-definitions')}/{name}")


def define_call(route: Route, name: str) -> Call:
    """The call that creates the definition with all its properties."""
    body = {
        "label": LABEL,
        "name": name,
        "description": "A milestone of a medium that a contact watched.",
        "primaryObject": "CONTACT",
        "includeDefaultProperties": False,
        "propertyDefinitions": [property_body(each) for each in PROPERTIES],
    }
    path = route.path(act="event-definitions")
    return Call("event-definitions", "POST", path, json=msgspec.json.encode(body))


def property_call(route: Route, name: str, missing: str) -> Call:
    """The call that adds a missing property to a definition."""
    path = f"{route.path(act='event-definitions')}/{name}/property"
    body = msgspec.json.encode(property_body(missing))
    return Call("event-definitions", "POST", path, json=body)


def property_body(name: str) -> Body:
    """A property in HubSpot's form."""
    label, kind = PROPERTIES[name]
    return {"name": name, "label": label, "type": kind}


def definition_result(answer: Answer) -> Definition | Refused | Trouble:
    """The definition that an answer contains."""
    body = body_of(answer, _is_definition)
    if not isinstance(body, dict):
        return body
    listed = body.get("properties")
    properties = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return Definition(
        text(body.get("fullyQualifiedName")),
        {text(each.get("name")): text(each.get("type")) for each in properties},
    )


def property_result(answer: Answer) -> Refused | Trouble | None:
    """Why a property could not be added; None: it exists."""
    body = body_of(answer, has_any("name"))
    return None if isinstance(body, dict) else body


def _is_repeat(refused: Refused) -> bool:
    named = set(refused.fields)
    alone = named == {"uuid"} or (not named and _REPEATED.search(refused.message) is not None)
    return refused.status == codes.CONFLICT or alone


def _properties(form: EventForm, play: Play, event: EventType, value: str) -> dict[str, str]:
    medium, page = play.medium, play.page[2]
    percent = {"media-played-percent": value, "media-played": "0"}.get(event)
    if percent is None or value == "VIEWED":
        percent = f"{play.covered:.0f}"
    known = {
        "milestone": _milestone(event, value),
        "percent": percent,
        "title": medium.name,
        "medium": medium.external_id or medium.url or medium.bridge_id,
        "media_type": medium.type,
        "page": page.url or page.page_id,
        "page_title": page.name,
        "session_id": play.session_id,
        "play_url": form.play_page and f"{form.play_page}{quote(play.session_id, safe='')}",
    }
    return {name: str(each)[:_VALUE_LIMIT] for name, each in known.items() if each is not None}


def _milestone(event: EventType, value: str) -> str:
    """The milestone as marketers call it: `started`, `viewed`, `25 %` or `attention span`."""
    if event == "media-played-percent":
        return f"{value} %"
    return "attention span" if event == "attention-span" else value.lower()


def _moment(at: int) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
