"""Requests as clients send them."""

import json
from typing import Any

from app.domain.ping import Parsed
from app.domain.ping_parser import parse

PLAY: dict[str, Any] = {"sessionId": "session", "mediaBridgeId": 42, "pageId": 5}

# https://developers.hubspot.com/docs/api-reference/media-bridge-v1: the body of the quartile event,
# with real values in the place of the types.
HUBSPOT_EXAMPLE: dict[str, Any] = {
    "_hsenc": "p2ANqtz-9",
    "contactId": 7,
    "contactUtk": "0123456789abcdef0123456789abcdef",
    "externalId": "launch-film",
    "externalPlayContext": "EXTERNAL_PAGE",
    "mediaBridgeId": 42,
    "mediaName": "Launch film",
    "mediaType": "VIDEO",
    "mediaUrl": "https://cdn.example.com/launch.mp4",
    "occurredTimestamp": 1790000000000,
    "pageId": 5,
    "pageName": "Launch",
    "pageUrl": "https://www.example.com/launch",
    "playedPercent": 50,
    "sessionId": "0c7f1f4e-5a3b-4b8e-9d53-4f4f6c0f3f11",
}


def read(request: object, referer: str | None = None) -> Parsed:
    """Parse what a client would send."""
    return parse(json.dumps(request).encode(), referer)
