"""The OpenAPI description of `POST /v1/progress`, from the structs that decode it."""

from typing import Any

import msgspec

from app.collect.problem import PING_REASONS, SERVER_REASONS, STATUS, TITLE, Problem
from app.domain.notices import PingWarning
from app.domain.ping import Fault, PingRequest, SinglePing

_NOT_OF_A_POST = frozenset({"method_not_allowed", "internal"})
_REF = "#/components/schemas/{name}"

PROBLEM = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
"""The content of an answer that says what is wrong."""

EXAMPLE_PLAY = {
    "sessionId": "0c7f1f4e-5a3b-4b8e-9d53-4f4f6c0f3f11",
    "mediaType": "VIDEO",
    "externalId": "launch-film",
    "mediaName": "Launch film",
    "mediaUrl": "https://cdn.example.com/launch.mp4",
    "duration": 93.4,
    "occurredTimestamp": 1790000000000,
    "watched": [[1, 40], [0, 60]],
    "playedPercent": 40,
    "ended": False,
}
EXAMPLE_BATCH = {
    "sentAt": 1790000000500,
    "contactUtk": "0123456789abcdef0123456789abcdef",
    "pageUrl": "https://www.example.com/launch",
    "pageName": "Launch",
    "plays": [EXAMPLE_PLAY],
}
EXAMPLE_HUBSPOT = {
    "contactUtk": "0123456789abcdef0123456789abcdef",
    "mediaBridgeId": 42,
    "mediaName": "Launch film",
    "mediaType": "VIDEO",
    "occurredTimestamp": 1790000000000,
    "pageName": "Launch",
    "pageUrl": "https://www.example.com/launch",
    "playedPercent": 50,
    "sessionId": "0c7f1f4e-5a3b-4b8e-9d53-4f4f6c0f3f11",
}


class Accepted(msgspec.Struct):
    """How many plays were accepted, why others were not, and warnings (left out if none)."""

    accepted: int
    rejected: list[Fault]
    warnings: list[PingWarning] = []


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Add the endpoint to an OpenAPI document, in place."""
    (batch, single, accepted, _), components = msgspec.json.schema_components(
        [PingRequest, SinglePing, Accepted, Problem], ref_template=_REF
    )
    document.setdefault("components", {}).setdefault("schemas", {}).update(components)
    content = {
        "schema": {"anyOf": [batch, single]},
        "examples": {
            "batch": {"summary": "what the tracker sends", "value": EXAMPLE_BATCH},
            "single": {"summary": "HubSpot's own event body", "value": EXAMPLE_HUBSPOT},
        },
    }
    responses: dict[str, Any] = {
        "202": {
            "description": "On disk: it survives a crash. Plays that could not be taken are named",
            "content": {"application/json": {"schema": accepted}},
        }
    }
    for reason in (*PING_REASONS, *SERVER_REASONS):
        if reason in _NOT_OF_A_POST:
            continue
        described = responses.setdefault(str(STATUS[reason]), {"content": PROBLEM})
        earlier = f"{described['description']}. " if "description" in described else ""
        described["description"] = f"{earlier}`{reason}`: {TITLE[reason]}"
    document["paths"]["/v1/progress"] = {
        "post": {
            "operationId": "post_progress",
            "summary": "Report how far a play has come",
            "description": (
                "One play, or an envelope with `plays`. Each ping carries the whole state of a "
                "play, so pings may be repeated, reordered and lost. At most 64 KiB."
            ),
            "requestBody": {
                "required": True,
                "content": {"text/plain": content, "application/json": content},
            },
            "responses": responses,
        }
    }
    return document
