"""The destinations of events: HubSpot's Media Bridge, and its custom events.

An event has a row of the outbox, and one outcome, for each destination of its site.
"""

from typing import Literal, get_args

Destination = Literal["media-bridge", "custom-events"]
DESTINATIONS: tuple[Destination, ...] = get_args(Destination)

MEDIA_BRIDGE: Destination = "media-bridge"
CUSTOM_EVENTS: Destination = "custom-events"

TAKES_MAILS = frozenset({MEDIA_BRIDGE})
"""Destinations that accept an email's link (`_hsenc`) as an identity."""
