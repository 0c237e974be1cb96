"""A way by which messages go, and what became of one."""

from typing import Literal, Protocol

import msgspec

from app.alerts.message import Message

ChannelName = Literal["webhook", "mail"]


class Sent(msgspec.Struct, frozen=True):
    """It was taken. `said`: what the other side answered, for whoever sent a test."""

    said: str


class Failed(msgspec.Struct, frozen=True):
    """It was not. `fault`: without what the other side said, which is `said`.

    `wait_ms`: how long the other side wants to be left alone; 0: it does not say.
    """

    fault: str
    said: str = ""
    wait_ms: int = 0


Result = Sent | Failed


class Channel(Protocol):
    """Sends a message, once, within a bounded time."""

    @property
    def name(self) -> ChannelName:
        """Which it is."""
        ...

    async def send(self, message: Message) -> Result:
        """Send it; never raises but for a cancellation."""
        ...
