"""Custom events at the sandbox: defined first, judged as published, each uuid once."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given

from app.sandbox.custom_events import NewDefinition, Occurrence, read
from app.sandbox.errors import HubSpotError
from app.sandbox.schemas import read_json
from app.sandbox.state import Sandbox
from tests.unit.sandbox import spec, strategies
from tests.unit.sandbox.setting import CONTACT_UTK, STRANGER_UTK, Clock

SENDING, NEXT_SENDING = "custom-events.2026-03.openapi.json", "custom-events.2026-09.openapi.json"
DEFINING = "event-definitions.2026-03.openapi.json"
SEND = "/events/2026-03/send"
DEFINITIONS = "/events/2026-03/event-definitions"
DAY = 24 * 60 * 60

DEFINITION = {
    "label": "Film watched",
    "name": "film",
    "includeDefaultProperties": False,
    "propertyDefinitions": [
        {"name": "title", "label": "Title", "type": "string"},
        {"name": "percent", "label": "Percent", "type": "number"},
    ],
}


def event(**fields: Any) -> dict[str, Any]:
    """A good event."""
    return {
        "eventName": "pe4242001_film",
        "objectId": "7",
        "properties": {"title": "Launch", "percent": "25"},
        **fields,
    }


@pytest.fixture
async def defined(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client, and the definition is there."""
    (await http.post(DEFINITIONS, json=DEFINITION)).raise_for_status()
    return http


def _is_accepted(model: type[Any], raw: bytes) -> bool:
    try:
        read(model, read_json(raw))
    except HubSpotError:
        return False
    return True


@pytest.mark.parametrize(
    ("document", "path", "model"),
    [
        (SENDING, SEND, Occurrence),
        (NEXT_SENDING, "/events/custom/2026-09/send", Occurrence),
    ],
)
def test_events_are_judged_as_by_the_published_schemas(
    document: str, path: str, model: type[Any]
) -> None:
    """A body is taken exactly when the spec's schema, closed to unknown fields, takes it."""
    whole = spec.closed(spec.load(document))
    name = spec.request_schema(whole["paths"][path]["post"])
    judge = spec.judge(whole, name)
    verdicts = set()

    @strategies.unhurried
    @given(strategies.perhaps_bad(whole, whole["components"]["schemas"][name]))
    def same_verdict(body: dict[str, Any]) -> None:
        verdict = judge.is_valid(body)
        verdicts.add(verdict)
        assert _is_accepted(model, json.dumps(body).encode()) == verdict

    same_verdict()
    assert verdicts == {True, False}


async def test_definitions_are_made_and_shown_as_published(http: httpx.AsyncClient) -> None:
    """Requests and answers fit the published schema; properties may be added later."""
    document = spec.load(DEFINING)
    paths = document["paths"]
    asked = spec.judge(document, spec.request_schema(paths[DEFINITIONS]["post"]))
    asked.validate(DEFINITION)
    assert read(NewDefinition, DEFINITION).name == "film"
    shown = spec.judge(document, "ExternalBehavioralEventTypeDefinition")
    made = await http.post(DEFINITIONS, json=DEFINITION)
    assert made.status_code == 201
    more = {"name": "page", "label": "Page", "type": "string"}
    added = await http.post(f"{DEFINITIONS}/film/property", json=more)
    assert added.status_code == 201
    spec.judge(document, "Property").validate(added.json())
    for name in ("film", "pe4242001_film"):
        one = (await http.get(f"{DEFINITIONS}/{name}")).json()
        shown.validate(one)
        assert one["fullyQualifiedName"] == "pe4242001_film"
        assert [each["name"] for each in one["properties"]] == ["title", "percent", "page"]
    assert (await http.get(DEFINITIONS)).json()["total"] == 1
    assert (await http.post(DEFINITIONS, json=DEFINITION)).status_code == 409
    assert (await http.delete(f"{DEFINITIONS}/film")).status_code == 204
    assert (await http.get(f"{DEFINITIONS}/film")).status_code == 404


@pytest.mark.parametrize("path", [SEND, "/events/custom/2026-09/send"])
async def test_a_good_event_is_kept(
    defined: httpx.AsyncClient, sandbox: Sandbox, path: str
) -> None:
    """A 204 that says nothing; the event stands in the ledger as it came."""
    answer = await defined.post(path, json=event())
    assert (answer.status_code, answer.content) == (204, b"")
    (kept,) = sandbox.ledger.custom_events
    assert (kept.body, kept.contact_id) == (event(), 7)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"eventName": "pe4242001_other"}, "eventName"),
        ({"eventName": "film"}, "eventName"),
        ({"properties": {"colour": "red"}}, "properties.colour"),
        ({"properties": {"percent": "most"}}, "properties.percent"),
        ({"properties": {"percent": 25}}, "properties.percent"),
        ({"occurredAt": "yesterday"}, "occurredAt"),
        ({"objectId": "nobody"}, "objectId"),
        ({"objectId": None}, "objectId"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_bad_event_is_refused_by_its_field(
    defined: httpx.AsyncClient, sandbox: Sandbox, changes: dict[str, Any], field: str
) -> None:
    """Also what the schema can't say: definitions and properties must exist."""
    answer = await defined.post(SEND, json=event(**changes))
    assert answer.status_code == 400
    assert {each["in"] for each in answer.json()["errors"]} == {field}
    assert not sandbox.ledger.custom_events


async def test_a_usertoken_leads_to_its_contact(
    defined: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A stranger's is refused, or nothing is kept without a word, as the world is set."""
    named = {key: value for key, value in event().items() if key != "objectId"}
    assert (await defined.post(SEND, json={**named, "utk": CONTACT_UTK})).status_code == 204
    assert (await defined.post(SEND, json={**named, "utk": STRANGER_UTK})).status_code == 400
    sandbox.config = sandbox.config.changed({"unknown_utk": "silent"})
    assert (await defined.post(SEND, json={**named, "utk": STRANGER_UTK})).status_code == 204
    assert (len(sandbox.ledger.custom_events), sandbox.ledger.silent) == (1, 1)


@pytest.mark.parametrize(("mode", "status"), [("refuse", 400), ("conflict", 409), ("silent", 204)])
async def test_a_uuid_counts_once_within_a_year(
    defined: httpx.AsyncClient, sandbox: Sandbox, clock: Clock, mode: str, status: int
) -> None:
    """Only the first event of a uuid is kept; another uuid is another event."""
    sandbox.config = sandbox.config.changed({"repeated_uuid": mode})
    assert (await defined.post(SEND, json=event(uuid="a"))).status_code == 204
    clock.now += 364 * DAY
    assert (await defined.post(SEND, json=event(uuid="a"))).status_code == status
    assert (await defined.post(SEND, json=event(uuid="b"))).status_code == 204
    clock.now += 2 * DAY
    assert (await defined.post(SEND, json=event(uuid="a"))).status_code == 204
    assert [kept.body["uuid"] for kept in sandbox.ledger.custom_events] == ["a", "b", "a"]


async def test_a_batch_is_taken_whole_or_not_at_all(
    defined: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Five hundred at most, and one bad event spoils it."""
    path = f"{SEND}/batch"
    many = {"inputs": [event(uuid=str(number)) for number in range(501)]}
    assert (await defined.post(path, json=many)).status_code == 400
    spoilt = {"inputs": [event(), event(eventName="x")]}
    assert (await defined.post(path, json=spoilt)).status_code == 400
    assert not sandbox.ledger.custom_events
    good = {"inputs": [event(uuid="a"), event(uuid="a"), event(uuid="b")]}
    assert (await defined.post(path, json=good)).status_code == 204
    assert len(sandbox.ledger.custom_events) == 2


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (SEND, "analytics.behavioral_events.send"),
        (DEFINITIONS, "behavioral_events.event_definitions.read_write"),
    ],
)
async def test_each_part_needs_its_published_scope(
    http: httpx.AsyncClient, sandbox: Sandbox, path: str, scope: str
) -> None:
    """A call needs the scope that the spec names; another scope does not help."""
    document = spec.load(SENDING if path == SEND else DEFINING)
    assert {"oauth2": [scope]} in document["paths"][path]["post"]["security"]
    sandbox.config = sandbox.config.changed({"scopes": sandbox.config.scopes - {scope}})
    answer = await http.post(path, json=event())
    assert answer.status_code == 403
    assert answer.json()["context"] == {"missingScopes": [scope]}


async def test_custom_events_count_in_the_same_limits(
    defined: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A request is a request."""
    sandbox.config = sandbox.config.changed({"rate": 2})
    assert (await defined.post(SEND, json=event())).status_code == 204
    assert (await defined.post(SEND, json=event())).status_code == 429


async def test_the_control_lists_what_was_kept(defined: httpx.AsyncClient) -> None:
    """The control lists events in order of arrival, from a number on."""
    for uuid in ("a", "b"):
        await defined.post(SEND, json=event(uuid=uuid))
    kept = (await defined.get("/sandbox/custom-events", params={"after": 1})).json()
    assert [each["body"]["uuid"] for each in kept] == ["b"]
    assert (await defined.get("/sandbox/state")).json()["kept_custom"] == 2
