"""The bodies of HubSpot's three events, built from a play. Pure.

Unknown fields are left out. A HubSpot page is identified by its id only; any other page by address
and name.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from app.domain.media import Medium
from app.domain.page import Page

PlayState = Literal["STARTED", "VIEWED"]
Body = dict[str, object]

_INT32_MAX = 2**31 - 1


class Subject(msgspec.Struct, frozen=True):
    """The fields of the event's identity: exactly one is set, else ValueError.

    HubSpot does not document which of several it would use, so it never gets two. They are personal
    data: the repr shows only which one is set.
    """

    contact_id: int | None = None
    contact_utk: str | None = None
    hsenc: str | None = None

    def __post_init__(self) -> None:
        if len(self._given()) != 1:
            raise ValueError("an event belongs to exactly one identity")

    def __repr__(self) -> str:
        return f"Subject({', '.join(self._given())}=…)"

    def fields(self) -> Body:
        """The identity under HubSpot's field name."""
        names = {"contact_id": "contactId", "contact_utk": "contactUtk", "hsenc": "_hsenc"}
        return {names[name]: value for name, value in self._given().items()}

    def _given(self) -> Body:
        return {
            name: value for name, value in msgspec.structs.asdict(self).items() if value is not None
        }


class Occurrence(msgspec.Struct, frozen=True):
    """Common to all events: identity, page, medium, session, and time (ms since the epoch)."""

    subject: Subject
    page: Page
    medium: Medium
    session_id: str
    occurred_at: int


def played_body(occurrence: Occurrence, state: PlayState) -> Body:
    """`media-played`: the play began, or counts as a view."""
    return _common(occurrence) | {"state": state}


def percent_body(occurrence: Occurrence, percent: int) -> Body:
    """`media-played-percent`: the percentage that was watched at least once."""
    return _common(occurrence) | {"playedPercent": percent}


def attention_body(occurrence: Occurrence, spans: Sequence[int]) -> Body:
    """`attention-span`: how often each of equal spans was watched. ValueError without spans.

    The derived values are sent together or not at all, so only if the medium's duration is known;
    they follow HubSpot's own formula.
    """
    if not spans:
        raise ValueError("an attention span needs at least one span")
    times = [min(count, _INT32_MAX) for count in spans]
    body = _common(occurrence) | {
        "rawDataMap": {str(span): count for span, count in enumerate(times)},
        "rawDataString": "".join(f"{span}={count};" for span, count in enumerate(times)),
    }
    duration = occurrence.medium.duration
    if duration is not None and math.isfinite(duration):
        share = sum(count > 0 for count in times) / len(times)
        body["derivedValues"] = {
            "totalPercentPlayed": share,
            "totalSecondsPlayed": min(math.floor(share * duration + 0.5), _INT32_MAX),
        }
    return body


def _common(occurrence: Occurrence) -> Body:
    medium = occurrence.medium
    known = {
        "sessionId": occurrence.session_id,
        "occurredTimestamp": occurrence.occurred_at,
        "mediaType": medium.type or "OTHER",
        "mediaBridgeId": medium.bridge_id,
        "externalId": medium.external_id,
        "mediaName": medium.name,
        "mediaUrl": medium.url,
        **occurrence.subject.fields(),
        **_where(occurrence.page),
    }
    return {name: value for name, value in known.items() if value is not None}


def _where(page: Page) -> Body:
    if page.page_id is not None:
        return {"pageId": page.page_id, "externalPlayContext": page.context}
    return {"pageUrl": page.url, "pageName": page.name, "externalPlayContext": page.context}
