"""Media as CRM objects, as the published specifications have them."""

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from app.sandbox.routes_objects import BASE, OBJECT_TYPES, object_routes
from app.sandbox.state import Sandbox
from tests.unit.sandbox import spec

SPEC = "objects.2026-03.openapi.json"
PATH = f"{BASE}/{{objectType}}"
VIDEO = f"{BASE}/{OBJECT_TYPES['VIDEO']}"
IMAGE = f"{BASE}/{OBJECT_TYPES['IMAGE']}"
DEFINITIONS = "/media-bridge/2026-03/4242002/settings/object-definitions"
KEY = {"hapikey": "sandbox-developer-key"}


def film(**properties: str) -> dict[str, Any]:
    """A good body."""
    least = {"hs_title": "Launch", "hs_oembed_url": "https://video.example/oembed?id=1"}
    return {"properties": {**least, **properties}, "associations": []}


async def test_objects_come_as_published(http: httpx.AsyncClient) -> None:
    """Made with a 201, listed page by page, with the properties that are asked for alone."""
    document = spec.load(SPEC)
    operations = document["paths"][PATH]
    for number in range(3):
        made = await http.post(VIDEO, json=film(hs_external_id=f"e{number}", hs_duration="60000"))
        assert made.status_code == 201
        schema = operations["post"]["responses"]["201"]["content"]["application/json"]["schema"]
        spec.judge_of(document, schema).validate(made.json())
    assert (await http.post(f"{BASE}/{OBJECT_TYPES['AUDIO']}", json=film())).status_code == 201
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "properties": ["hs_external_id", "no such"]}
    while query.get("after") is not None or not seen:
        answer = await http.get(VIDEO, params=query)
        schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        spec.judge_of(document, schema).validate(answer.json())
        for each in answer.json()["results"]:
            assert each["properties"].keys() == {"hs_object_id", "hs_external_id"}
            seen.append(each["properties"]["hs_external_id"])
        query["after"] = answer.json().get("paging", {}).get("next", {}).get("after")
    assert seen == ["e0", "e1", "e2"]


@pytest.mark.parametrize(
    "body",
    [
        {"properties": film()["properties"]},
        film() | {"objectType": "VIDEO"},
        film(hs_title=""),
        film(hs_no_such="x"),
        film(hs_duration="long"),
        {"properties": {"hs_title": "Launch"}, "associations": []},
        {"properties": {"hs_title": 7}, "associations": []},
        [],
    ],
)
async def test_anything_else_is_refused(http: httpx.AsyncClient, body: object) -> None:
    """A list or a required property that lacks, one that is not known, or of another type."""
    answer = await http.post(VIDEO, json=body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_an_image_has_a_file(http: httpx.AsyncClient) -> None:
    """The guide requires it of no other type."""
    assert (await http.post(IMAGE, json=film())).status_code == 400
    whole = film(hs_file_url="https://cdn.example.com/a.png")
    assert (await http.post(IMAGE, json=whole)).status_code == 201


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"after": "x"}, {"page": "2"}])
async def test_a_bad_page_is_refused(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    """A bad page is refused as for other lists; a type that no app has defined is a 404."""
    assert (await http.get(VIDEO, params=query)).status_code == 400
    assert (await http.get(f"{BASE}/2-1")).status_code == 404


@pytest.mark.parametrize(
    ("scope", "method"), [("media_bridge.read", "GET"), ("media_bridge.write", "POST")]
)
async def test_each_call_asks_for_a_scope(
    http: httpx.AsyncClient, sandbox: Sandbox, scope: str, method: str
) -> None:
    """Without it a call is a 403 that names it."""
    sandbox.config = sandbox.config.changed({"scopes": sandbox.config.scopes - {scope}})
    refused = await http.request(method, VIDEO, json=film() if method == "POST" else None)
    assert (refused.status_code, refused.json()["context"]) == (403, {"missingScopes": [scope]})


async def test_the_apps_definitions_name_the_types(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Definitions need the developer account's key or a token with the scope, of this app."""
    document = spec.load("media-bridge.2026-03.openapi.json")
    sandbox.config = sandbox.config.changed({"provider_auth": "key"})
    answer = await http.get(f"{DEFINITIONS}/VIDEO", params=KEY)
    spec.judge(document, "ObjectDefinitionResponse").validate(answer.json())
    assert answer.json()["objectTypeId"] == OBJECT_TYPES["VIDEO"]
    assert (await http.get(f"{DEFINITIONS}/VIDEO")).status_code == 401
    assert (await http.get(f"{DEFINITIONS}/FILM", params=KEY)).status_code == 400
    other = DEFINITIONS.replace("4242002", "7")
    assert (await http.get(f"{other}/VIDEO", params=KEY)).status_code == 404


def test_the_path_is_the_published_one(sandbox: Sandbox) -> None:
    """Only the published path is served."""
    served = {route.path for route in object_routes(sandbox).routes if isinstance(route, APIRoute)}
    published = {path.replace("objectType", "object_type") for path in spec.load(SPEC)["paths"]}
    assert served == published
