"""The requests of the sandbox's tests, and their time."""

from dataclasses import dataclass, field
from typing import Any

CONTACT_UTK = "0123456789abcdef0123456789abcde0"  # of the demo world: even, so a contact
STRANGER_UTK = "0123456789abcdef0123456789abcde1"  # odd, so nobody HubSpot knows

PLAYED = "/media-bridge/v1/events/media-played"
PERCENT = "/media-bridge/v1/events/media-played-percent"
ATTENTION = "/media-bridge/v1/events/attention-span"
BY_UTK = "/contacts/v1/contact/byUtk/batch/"
TOKEN = "/oauth/v3/token"

CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}


@dataclass
class Clock:
    """Seconds since the epoch; `sleep` moves it, and remembers how long it was asked to."""

    now: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """The time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass, at once."""
        self.slept.append(seconds)
        self.now += seconds


def without(body: dict[str, Any], *fields: str) -> dict[str, Any]:
    """`body` less some of its fields."""
    return {name: value for name, value in body.items() if name not in fields}


def common(**fields: Any) -> dict[str, Any]:
    """The common part of a good event."""
    return {
        "sessionId": "session-1",
        "mediaType": "VIDEO",
        "occurredTimestamp": 1_790_000_000_000,
        "contactId": 7,
        "mediaBridgeId": 42,
        "pageId": 5,
        **fields,
    }


def played(**fields: Any) -> dict[str, Any]:
    """A good media-played."""
    return common(state="STARTED", **fields)


def percent(**fields: Any) -> dict[str, Any]:
    """A good media-played-percent."""
    return common(**{"playedPercent": 25, **fields})


def attention(**fields: Any) -> dict[str, Any]:
    """A good attention-span: two of four spans were watched."""
    return common(**{"rawDataMap": {"0": 2, "1": 1, "2": 0, "3": 0}, **fields})
