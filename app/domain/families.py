"""Groups rejections of one kind: HubSpot's message without the parts that differ by event."""

import re

from app.domain.destination import MEDIA_BRIDGE, Destination

LIMIT = 160

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|<[^>]*>")
_PARTICULAR = re.compile(r"\b[\w-]*\d[\w-]*\b|https?://\S+")


def family_of(
    reason: str, category: str, message: str, destination: Destination = MEDIA_BRIDGE
) -> str:
    """The same text for events that HubSpot refused for the same reason; at most 160 characters."""
    words = _PARTICULAR.sub("#", _QUOTED.sub("…", message))
    elsewhere = f"{destination}:" if destination != MEDIA_BRIDGE else ""
    kind = " ".join(filter(None, (elsewhere, category or reason, " ".join(words.split()))))
    return kind if len(kind) <= LIMIT else f"{kind[: LIMIT - 1]}…"
