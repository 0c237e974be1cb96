"""The extract of HubSpot's published files: facts without prose."""

import os

from tests.unit.sandbox.extract import SOURCES, SPEC, extract, main
from tests.unit.sandbox.spec import load

PUBLISHED = os.environ.get("PLAYRELAY_HUBSPOT_SPECS")

DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "An API", "description": "Words."},
    "paths": {
        "/kept": {
            "post": {
                "summary": "Words.",
                "requestBody": {"$ref": "#/components/schemas/Used"},
                "responses": {"default": {"description": "Words."}},
            }
        },
        "/other": {"get": {"requestBody": {"$ref": "#/components/schemas/Unused"}}},
    },
    "components": {
        "schemas": {
            "Used": {
                "type": "object",
                "title": "Used",
                "properties": {
                    "title": {"type": "string", "example": "Words."},
                    "properties": {"$ref": "#/components/schemas/Inner"},
                },
            },
            "Inner": {"type": "integer", "maximum": 7, "enum": [1, 7], "x-note": "Words."},
            "Unused": {"type": "string"},
        },
        "securitySchemes": {"oauth2": {"flows": {"scopes": {"media_bridge.write": "Words."}}}},
    },
}


def test_facts_are_kept_and_prose_is_not() -> None:
    """A field may be called like a keyword of OpenAPI; words and unused schemas are left out."""
    assert extract(DOCUMENT, ["/kept"]) == {
        "openapi": "3.0.1",
        "paths": {
            "/kept": {
                "post": {
                    "requestBody": {"$ref": "#/components/schemas/Used"},
                    "responses": {"default": {}},
                }
            }
        },
        "components": {
            "schemas": {
                "Used": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string"},
                        "properties": {"$ref": "#/components/schemas/Inner"},
                    },
                },
                "Inner": {"type": "integer", "maximum": 7, "enum": [1, 7]},
            },
            "securitySchemes": {"oauth2": {"flows": {"scopes": {"media_bridge.write": ""}}}},
        },
    }


def test_every_source_has_its_extract() -> None:
    """Each extract names the file that it is from, and nothing else lies beside them."""
    assert {path.name for path in SPEC.iterdir()} == {source.name for source in SOURCES}
    for source in SOURCES:
        assert load(source.name)["x-extracted-from"]["file"] == source.name


def test_both_versions_of_the_events_have_the_same_requests() -> None:
    """The events of v1 and of 2026-03 ask for the same fields, so one body serves both."""
    v1, dated = (load(SOURCES[index].name)["components"]["schemas"] for index in (0, 1))
    requests = {name for name in v1 if name.endswith("Request")}
    assert len(requests) == 3
    assert {name: v1[name] for name in requests} == {name: dated[name] for name in requests}


if PUBLISHED is not None:

    def test_the_extract_is_that_of_the_published_files() -> None:
        """PLAYRELAY_HUBSPOT_SPECS names a folder of published files: the extracts are theirs."""
        assert main([str(PUBLISHED), "--check"]) == 0
