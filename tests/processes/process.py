"""One of our commands in a process of its own: started, killed and started again for real.

It runs in a folder of its own, sees no settings but those given (no `.env`, nothing of the
environment it is tested in), and what it says to standard error is kept. (Through a pipe: a test
that keeps it from writing files still hears it.)
"""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.places import ROOT
from tests.processes.forking import POSSIBLE, Forked, fork
from tests.processes.waiting import SECONDS, until

COMMAND = (sys.executable, "-m", "app")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: the settings, and only what it needs of this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


class Process:
    """A server of ours. `start` returns at once; `up` waits until it says where it listens."""

    def __init__(self, *arguments: str, folder: Path, settings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.settings = dict(settings)
        self._arguments = arguments
        self._process: subprocess.Popen[str] | Forked | None = None
        self._lives: list[list[str]] = []
        self._listener: threading.Thread | None = None

    def start(self, *through: str) -> None:
        """Start it, again if it has run before. `through`: a command that runs the one given it."""
        if self._process is not None:
            raise RuntimeError("it runs already")
        if POSSIBLE and not through:
            self._process = fork(self._arguments, self.folder, environment(self.settings))
        else:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*through, *COMMAND, *self._arguments],
                cwd=self.folder,
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        self._lives.append([])
        assert self._process.stderr is not None
        listen = (self._process.stderr, self._lives[-1])
        self._listener = threading.Thread(target=_listen, args=listen, daemon=True)
        self._listener.start()

    def up(self) -> str:
        """Wait until it is up; where it listens. AssertionError if it ends instead."""
        return until("it is up", self._announced)

    @property
    def pid(self) -> int:
        """The id of the process that runs now."""
        if self._process is None:
            raise RuntimeError("it does not run")
        return self._process.pid

    @property
    def said(self) -> str:
        """All that it wrote to standard error so far, in all its lives."""
        return "".join(line for life in self._lives for line in life)

    @property
    def said_lately(self) -> str:
        """The output since the process was last started."""
        return "".join(self._lives[-1])

    def says(self, words: str) -> None:
        """Wait until it has said that."""
        until(f"it says {words!r}", lambda: words in self.said)

    def kill(self) -> None:
        """`kill -9`, at this instant."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as a platform does, with SIGTERM, and wait; returns its exit status."""
        return self._end(signal.SIGTERM)

    def ended(self) -> int:
        """Wait for it to end by itself; returns its exit status."""
        return self._end(None)

    def _end(self, how: signal.Signals | None) -> int:
        if self._process is None:
            raise RuntimeError("it does not run")
        if how is not None:
            self._process.send_signal(how)
        status = self._process.wait(SECONDS)
        if self._listener is not None:
            self._listener.join(SECONDS)
        self._process = None
        return status

    def _announced(self) -> str:
        text = self.said_lately
        found = re.search(r"^(?:playrelay is|HubSpot sandbox) on (\S+)$", text, re.MULTILINE)
        if found:
            return found[1]
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"it ended before it was up: {self.said_lately}")
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.kill()


def _listen(pipe: IO[str], lines: list[str]) -> None:
    with pipe:
        for line in pipe:
            lines.append(line)  # noqa: PERF402 - not all at once: others read along
