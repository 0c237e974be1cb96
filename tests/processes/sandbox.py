"""`playrelay sandbox` as a process: a HubSpot that outlives the relays it is served by."""

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from app.sandbox.config import SandboxConfig
from tests.processes.process import Process

TOKEN = "sandbox-access-token"

Milestone = tuple[str, str, str]
"""Session, event, value: what may be sent once."""


class Sandbox(Process):
    """Speaks to the sandbox's controls. `rate`: requests per 10 s that it takes."""

    def __init__(self, folder: Path, *, rate: int = 10_000, port: int = 0) -> None:
        super().__init__(
            "sandbox", "--port", str(port), "--rate", str(rate), folder=folder, settings={}
        )
        self._http = httpx.Client(timeout=30)
        self._seen_before = 0
        self.address = ""

    def up(self) -> str:
        """Wait until it listens."""
        self.address = super().up()
        return self.address

    def events(self) -> list[dict[str, Any]]:
        """The events that the sandbox keeps, in order of arrival."""
        return list(self._get("events"))

    def kept(self) -> Counter[Milestone]:
        """The number of times that each milestone was kept."""
        return Counter(milestone_of(kept) for kept in self.events())

    def requests(self) -> list[dict[str, Any]]:
        """Every request since the last reset, in order of answer."""
        return list(self._get("requests"))[self._seen_before :]

    def state(self) -> dict[str, Any]:
        """The running counts."""
        return dict(self._get("state"))

    def world(self, **changes: Any) -> None:
        """Change the account."""
        self._http.put(f"{self.address}/sandbox/world", json=changes).raise_for_status()

    def faults(self, *rules: dict[str, Any]) -> None:
        """Put these in the place of all faults that were."""
        self._http.put(f"{self.address}/sandbox/faults", json=rules).raise_for_status()

    def reset(self, **changes: Any) -> None:
        """A fresh account, as far as tests that share a sandbox can tell."""
        fresh = SandboxConfig(rate=10_000).model_dump(mode="json", exclude={"credentials"})
        self.world(**fresh | changes)
        self.faults()
        self._http.delete(f"{self.address}/sandbox/events").raise_for_status()
        self._seen_before = len(list(self._get("requests")))

    def _get(self, what: str) -> Any:
        return self._http.get(f"{self.address}/sandbox/{what}").raise_for_status().json()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()
        super().__exit__(kind, error, trace)


def milestone_of(kept: dict[str, Any]) -> Milestone:
    """Which milestone a kept event is."""
    body = kept["body"]
    return body["sessionId"], kept["event"], str(body.get("state", body.get("playedPercent", "")))
