"""`playrelay serve` as a process, with its store in a folder of its own."""

import re
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.processes.process import COMMAND, Process, environment
from tests.processes.sandbox import TOKEN
from tests.processes.waiting import SECONDS


class Relay(Process):
    """Speaks to the relay as pages, platforms and operators do."""

    def __init__(self, folder: Path, hubspot: str, **settings: str) -> None:
        given = {
            "PLAYRELAY_PORT": "0",
            "PLAYRELAY_HUBSPOT_BASE_URL": hubspot,
            "PLAYRELAY_HUBSPOT_ACCESS_TOKEN": TOKEN,
            "PLAYRELAY_HUBSPOT_RATE": "10000",
            "PLAYRELAY_ALLOWED_ORIGINS": "*",
            "PLAYRELAY_PINGS_PER_MINUTE": "0",
            "PLAYRELAY_SETTLE_SECONDS": "3600",
        }
        given |= {f"PLAYRELAY_{name.upper()}": value for name, value in settings.items()}
        wanted = {name: value for name, value in given.items() if value}
        super().__init__("serve", folder=folder, settings=wanted)
        self._http = httpx.Client(timeout=30)
        self.address = ""

    @property
    def data(self) -> Path:
        """The folder of the store."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.data / "playrelay.db"

    def up(self) -> str:
        """Wait until it listens."""
        self.address = super().up()
        return self.address

    def started(self) -> "Relay":
        """This, up."""
        self.start()
        self.up()
        return self

    def post(self, body: object, **headers: str) -> httpx.Response:
        """A ping, as a browser sends it. httpx.HTTPError where there is no answer."""
        return self._http.post(f"{self.address}/v1/progress", json=body, headers=headers)

    def watch(self, session: str, percent: float, **fields: object) -> None:
        """A ping that is acknowledged."""
        answer = self.post(ping(session, percent, **fields))
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    def probe(self) -> httpx.Response:
        """The answer of /readyz."""
        return self._http.get(f"{self.address}/readyz")

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over the labels not given."""
        return _sum(self._metrics(), name, labels)

    def idle(self) -> bool:
        """Whether no work is left that could be done now: no ping to fold, no event to send."""
        text = self._metrics()  # of one moment: between two a ping may become an event
        depths: list[tuple[str, dict[str, str]]] = [("playrelay_inbox_depth", {})]
        depths += [("playrelay_outbox_depth", {"status": each}) for each in ("due", "sending")]
        return not any(_sum(text, name, labels) for name, labels in depths)

    def _metrics(self) -> str:
        return self._http.get(f"{self.address}/metrics").text

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the store's file, read beside the relay."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def verb(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same store, with the same settings."""
        return subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=environment(self.settings | settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()
        super().__exit__(kind, error, trace)


def _sum(metrics: str, name: str, labels: Mapping[str, str]) -> float:
    total = 0.0
    for line in metrics.splitlines():
        if found := re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line):
            has = dict(re.findall(r'(\w+)="([^"]*)"', found[1] or ""))
            if has.items() >= labels.items():
                total += float(found[2])
    return total


CONTACT = "0123456789abcdef0123456789abcde0"
"""A usertoken that the sandbox's demo world takes for a contact's: its last digit is even."""

STRANGER = "0123456789abcdef0123456789abcde1"


def ping(session: str, percent: float, **fields: object) -> dict[str, object]:
    """One play's state, as a custom player would send it."""
    return {
        "sessionId": session,
        "mediaType": "VIDEO",
        "externalId": "launch-film",
        "mediaName": "Launch film",
        "contactUtk": CONTACT,
        "pageUrl": "https://www.example.com/launch",
        "pageName": "Launch",
        "playedPercent": percent,
        **fields,
    }
