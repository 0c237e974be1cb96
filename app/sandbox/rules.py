"""What HubSpot asks of an event beyond its schema, where the schema can't or doesn't say it.

The page and the identity rules stand in the published descriptions. The rest refuses what no player
means to send (a playedPercent of 140), because a stand-in that keeps junk hides the bug behind it.
"""

from collections.abc import Iterator

from app.sandbox.errors import Detail, validation_error
from app.sandbox.schemas import AttentionSpan, Event, MediaPlayedPercent


def check(event: Event) -> None:
    """Raise one 400 that names everything wrong with `event`."""
    faults = [*_common(event), *_own(event)]
    if faults:
        raise validation_error(faults[0].message, *faults)


def _common(event: Event) -> Iterator[Detail]:
    if not event.session_id:
        yield Detail("sessionId is required", "sessionId")
    if event.occurred_timestamp <= 0:
        yield Detail("occurredTimestamp is milliseconds since the epoch", "occurredTimestamp")
    if event.contact_id is None and not (event.contact_utk or event.hsenc):
        yield Detail("one of contactId, contactUtk or _hsenc is required", "contactId")
    if event.media_bridge_id is None and not event.external_id:
        yield Detail("mediaBridgeId or externalId is required", "mediaBridgeId")
    if event.page_id is None:
        message = "pageId is required for a HubSpot page, pageName and pageUrl for any other"
        if not event.page_name:
            yield Detail(message, "pageName")
        if not event.page_url:
            yield Detail(message, "pageUrl")


def _own(event: Event) -> Iterator[Detail]:
    match event:
        case MediaPlayedPercent(played_percent=percent) if not 0 <= percent <= 100:  # noqa: PLR2004 - percent
            yield Detail("playedPercent is between 0 and 100", "playedPercent")
        case AttentionSpan():
            yield from _spans(event)
        case _:
            pass


def _spans(event: AttentionSpan) -> Iterator[Detail]:
    spans = event.raw_data_map
    if not spans:
        yield Detail("rawDataMap has no spans", "rawDataMap")
    if not all(span.isascii() and span.isdigit() for span in spans):
        yield Detail("the spans of rawDataMap are whole numbers", "rawDataMap")
    elif event.raw_data_string not in (None, raw_data(spans)):
        yield Detail("rawDataString and rawDataMap tell different things", "rawDataString")
    if any(times < 0 for times in spans.values()):
        yield Detail("a span is watched zero times or more", "rawDataMap")


def raw_data(spans: dict[str, int]) -> str:
    """The spans as HubSpot writes them: `0=2;1=2;2=1;`, in order."""
    return "".join(f"{span}={spans[span]};" for span in sorted(spans, key=int))
