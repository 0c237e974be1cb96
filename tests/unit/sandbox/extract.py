"""Extract from HubSpot's published OpenAPI files the facts that the tests need.

`python -m tests.unit.sandbox.extract FOLDER` reads the published files in FOLDER and writes spec/
anew; with `--check` it only compares. What is kept: paths, methods, parameters, fields, types,
formats, required, enumerations, limits and scopes, of the listed operations and their schemas.
Titles, descriptions and examples are left out.
"""

import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parent / "spec"

_PROSE = {"default", "description", "example", "examples", "summary", "tags", "title"}
"""Keywords of an object that carry words; a schema's defaults are HubSpot's business, too."""

_MAPS = {"callbacks", "paths", "properties", "responses", "schemas", "scopes", "securitySchemes"}
"""Keywords whose value is an object keyed by names, not by keywords."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published file; of its paths those are kept that are, or begin with, a prefix.

    Only a prefix that ends in a slash is the beginning of others. `unread`: schemas that take
    anything here, for nothing reads what they describe.
    """

    name: str
    prefixes: tuple[str, ...] = ("/",)
    unread: frozenset[str] = frozenset()


SOURCES = (
    Source("media-bridge-events.v1.openapi.json"),
    Source(
        "media-bridge.2026-03.openapi.json",
        (
            "/media-bridge/2026-03/events/",
            "/media-bridge/2026-03/{appId}/settings",
            "/media-bridge/2026-03/{appId}/settings/event-visibility",
            "/media-bridge/2026-03/{appId}/settings/object-definitions/{mediaType}",
            "/media-bridge/2026-03/{appId}/settings/register",
        ),
        frozenset({"GroupView", "InboundDbObjectType", "PropertyDefinition"}),
    ),
    Source("media-bridge-objects.2026-09.openapi.json"),
    Source("objects.2026-03.openapi.json", ("/crm/objects/2026-03/{objectType}",)),
    Source("contacts.2026-03.openapi.json", ("/crm/objects/2026-03/contacts/batch/read",)),
    Source("oauth.v3.openapi.json"),
    Source("oauth.2026-03.openapi.json"),
    Source("custom-events.2026-03.openapi.json"),
    Source("custom-events.2026-09.openapi.json", ("/events/custom/2026-09/send",)),
    Source(
        "event-definitions.2026-03.openapi.json",
        (
            "/events/2026-03/event-definitions",
            "/events/2026-03/event-definitions/{eventName}",
            "/events/2026-03/event-definitions/{eventName}/property",
        ),
    ),
)


def extract(
    document: Mapping[str, Any], prefixes: Iterable[str], unread: Collection[str] = ()
) -> dict[str, Any]:
    """The facts of a published document, in its own order."""
    wanted = tuple(prefixes)
    starts = tuple(prefix for prefix in wanted if prefix.endswith("/"))
    paths = {
        path: _facts(operations)
        for path, operations in document["paths"].items()
        if path in wanted or path.startswith(starts)
    }
    components = _facts(document["components"])
    schemas = {
        name: {} if name in unread else schema for name, schema in components["schemas"].items()
    }
    used = _reachable([paths, components.get("responses", {})], schemas)
    components["schemas"] = {name: schemas[name] for name in schemas if name in used}
    return {"openapi": document["openapi"], "paths": paths, "components": components}


def _facts(node: Any, *, named: bool = False) -> Any:
    """The same without prose. `named`: the keys are names, none of them a keyword."""
    if isinstance(node, list):
        return [_facts(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: ""
        if named and isinstance(value, str)
        else _facts(value, named=not named and key in _MAPS)
        for key, value in node.items()
        if named or not (key in _PROSE or key.startswith("x-"))
    }


def _reachable(roots: list[Any], schemas: Mapping[str, Any]) -> set[str]:
    """The names of all schemas that the roots refer to, directly or through others."""
    found: set[str] = set()
    left = roots
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(node)
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
            left.extend(node.values())
    return found


def written(folder: Path, source: Source) -> str:
    """The text of the extract of one published file in `folder`."""
    raw = (folder / source.name).read_bytes()
    facts = extract(json.loads(raw), source.prefixes, source.unread)
    origin = {"file": source.name, "sha256": hashlib.sha256(raw).hexdigest()}
    return json.dumps({"x-extracted-from": origin, **facts}, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check all extracts; the exit status is 1 where one differs."""
    folder, check = Path(arguments[0]), "--check" in arguments
    differing = 0
    for source in SOURCES:
        text, target = written(folder, source), SPEC / source.name
        if check:
            if target.read_text("utf-8") != text:
                differing += 1
                sys.stderr.write(f"{target} differs from the extract of {source.name}\n")
        else:
            target.write_text(text, "utf-8")
    return int(differing > 0)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: python -m tests.unit.sandbox.extract FOLDER [--check]")
    sys.exit(main(sys.argv[1:]))
