"""Writes messages about wrong values: what is wrong, and what to write instead."""

from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from app.config.settings import Settings

LONGEST_SHOWN = 40
"""Characters of a wrong value that a message repeats."""

_NOUNS = {"integer": "whole number", "number": "number"}
_REMEDIES = {
    "string_type": "is not text: put it in quotes",
    "path_type": "is not text: put it in quotes",
    "tuple_type": 'is not a list: write ["…", "…"]',
}


def field_of(fault: ErrorDetails) -> str:
    """The wrong setting; empty if the message itself begins with the variable."""
    return str(fault["loc"][0]) if fault["loc"] else ""


def message_of(fault: ErrorDetails) -> str:
    """The message without the name of the variable or key. It repeats no secret."""
    kind = fault["type"]
    if kind == "value_error":  # the message is ours already
        return str(fault["ctx"]["error"])
    if kind in _REMEDIES:
        return _REMEDIES[kind]
    if kind == "literal_error":
        return f"{_shown(fault)} is not known: write {fault['ctx']['expected']}"
    if kind.startswith("bool_"):
        return f"{_shown(fault)} is neither yes nor no: write true or false"
    wanted = _schemas()[field_of(fault)]
    wanted = wanted.get("items", next(iter(wanted.get("anyOf", ())), wanted))
    noun = _NOUNS.get(wanted.get("type", ""))
    return f"is not valid: {fault['msg']}" if noun is None else _not_a_number(fault, noun, wanted)


def _not_a_number(fault: ErrorDetails, noun: str, wanted: dict[str, Any]) -> str:
    if str(fault["input"]).startswith("tcp://"):
        return (
            f"{_shown(fault)} was set by Kubernetes for a Service of that name: set "
            "enableServiceLinks: false for the Pod"
        )
    if fault["type"].startswith(("int_", "float_")):
        return f"{_shown(fault)} is not a {noun}: give one {_bounds(wanted)}"
    return f"{_shown(fault)} is out of range: give a {noun} {_bounds(wanted)}"


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each setting."""
    schemas: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    return schemas


def _bounds(wanted: dict[str, Any]) -> str:
    least, most = wanted.get("minimum"), wanted.get("maximum")
    if least is None:
        return f"above {wanted['exclusiveMinimum']} and up to {most}"
    return f"of at least {least}" if most is None else f"from {least} to {most}"


def _shown(fault: ErrorDetails) -> str:
    value = repr(fault["input"])
    return value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
