"""A way by which messages go, and what became of one."""

from typing import Literal, Protocol

import msgspec

from app.alerts.message import Message

ChannelName = Literal["webhook", "mail"]


class Sent(msgspec.Struct, frozen=True):
    """The message was accepted. `said`: the other side's answer, for whoever sent a test."""

    said: str


class Failed(msgspec.Struct, frozen=True):
    """It was not accepted. `fault`: why, without the other side's own text, which is `said`.

    `wait_ms`: how long the other side asks to wait; 0: it does not say.
    """

    fault: str
    said: str = ""
    wait_ms: int = 0


Result = Sent | Failed


class Channel(Protocol):
    """Sends a message, once, within a limited time."""

    @property
    def name(self) -> ChannelName:
        """The channel's name."""
        ...

    async def send(self, message: Message) -> Result:
        """Send it; never raises except for a cancellation."""
        ...
