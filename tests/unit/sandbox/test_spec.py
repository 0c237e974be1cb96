"""The sandbox against HubSpot's published specs: same paths, same bodies in, same bodies out."""

import json
from collections.abc import Callable
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.answers import answer
from app.sandbox.config import SandboxConfig
from app.sandbox.errors import HubSpotError
from app.sandbox.names import EventKind
from app.sandbox.routes_events import event_routes
from app.sandbox.routes_oauth import oauth_routes
from app.sandbox.rules import check, raw_data
from app.sandbox.schemas import read_event, read_json
from app.sandbox.state import Sandbox
from tests.unit.sandbox import spec, strategies
from tests.unit.sandbox.setting import (
    BY_UTK,
    CLIENT,
    PERCENT,
    PLAYED,
    STRANGER_UTK,
    TOKEN,
    attention,
    percent,
    played,
)

EVENTS_SPEC = "media-bridge-events.v1.openapi.json"
UNPUBLISHED = {("/oauth/v1/token", "POST")}
"""What HubSpot's own clients know (see `test_earlier_client`)."""

OAUTH_SPEC = "oauth.v3.openapi.json"
NEXT_EVENTS_SPEC = "media-bridge.2026-03.openapi.json"
NEXT_OAUTH_SPEC = "oauth.2026-03.openapi.json"

KINDS: tuple[EventKind, ...] = get_args(EventKind)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> EventKind:
    """Each of the three events."""
    chosen: EventKind = request.param
    return chosen


def _operation(document: dict[str, Any], kind: EventKind) -> dict[str, Any]:
    operation = document["paths"][f"/media-bridge/v1/events/{kind}"]["post"]
    assert isinstance(operation, dict)
    return operation


def _is_accepted(kind: EventKind, raw: bytes) -> bool:
    try:
        read_event(kind, read_json(raw))
    except HubSpotError:
        return False
    return True


def test_requests_are_judged_as_by_the_published_schemas(kind: EventKind) -> None:
    """A body is taken exactly when the spec's schema, closed to unknown fields, takes it."""
    document = spec.closed(spec.load(EVENTS_SPEC))
    name = spec.request_schema(_operation(document, kind))
    judge = spec.judge(document, name)
    verdicts = set()

    @strategies.unhurried
    @given(strategies.perhaps_bad(document, document["components"]["schemas"][name]))
    def same_verdict(body: dict[str, Any]) -> None:
        verdict = judge.is_valid(body)
        verdicts.add(verdict)
        assert _is_accepted(kind, json.dumps(body).encode()) == verdict

    same_verdict()
    assert verdicts == {True, False}


def test_integers_end_where_the_spec_ends_them(kind: EventKind) -> None:
    """The least and the greatest integer of each field are taken, the ones beyond are not."""
    document = spec.load(EVENTS_SPEC)
    properties = document["components"]["schemas"][spec.request_schema(_operation(document, kind))][
        "properties"
    ]
    whole = {
        "media-played": played(),
        "media-played-percent": percent(),
        "attention-span": attention(),
    }[kind]
    ends = {"int32": 2**31, "int64": 2**63}
    bounds = {
        name: ends[p["format"]] for name, p in properties.items() if p.get("type") == "integer"
    }
    assert {"contactId", "mediaBridgeId", "occurredTimestamp", "pageId"} <= bounds.keys()
    for name, end in bounds.items():
        verdicts = [
            _is_accepted(kind, json.dumps(whole | {name: value}).encode())
            for value in (-end - 1, -end, end - 1, end)
        ]
        assert verdicts == [False, True, True, False], name


@pytest.mark.parametrize("junk", [[], "text", 1, None, True])
def test_a_body_that_is_no_object_is_refused(kind: EventKind, junk: object) -> None:
    """A body that is no JSON object is refused."""
    assert not _is_accepted(kind, json.dumps(junk).encode())


def test_answers_are_what_the_published_schemas_say(kind: EventKind) -> None:
    """A 200 to any good event has every required field of the spec, and no unknown one."""
    document = spec.closed(spec.load(EVENTS_SPEC))
    operation = _operation(document, kind)
    schema = document["components"]["schemas"][spec.request_schema(operation)]
    judge = spec.judge(document, spec.response_schema(operation))

    @strategies.unhurried
    @given(strategies.good(document, schema), st.integers(0, 100))
    def fits(body: dict[str, Any], played_percent: int) -> None:
        # What the rules ask beyond the schema.
        body |= {"sessionId": "s", "occurredTimestamp": 1, "contactId": 1, "mediaBridgeId": 1}
        if "pageId" not in body:
            body |= {"pageName": "n", "pageUrl": "u"}
        if kind == "media-played-percent":
            body["playedPercent"] = played_percent
        if kind == "attention-span":
            body["rawDataMap"] = {span: abs(n) // 2 for span, n in body["rawDataMap"].items()}
            if "rawDataString" in body:
                body["rawDataString"] = raw_data(body["rawDataMap"])
        event = read_event(kind, body)
        check(event)
        judge.validate(answer(SandboxConfig(), event, 2**40, 2**41))

    fits()


async def test_what_the_wire_says_is_what_the_spec_says(http: httpx.AsyncClient) -> None:
    """The 200 of a real request validates too, ids of more than 32 bits included."""
    document = spec.closed(spec.load(EVENTS_SPEC))
    response = await http.post(PLAYED, json=played(contactId=2**40, externalId="x"))
    spec.judge(document, "MediaPlayedEvent").validate(response.json())


@pytest.mark.parametrize(
    ("files", "routes"),
    [
        ((EVENTS_SPEC, NEXT_EVENTS_SPEC), event_routes),
        ((OAUTH_SPEC, NEXT_OAUTH_SPEC), oauth_routes),
    ],
    ids=["events", "oauth"],
)
def test_paths_and_methods_are_the_published_ones(
    sandbox: Sandbox, files: tuple[str, ...], routes: Callable[[Sandbox], Any]
) -> None:
    """The operations of both published versions exist, and nothing else but OAuth v1."""
    published = {
        (path, method.upper())
        for file in files
        for path, operations in spec.load(file)["paths"].items()
        if "/settings" not in path  # see test_media
        for method in operations
    }
    served = {
        (route.path, method)
        for route in routes(sandbox).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert served - UNPUBLISHED == published


async def test_a_method_the_spec_lacks_is_a_405(http: httpx.AsyncClient) -> None:
    """Only the published method is served on a published path."""
    for path in spec.load(EVENTS_SPEC)["paths"]:
        assert (await http.get(path)).status_code == 405


async def test_every_error_validates_against_the_published_error(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """All errors but the 429 (HubSpot's says errorType where the spec says category) are Error."""
    judges = [spec.judge(spec.load(file), "Error") for file in (EVENTS_SPEC, OAUTH_SPEC)]
    anonymous = {"Authorization": ""}
    bad_refresh = {**CLIENT, "grant_type": "refresh_token", "refresh_token": "dead"}
    responses = [
        await http.post(PLAYED, json=played(contactId="7", unknown=1)),
        await http.post(PERCENT, json=percent(playedPercent=140)),
        await http.post(PLAYED, json=played() | {"contactId": None}),
        await http.post(PLAYED, content=b"{", headers={"Content-Type": "application/json"}),
        await http.post(PLAYED, content=b"{}", headers={"Content-Type": "text/plain"}),
        await http.post(PLAYED, json=played(), headers=anonymous),
        await http.get(PLAYED),
        await http.get("/nowhere"),
        await http.get(BY_UTK),
        await http.get(BY_UTK, params={"utk": STRANGER_UTK}, headers=anonymous),
        await http.post(TOKEN),
        await http.post(TOKEN, data=CLIENT),
        await http.post(TOKEN, data=bad_refresh),
    ]
    sandbox.config = sandbox.config.changed({"scopes": []})
    responses.append(await http.post(PLAYED, json=played()))

    assert sorted({r.status_code for r in responses}) == [400, 401, 403, 404, 405, 415]
    for response in responses:
        for judge in judges:
            judge.validate(response.json())


async def test_tokens_and_introspections_validate(http: httpx.AsyncClient) -> None:
    """Each answer of the token endpoints has exactly one of the published shapes."""
    document = spec.load(OAUTH_SPEC)
    first = {**CLIENT, "grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token"}
    issued = (await http.post(TOKEN, data=first)).json()
    spec.judge(document, "TokenResponseIF").validate(issued)
    spec.judge(document, "AccessTokenResponse").validate(issued)

    judge = spec.judge(document, "TokenInfoResponseBaseIF")
    for token in (issued["access_token"], issued["refresh_token"], "unknown"):
        about = await http.post(f"{TOKEN}/introspect", data={**CLIENT, "token": token})
        judge.validate(about.json())
