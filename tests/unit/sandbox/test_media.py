"""The sandbox's media objects and app settings against HubSpot's published spec of 2026-09."""

import json
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import given

from app.sandbox.errors import HubSpotError
from app.sandbox.media import CHANGE, NEW, PROVIDER, VISIBILITY, MediaType, read
from app.sandbox.routes_media import BASE, media_routes
from app.sandbox.routes_provider import provider_routes
from app.sandbox.schemas import read_json
from app.sandbox.state import Sandbox
from tests.unit.sandbox import spec, strategies
from tests.unit.sandbox.setting import PLAYED, played

SPEC = "media-bridge-objects.2026-09.openapi.json"
SETTINGS = "/media-bridge/2026-09/4242002/settings"
KEY = {"hapikey": "sandbox-developer-key"}
CREATED = [f"Create{each.title()}ObjectRequest" for each in get_args(MediaType)]
UPDATED = [f"Update{each.title()}ObjectRequest" for each in get_args(MediaType)]
VIDEO = {"mediaType": "VIDEO", "title": "Launch", "externalId": "launch"}


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A body's own part: by its first part the published schema refers to itself, for ever."""
    schema: dict[str, Any] = document["components"]["schemas"][name]
    return schema["allOf"][1] if "allOf" in schema else schema


def _is_accepted(adapter: Any, raw: bytes) -> bool:
    try:
        read(adapter, read_json(raw))
    except HubSpotError:
        return False
    return True


@pytest.mark.parametrize(
    ("adapter", "family", "name"),
    [
        *((NEW, CREATED, name) for name in CREATED),
        *((CHANGE, UPDATED, name) for name in UPDATED),
        (PROVIDER, ["MediaBridgeProviderPartial"], "MediaBridgeProviderPartial"),
        (VISIBILITY, ["EventVisibilityChange"], "EventVisibilityChange"),
    ],
)
def test_bodies_are_judged_as_by_the_published_schemas(
    adapter: Any, family: list[str], name: str
) -> None:
    """A body is taken exactly when the spec's schema, closed to unknown fields, takes it."""
    document = spec.closed(spec.load(SPEC))
    judges = [spec.judge_of(document, _schema(document, each)) for each in family]
    verdicts = set()

    @strategies.unhurried
    @given(strategies.perhaps_bad(document, _schema(document, name)))
    def same_verdict(body: dict[str, Any]) -> None:
        verdict = any(judge.is_valid(body) for judge in judges)
        verdicts.add(verdict)
        assert _is_accepted(adapter, json.dumps(body).encode()) == verdict

    same_verdict()
    assert verdicts == {True, False}


def test_paths_and_methods_are_the_published_ones(sandbox: Sandbox) -> None:
    """The spec's operations exist, and nothing else does."""
    published = {
        (path, method.upper())
        for path, operations in spec.load(SPEC)["paths"].items()
        for method in operations
    }
    names = {"media_type": "mediaType", "object_id": "objectId", "app_id": "appId"}
    served = {
        (route.path.format(**{name: f"{{{names[name]}}}" for name in names}), method)
        for routes in (media_routes(sandbox), provider_routes(sandbox))
        for route in routes.routes
        if isinstance(route, APIRoute) and "/2026-09/" in route.path
        for method in route.methods or ()
    }
    assert served == published


async def test_answers_are_what_the_published_schemas_say(http: httpx.AsyncClient) -> None:
    """Objects, pages of them, the provider's name and the visibility validate."""
    document = spec.closed(spec.load(SPEC))
    a_medium = spec.judge(document, "MediaBridgeObject")
    made = (await http.post(BASE, json={**VIDEO, "bearerToken": "t", "duration": 93400})).json()
    a_medium.validate(made)
    await http.post(BASE, json=VIDEO | {"externalId": "second"})
    first = (await http.get(f"{BASE}/VIDEO", params={"limit": 1})).json()
    spec.judge(document, "CollectionResponseMediaBridgeObjectForwardPaging").validate(first)
    a_medium.validate((await http.get(f"{BASE}/VIDEO/{made['id']}")).json())
    changed = await http.patch(f"{BASE}/{made['id']}", json={"mediaType": "VIDEO", "title": "New"})
    a_medium.validate(changed.json())
    assert changed.json()["externalId"] == "launch"

    named = await http.post(f"{SETTINGS}/register", params=KEY, json={"name": "A", "updatedAt": 1})
    spec.judge(document, "MediaBridgeProviderRegistrationResponse").validate(named.json())
    shown = {"eventType": "ALL", "updatedAt": 1, "showInTimeline": True}
    path = f"{SETTINGS}/event-visibility"
    visible = (await http.patch(path, params=KEY, json=shown)).json()
    spec.judge(document, "EventVisibilityChange").validate(visible)
    read = (await http.get(path, params=KEY)).json()
    spec.judge(document, "EventVisibilityResponse").validate(read)
    assert read["visibilitySettings"] == [shown]


async def test_a_list_is_walked_page_by_page(http: httpx.AsyncClient) -> None:
    """Each object of the type is on exactly one page, and the last page names no next one."""
    for number in range(5):
        await http.post(BASE, json=VIDEO | {"externalId": f"e{number}"})
    await http.post(BASE, json={"mediaType": "AUDIO", "title": "Tune"})
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    for pages in range(1, 4):
        page = (await http.get(f"{BASE}/VIDEO", params=query)).json()
        seen += [each["externalId"] for each in page["results"]]
        assert ("paging" in page) == (pages < 3)
        query["after"] = page.get("paging", {}).get("next", {}).get("after", "")
    assert seen == ["e0", "e1", "e2", "e3", "e4"]


async def test_what_was_made_is_what_events_are_about(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """An event about a registered externalId lands on that object, until it is removed."""
    sandbox.config = sandbox.config.changed({"unknown_media": "refuse"})
    event = {**played(), "externalId": "launch"}
    del event["mediaBridgeId"]
    assert (await http.post(PLAYED, json=event)).status_code == 400
    made = (await http.post(BASE, json=VIDEO)).json()
    assert (await http.post(PLAYED, json=event)).json()["mediaBridgeId"] == int(made["id"])
    gone = await http.delete(f"{BASE}/VIDEO/{made['id']}")
    assert gone.status_code == 204
    assert (await http.get(f"{BASE}/VIDEO/{made['id']}")).status_code == 404
    assert (await http.post(PLAYED, json=event)).status_code == 400


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("media_bridge.read", "GET", f"{BASE}/VIDEO"),
        ("media_bridge.write", "POST", BASE),
        ("files", "POST", BASE),
    ],
)
async def test_each_call_asks_for_the_published_scopes(
    http: httpx.AsyncClient, sandbox: Sandbox, scope: str, method: str, path: str
) -> None:
    """Without one of the scopes that the spec names, a call is a 403 that names it."""
    document = spec.load(SPEC)
    operation = document["paths"][path.replace("/VIDEO", "/{mediaType}")][method.lower()]
    assert any(scope in each.get("oauth2", ()) for each in operation["security"])
    sandbox.config = sandbox.config.changed({"scopes": sandbox.config.scopes - {scope}})
    refused = await http.request(method, path, json=VIDEO if method == "POST" else None)
    assert (refused.status_code, refused.json()["context"]) == (403, {"missingScopes": [scope]})


async def test_the_apps_settings_want_the_developers_key(http: httpx.AsyncClient) -> None:
    """An account's token does not do, nor another key; another app's id is not found."""
    body = {"name": "A", "updatedAt": 1}
    for query in ({}, {"hapikey": "other"}):
        answer = await http.post(f"{SETTINGS}/register", params=query, json=body)
        assert answer.status_code == 401
    other = SETTINGS.replace("4242002", "7")
    assert (await http.post(f"{other}/register", params=KEY, json=body)).status_code == 404


@pytest.mark.parametrize("version", ["v1", "2026-03"])
@pytest.mark.parametrize("auth", ["key", "oauth", "either"])
async def test_other_versions_take_a_put(
    http: httpx.AsyncClient, sandbox: Sandbox, version: str, auth: str
) -> None:
    """In place of `register`, with the key or with a token that has the scopes, as it may be."""
    granted = sandbox.config.scopes | {"developers-read", "developers-write"}
    sandbox.config = sandbox.config.changed({"provider_auth": auth})
    path, body = SETTINGS.replace("2026-09", version), {"name": "A", "updatedAt": 1}
    by_key = await http.put(path, params=KEY, json=body)
    assert by_key.status_code == (401 if auth == "oauth" else 200)
    without = await http.put(path, json=body)
    assert without.status_code == (401 if auth == "key" else 403)
    sandbox.config = sandbox.config.changed({"scopes": granted})
    by_token = await http.put(path, json=body)
    assert by_token.status_code == (401 if auth == "key" else 200)


def test_the_settings_of_2026_03_are_published(sandbox: Sandbox) -> None:
    """Each path and method, and the scope that it asks for."""
    published = spec.load("media-bridge.2026-03.openapi.json")["paths"]
    served = [
        (route.path.replace("app_id", "appId").replace("media_type", "mediaType"), method.lower())
        for route in provider_routes(sandbox).routes
        if isinstance(route, APIRoute) and "/2026-03/" in route.path
        for method in route.methods or ()
    ]
    assert len(served) == 5
    for path, method in served:
        (security,) = published[path][method]["security"]
        reads = "visibility" in path or method == "get"
        wanted = "developers-read" if reads else "developers-write"
        assert security == {"oauth2": [wanted]}


@pytest.mark.parametrize("query", [{"limit": "many"}, {"after": "x"}, {"page": "2"}])
async def test_a_bad_page_is_refused(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    """Parameters that the spec does not know, or of another type, are a 400."""
    assert (await http.get(f"{BASE}/VIDEO", params=query)).status_code == 400
    assert (await http.get(f"{BASE}/FILM")).status_code == 400
