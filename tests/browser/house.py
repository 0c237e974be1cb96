"""What stands behind the collector: the real relay and a HubSpot sandbox, as processes.

What HubSpot's side has kept in the end must be what the pings amounted to.
"""

import json
from collections import Counter
from collections.abc import Container, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.processes.relay import CONTACT, Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until


class House:
    """A relay that delivers at once, and the HubSpot it delivers to; data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._sandbox = Sandbox(folder / "hubspot", rate=1_000_000)
        self._folder = folder

    def pass_on(self, body: bytes, origin: str) -> httpx.Response:
        """Hand a ping to the relay as the browser sent it, but for a visitor who has no cookie.

        Such a one gets a contact's, so that HubSpot hears of the play.
        """
        request = json.loads(body)
        for play in request["plays"]:
            play.setdefault("contactUtk", CONTACT)
        return self._relay.post(request, origin=origin)

    def hears(self, expected: Mapping[str, list[int]]) -> None:
        """HubSpot keeps of each session these milestones (0: that it began), each once."""
        until(f"HubSpot has heard {expected}", lambda: self._heard(expected) >= _each(expected))
        until("nothing is on its way any more", self._relay.idle)
        assert self._heard(expected) == _each(expected), (self._heard(expected), expected)

    def _heard(self, sessions: Container[str]) -> Counter[tuple[str, int]]:
        bodies: list[dict[str, Any]] = [event["body"] for event in self._sandbox.events()]
        return Counter(
            (body["sessionId"], int(body.get("playedPercent", 0)))
            for body in bodies
            if body["sessionId"] in sessions and body.get("state") != "VIEWED"
        )

    def __enter__(self) -> Self:
        self._sandbox.start()
        self._relay = Relay(self._folder / "relay", self._sandbox.up()).started()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._relay.__exit__(kind, error, trace)
        self._sandbox.__exit__(kind, error, trace)


def _each(expected: Mapping[str, list[int]]) -> Counter[tuple[str, int]]:
    pairs = ((session, each) for session, told in expected.items() for each in told)
    return Counter(pairs)
