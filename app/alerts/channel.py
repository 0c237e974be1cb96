"""A way by which messages go, and what became of one."""

from dataclasses import dataclass
from typing import Literal, Protocol

from app.alerts.message import Message

ChannelName = Literal["webhook", "mail"]


@dataclass(frozen=True, slots=True)
class Sent:
    """It was taken. `said`: what the other side answered, for whoever sent a test."""

    said: str


@dataclass(frozen=True, slots=True)
class Failed:
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
