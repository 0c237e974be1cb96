"""What the sandbox's account and the events of the Media Bridge are called."""

from typing import Literal

EventKind = Literal["media-played", "media-played-percent", "attention-span"]

PORTAL = 4242001
SANDBOX_EVENT = f"pe{PORTAL}_playrelay_media"
"""The full name of the custom event that the relay's own sandbox has."""
