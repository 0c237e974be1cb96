"""The facts of HubSpot's published OpenAPI files (spec/), as JSON Schemas that can judge a body.

OpenAPI 3.0 is JSON Schema draft 5: 1.0 is no integer, and draft 4's validator agrees. What it has
beyond that, the integer formats, is added here.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from jsonschema import Draft4Validator, FormatChecker

from tests.unit.sandbox.extract import SPEC

_formats = FormatChecker(formats=())


@_formats.checks("int32")
def _int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_formats.checks("int64")
def _int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@_formats.checks("uuid", raises=ValueError)
def _uuid(value: object) -> bool:
    return str(UUID(str(value))) == value


def load(name: str) -> dict[str, Any]:
    """The extract called `name`."""
    document = json.loads((SPEC / name).read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def closed(schema: Any) -> Any:
    """The same schema, in which an object has no properties beyond those that are named."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: closed(value) for name, value in schema.items()}
    # A schema's own `properties` is an object; an event's field of that name would be one more key.
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        copy.setdefault("additionalProperties", False)
    return copy


def judge(document: Mapping[str, Any], schema_name: str) -> Draft4Validator:
    """The validator of one of the document's named schemas."""
    return judge_of(document, {"$ref": f"#/components/schemas/{schema_name}"})


def judge_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Draft4Validator:
    """The validator of a schema that may refer to the document's named ones."""
    whole = {**schema, "components": document["components"]}
    return Draft4Validator(whole, format_checker=_formats)


def reference(schema: Mapping[str, Any]) -> str:
    """The name that a `$ref` points at."""
    return str(schema["$ref"]).rpartition("/")[2]


def request_schema(operation: Mapping[str, Any]) -> str:
    """The name of the schema of an operation's JSON request body."""
    return reference(operation["requestBody"]["content"]["application/json"]["schema"])


def response_schema(operation: Mapping[str, Any]) -> str:
    """The name of the schema of an operation's 200."""
    return reference(operation["responses"]["200"]["content"]["application/json"]["schema"])
