"""The 200 bodies of the three events, with every field that the published spec requires. Pure."""

from typing import Any

from app.sandbox.config import SandboxConfig
from app.sandbox.rules import raw_data
from app.sandbox.schemas import AttentionSpan, Event, MediaPlayed, MediaPlayedPercent

# HubSpot gives each media type its own object type; the numbers are the sandbox's own.
_OBJECT_TYPES = {
    "AUDIO": "2-4242011",
    "DOCUMENT": "2-4242012",
    "IMAGE": "2-4242013",
    "OTHER": "2-4242014",
    "VIDEO": "2-4242015",
}


_IDS = ("contactId", "mediaBridgeId", "portalId", "providerId")


def answer(
    config: SandboxConfig, event: Event, contact_id: int | None, media_id: int | None
) -> dict[str, Any]:
    """What HubSpot says it kept. Without a contact or a media object it is a silent failure."""
    object_type = _OBJECT_TYPES[event.media_type]
    body: dict[str, Any] = {
        "contactId": contact_id,
        "mediaBridgeId": media_id,
        "portalId": config.portal_id,
        "providerId": config.provider_id,
        "mediaBridgeObjectTypeId": object_type,
        "mediaName": event.media_name or event.external_id or f"Media {media_id}",
        "mediaType": event.media_type,
        "occurredTimestamp": event.occurred_timestamp,
        "sessionId": event.session_id,
        "externalPlayContext": event.external_play_context,
        "pageId": event.page_id,
        "pageName": event.page_name,
        "pageUrl": event.page_url,
    }
    if media_id is not None:
        body["mediaBridgeObjectCoordinates"] = f"{config.portal_id}-{object_type}-{media_id}"
    if event.page_id is not None:
        body["pageObjectCoordinates"] = f"{config.portal_id}-0-5-{event.page_id}"
    said = {name: value for name, value in (body | _own(event)).items() if value is not None}
    return {name: written(config, value) if name in _IDS else value for name, value in said.items()}


def written(config: SandboxConfig, number: int) -> int | str:
    """An id as this HubSpot writes it."""
    return str(number) if config.ids == "text" else number


def _own(event: Event) -> dict[str, Any]:
    match event:
        case MediaPlayed():
            return {
                "state": event.state,
                "iframeUrl": event.iframe_url,
                "mediaUrl": event.media_url,
            }
        case MediaPlayedPercent():  # the one answer that the spec gives no mediaUrl
            return {"playedPercent": event.played_percent}
        case AttentionSpan():
            return {"mediaUrl": event.media_url, **_attention(event)}
        case _:
            raise TypeError(f"no answer for {type(event).__name__}")


def _attention(event: AttentionSpan) -> dict[str, Any]:
    spans = event.raw_data_map
    # HubSpot's published formula, taken literally: a share of 1, although it is called percent.
    share = sum(times >= 1 for times in spans.values()) / len(spans)
    derived = event.derived_values
    quarter = min(int(share * 4), 3) * 25
    return {
        "rawData": raw_data(spans),
        "percentRange": f"{quarter}-{quarter + 25}",
        "totalPercentPlayed": derived.total_percent_played if derived else share,
        "totalSecondsPlayed": derived.total_seconds_played if derived else None,
    }
