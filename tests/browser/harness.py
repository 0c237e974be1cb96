"""The real relay and a HubSpot sandbox, as processes, behind the collector.

The events that the sandbox keeps must match the pings that were sent.
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

CONTACTS = tuple(CONTACT[:-1] + digit for digit in "024")
"""Usertokens of visitors whom the sandbox knows: it takes those that end in an even digit so."""


class Harness:
    """A relay that delivers at once, and the sandbox that it delivers to. Data is in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._sandbox = Sandbox(folder / "hubspot", rate=1_000_000)
        self._folder = folder

    def pass_on(self, body: bytes, origin: str) -> httpx.Response:
        """Post a ping to the relay as the browser sent it.

        A visitor without a usertoken gets a contact's, so that the play is delivered.
        """
        request = json.loads(body)
        for play in request["plays"]:
            play.setdefault("contactUtk", CONTACT)
        return self._relay.post(request, origin=origin)

    def check_delivered(self, expected: Mapping[str, list[int]]) -> None:
        """Check that each session's milestones (0: its start) were delivered once."""
        until(
            f"HubSpot has received {expected}", lambda: self._received(expected) >= _each(expected)
        )
        until("nothing is on its way any more", self._relay.idle)
        assert self._received(expected) == _each(expected), (self._received(expected), expected)

    def _received(self, sessions: Container[str]) -> Counter[tuple[str, int]]:
        bodies: list[dict[str, Any]] = [event["body"] for event in self._sandbox.events()]
        return Counter(
            (body["sessionId"], int(body.get("playedPercent", 0)))
            for body in bodies
            if body["sessionId"] in sessions and body.get("state") != "VIEWED"
        )

    def __enter__(self) -> Self:
        self._sandbox.start()
        self._relay = Relay(self._folder / "relay", self._sandbox.up()).started()
        for each in CONTACTS:  # while the relay is idle it asks HubSpot at once who somebody is
            self._relay.watch(f"the first of {each}", 0, contactUtk=each)
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
    pairs = ((session, each) for session, milestones in expected.items() for each in milestones)
    return Counter(pairs)
