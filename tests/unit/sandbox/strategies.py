"""Bodies made from HubSpot's published schemas: good ones, and good ones with something wrong."""

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.unit.sandbox import spec

# A verdict about bodies, none about how busy the machine is.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_RANGES = {"int32": 2**31, "int64": 2**63}

_junk: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.sampled_from(["12", "true", 1.0, 1.5, -1, 2**31, -(2**31) - 1, 2**63, -(2**63) - 1]),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2),
)


def good(document: Mapping[str, Any], schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that `schema` allows."""
    if "$ref" in schema:
        return good(document, document["components"]["schemas"][spec.reference(schema)])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "object":
        return _objects(document, schema)
    return _scalars(schema)


def _objects(
    document: Mapping[str, Any], schema: Mapping[str, Any]
) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" not in schema:
        values = good(document, schema["additionalProperties"])
        return st.dictionaries(st.integers(0, 99).map(str), values, min_size=1, max_size=5)
    fields = {name: good(document, value) for name, value in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


def _scalars(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match schema["type"]:
        case "string":
            return st.text(max_size=20)
        case "boolean":
            return st.booleans()
        case "integer":
            end = _RANGES[schema["format"]]
            return st.integers(-end, end - 1) | st.sampled_from([-end, 0, end - 1])
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)
        case other:
            raise NotImplementedError(f"a spec that says {other}")


@st.composite
def perhaps_bad(
    draw: st.DrawFn, document: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """A body that `schema` allows, with up to two fields made wrong, left out or made up."""
    body: dict[str, Any] = draw(good(document, schema))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from([*schema["properties"], "unknown"]))
        if draw(st.booleans()):
            body[name] = draw(_junk)
        else:
            body.pop(name, None)
    inner = body.get("derivedValues")
    if isinstance(inner, dict) and draw(st.booleans()):
        key = draw(st.sampled_from(["totalPercentPlayed", "totalSecondsPlayed", "unknown"]))
        body["derivedValues"] = {**inner, key: draw(_junk)}
    return body
