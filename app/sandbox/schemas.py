"""The bodies of the three events, exactly as HubSpot publishes them, and read strictly.

Strictly: a string where an integer belongs, an integer out of range, a null, a field the spec does
not know, a field said twice: each is a 400. What the spec can't say stands in `rules`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from app.sandbox.errors import Detail, HubSpotError, validation_error
from app.sandbox.names import EventKind

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def _refuse_null(value: object) -> object:
    if value is None:
        raise ValueError("must not be null: leave the field out")
    return value


T = TypeVar("T")
# None is how this module says «not sent»; sent as null, it is refused like any other wrong type.
Optional = Annotated[T | None, BeforeValidator(_refuse_null)]


class StrictBody(BaseModel):
    """No field unknown, none of another type than the spec's."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)


class Event(StrictBody):
    """What the three events have in common; times are milliseconds since the epoch."""

    media_type: Literal["AUDIO", "DOCUMENT", "IMAGE", "OTHER", "VIDEO"]
    occurred_timestamp: Int64
    session_id: str
    contact_id: Optional[Int64] = None
    contact_utk: Optional[str] = None
    hsenc: Optional[str] = Field(default=None, alias="_hsenc")
    media_bridge_id: Optional[Int64] = None
    external_id: Optional[str] = None
    media_name: Optional[str] = None
    media_url: Optional[str] = None
    page_id: Optional[Int64] = None
    page_name: Optional[str] = None
    page_url: Optional[str] = None
    external_play_context: Optional[Literal["EMAIL", "EXTERNAL_PAGE"]] = None


class MediaPlayed(Event):
    """A play began, or counted as a view."""

    state: Literal["STARTED", "VIEWED"]
    iframe_url: Optional[str] = None


class MediaPlayedPercent(Event):
    """A milestone, which HubSpot calls the quartile event."""

    played_percent: Int32


class DerivedValues(StrictBody):
    """What a provider worked out itself: both or neither."""

    total_percent_played: Number
    total_seconds_played: Int32


class AttentionSpan(Event):
    """Which spans were watched, how often: {span: times}."""

    raw_data_map: dict[str, Int32]
    raw_data_string: Optional[str] = None
    derived_values: Optional[DerivedValues] = None


MODELS: Mapping[EventKind, type[Event]] = {
    "media-played": MediaPlayed,
    "media-played-percent": MediaPlayedPercent,
    "attention-span": AttentionSpan,
}


def read_json(raw: bytes) -> Any:
    """The JSON value in `raw`; 400 for anything else, NaN and fields said twice included."""
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise validation_error(f"Invalid input JSON: {error}") from None


def read_event(kind: EventKind, body: object) -> Event:
    """The event that `body`, a decoded JSON value, is; or a 400 that names every wrong field."""
    try:
        return MODELS[kind].model_validate(body)
    except ValidationError as error:
        raise not_as_published(error) from None


def not_as_published(error: ValidationError) -> HubSpotError:
    """HubSpot's 400. Message and place alone: what arrived may be personal data."""
    details = [Detail(each["msg"], ".".join(map(str, each["loc"]))) for each in error.errors()]
    return validation_error("Invalid input: see errors", *details)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is said twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
