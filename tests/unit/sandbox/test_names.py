"""Properties of contacts, read in batches, as the published specification has it."""

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from app.sandbox.routes_names import name_routes
from app.sandbox.state import Sandbox
from tests.unit.sandbox import spec
from tests.unit.sandbox.setting import without

SPEC = "contacts.2026-03.openapi.json"
PATH = "/crm/objects/2026-03/contacts/batch/read"
NAMES = ("firstname", "lastname", "email")


def batch(*contacts: int, **fields: Any) -> dict[str, Any]:
    """A good body."""
    inputs = [{"id": str(each)} for each in contacts]
    return {"inputs": inputs, "properties": [*NAMES], "propertiesWithHistory": [], **fields}


async def test_names_come_as_published(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """A 200, or a 207 that tells who is not there; no field that the spec does not have."""
    document = spec.closed(spec.load(SPEC))
    operation = document["paths"][PATH]["post"]
    sandbox.config = sandbox.config.changed({"contacts": {7, 9}})
    for contacts, status in (((7, 9, 7), 200), ((7, 8), 207)):
        answer = await http.post(PATH, json=batch(*contacts))
        assert answer.status_code == status
        content = operation["responses"][str(status)]["content"]["application/json"]
        spec.judge_of(document, content["schema"]).validate(answer.json())
        results = {each["id"]: each["properties"] for each in answer.json()["results"]}
        assert results.keys() == ({"7", "9"} if status == 200 else {"7"})
        assert results["7"]["firstname"] == "Hugo"
        assert results["7"]["email"].endswith("@sandbox.example")
    missing = (await http.post(PATH, json=batch(8))).json()
    assert missing["errors"][0]["context"] == {"ids": ["8"]}


async def test_only_what_is_asked_for_is_told(http: httpx.AsyncClient) -> None:
    """Besides what HubSpot tells of every object."""
    answer = await http.post(PATH, json=batch(7, properties=["email", "no such"]))
    (result,) = answer.json()["results"]
    assert result["properties"].keys() == {
        *("email", "hs_object_id", "createdate", "lastmodifieddate"),
    }


async def test_a_merged_contact_is_the_one_it_went_into(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A merged contact appears once, under the id of the contact it was merged into."""
    sandbox.config = sandbox.config.changed({"merged": {12: 11}})
    answer = await http.post(PATH, json=batch(11, 12))
    assert [each["id"] for each in answer.json()["results"]] == ["11"]


async def test_a_hundred_a_call(http: httpx.AsyncClient) -> None:
    """One more, or none, is a 400."""
    answers = [await http.post(PATH, json=batch(*range(1, 1 + n))) for n in (100, 101, 0)]
    assert [answer.status_code for answer in answers] == [200, 400, 400]


@pytest.mark.parametrize(
    "body",
    [
        without(batch(7), "propertiesWithHistory"),
        without(batch(7), "properties"),
        batch(7, limit=1),
        batch(7, idProperty=None),
        batch(7, inputs=[{"id": 7}]),
        batch(7, inputs=[{"id": "7", "name": "x"}]),
        batch(7, inputs=["7"]),
        batch(7, inputs=[{"id": "x"}]),
        [],
    ],
)
async def test_anything_else_is_refused(http: httpx.AsyncClient, body: object) -> None:
    """A field that lacks, that is not known, or of another type."""
    answer = await http.post(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


async def test_it_needs_its_scope(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """The published one."""
    (security,) = spec.load(SPEC)["paths"][PATH]["post"]["security"]
    (scope,) = security["oauth2"]
    sandbox.config = sandbox.config.changed({"scopes": sandbox.config.scopes - {scope}})
    answer = await http.post(PATH, json=batch(7))
    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    sandbox.config = sandbox.config.changed({"scopes": {scope}})
    assert (await http.post(PATH, json=batch(7))).status_code == 200


def test_the_path_is_the_published_one(sandbox: Sandbox) -> None:
    """Only the published path is served."""
    served = {route.path for route in name_routes(sandbox).routes if isinstance(route, APIRoute)}
    assert served == spec.load(SPEC)["paths"].keys()
