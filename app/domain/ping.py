"""The wire format of `POST /v1/progress`: what a request may contain, and how it is read.

Field names are HubSpot's own. A request is one play, or an envelope with `plays`; a play's own
value takes precedence over the envelope's. Unknown fields are ignored, so that newer scripts work
with older relays; the sender is warned of them.
"""

from typing import Annotated, Literal

import msgspec

from app.domain.coverage import MAX_SPANS
from app.domain.media_url import MEDIA_TYPES
from app.domain.notices import PingWarning
from app.domain.page import CONTEXTS

MAX_BODY = 64 * 1024
"""Bytes of one request: browsers limit all keepalive requests of a page together to this."""

MAX_PLAYS = 100
"""Plays in one request; the tracker's own queue holds fifty."""

_INT64 = 2**63 - 1
_INT32 = 2**31 - 1
_YEAR_9999 = 253_402_300_799_999

PositiveInt64 = Annotated[int, msgspec.Meta(ge=0, le=_INT64)]
Millis = Annotated[float, msgspec.Meta(ge=0, le=_YEAR_9999)]
ShortText = Annotated[str, msgspec.Meta(max_length=255)]
Token = Annotated[str, msgspec.Meta(max_length=1024)]
LongText = Annotated[str, msgspec.Meta(max_length=16_384)]
# Any text is accepted: a value that HubSpot does not know costs the field, not the play.
OneOfMediaTypes = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*MEDIA_TYPES]})]
OneOfContexts = Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*CONTEXTS]})]
Run = tuple[
    Annotated[int, msgspec.Meta(ge=0, le=_INT32)],
    Annotated[int, msgspec.Meta(ge=1, le=MAX_SPANS)],
]


class Context(msgspec.Struct, kw_only=True, rename="camel", gc=False):
    """The context that the plays of one request usually share: visitor, page, clock."""

    sent_at: Millis | None = None
    contact_utk: Token | None = None
    hsenc: LongText | None = msgspec.field(default=None, name="_hsenc")
    contact_id: PositiveInt64 | None = None
    contact_signature: Token | None = None
    page_url: LongText | None = None
    page_name: LongText | None = None
    page_id: PositiveInt64 | None = None
    external_play_context: OneOfContexts | None = None
    campaign: LongText | None = None
    identified: bool | None = None


class PlayPing(Context, kw_only=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """The state of one play so far, as its player sees it."""

    session_id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    media_type: OneOfMediaTypes | None = None
    media_bridge_id: PositiveInt64 | None = None
    external_id: ShortText | None = None
    media_name: LongText | None = None
    media_url: LongText | None = None
    duration: float | None = None
    occurred_timestamp: Millis | None = None
    watched: Annotated[list[Run], msgspec.Meta(max_length=MAX_SPANS)] | None = None
    played_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    ended: bool | None = None


class PlayProgress(PlayPing, kw_only=True, rename="camel", forbid_unknown_fields=False, gc=False):
    """The same, for the documentation: unknown fields may be present."""


class Envelope(Context, kw_only=True, rename="camel"):
    """A request; `plays` are not decoded yet, and None if the request itself is a play."""

    site: ShortText | None = None
    plays: list[msgspec.Raw] | None = None


class PingRequest(Context, kw_only=True, rename="camel"):
    """The request for the documentation: an envelope with plays. A single play may stand alone."""

    site: ShortText | None = None
    plays: list[PlayProgress]


class SinglePing(PlayProgress, kw_only=True, rename="camel"):
    """The same for a request that is one play."""

    site: ShortText | None = None


class Fault(msgspec.Struct, frozen=True):
    """Why one play of a request was not accepted. `index` counts from 0 within `plays`."""

    index: int
    reason: Literal["invalid"]
    detail: str


class Parsed(msgspec.Struct, frozen=True):
    """The decoded body: the plays that can be accepted, and why the others can't.

    `site`: the site key that the request names. `warnings`: fields that could not be used.
    """

    plays: list[PlayPing]
    faults: list[Fault]
    batch: bool
    site: str | None = None
    warnings: list[PingWarning] = []

    @property
    def indexes(self) -> list[int]:
        """The index of each of `plays` within the request's `plays`."""
        refused = {fault.index for fault in self.faults}
        every = range(len(self.plays) + len(self.faults))
        return [index for index in every if index not in refused]


class BadJsonError(ValueError):
    """The body is not a JSON object."""


class InvalidPingError(ValueError):
    """The JSON is valid, but the request as a whole does not fit; the text names the field."""
