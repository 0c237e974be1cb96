"""Runs `playrelay` as a person would: in a process of its own, in a folder of its own."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PLAYRELAY = (sys.executable, "-m", "app")
SECONDS = 60
"""Far more than anything here takes: only a hang gets there."""


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PLAYRELAY_") and name != "PORT"
    }
    return {**inherited, **settings}


def run(
    *arguments: str, folder: Path, command: Sequence[str] = PLAYRELAY, **settings: str
) -> subprocess.CompletedProcess[str]:
    """A verb from beginning to end."""
    return subprocess.run(  # noqa: S603 - our own command
        [*command, *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class Server:
    """A verb that goes on until it is told to stop. `address`: where it listens, once it is up."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._drain = threading.Thread(target=self._read, daemon=True)
        self._drain.start()
        self.said: list[str] = []
        self.address = ""

    def up(self) -> None:
        """Wait until it listens. AssertionError if it ends instead."""
        self.address = self._announced()

    def stop(self) -> int:
        """End it as a platform would, with SIGTERM; returns its exit status."""
        self._process.terminate()
        status = self._process.wait(SECONDS)
        self._drain.join(SECONDS)
        while (line := self._lines.get(timeout=SECONDS)) is not None:
            self.said.append(line)
        return status

    def kill(self) -> None:
        """End it at once; all that it wrote has been read when this returns."""
        self._process.kill()
        self._drain.join(SECONDS)

    def _announced(self) -> str:
        while (line := self._lines.get(timeout=SECONDS)) is not None:
            self.said.append(line)
            if found := re.search(r" on (http://\S+)$", line):
                return found[1]
        raise AssertionError("it ended before it was up: " + "\n".join(self.said))

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


@contextmanager
def serving(
    *arguments: str, folder: Path, command: Sequence[str] = PLAYRELAY, **settings: str
) -> Iterator[Server]:
    """A server that is up, on a free port; ended in the end if the test has not done so."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, *(arguments or ("serve",))],
        cwd=folder,
        env=environment(PLAYRELAY_PORT="0", **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        server = Server(process)
        try:
            server.up()
            yield server
        finally:
            server.kill()
