"""Rejections of one kind: HubSpot's words without what differs from event to event."""

import re

LIMIT = 160

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|<[^>]*>")
_PARTICULAR = re.compile(r"\b[\w-]*\d[\w-]*\b|https?://\S+")


def family_of(reason: str, category: str, message: str) -> str:
    """The same for events that HubSpot refused for the same reason; at most 160 characters."""
    words = _PARTICULAR.sub("#", _QUOTED.sub("…", message))
    kind = " ".join(filter(None, (category or reason, " ".join(words.split()))))
    return kind if len(kind) <= LIMIT else f"{kind[: LIMIT - 1]}…"
