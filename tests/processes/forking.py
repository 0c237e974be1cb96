"""Processes of ours that need not import the product first: forks of one that has done so.

Most of a relay's start is spent on imports, and the tests start hundreds of relays. So each run of
the tests imports the product once more, in a process of its own, and what it starts are forks of
that: each with its own memory, files and signals, to be killed like any other.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

import msgspec

from tests.places import ROOT
from tests.processes.forkserver import NUMBER, Order

POSSIBLE = sys.platform == "linux"
"""Whether it is done here: macOS does not bear the fork of a process with its libraries."""


class Forked:
    """A process that was forked; the part of `subprocess.Popen` that is used here."""

    def __init__(self, pid: int, status: int, stderr: IO[str]) -> None:
        """`status`: a pipe from which its exit status can be read once it has ended."""
        self.pid = pid
        self.stderr = stderr
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """Its exit status, negative if a signal ended it; None while it runs."""
        return self._wait(0)

    def wait(self, timeout: float) -> int:
        """Wait for its end; its exit status. Raises TimeoutExpired."""
        status = self._wait(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("a fork", timeout)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _wait(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], seconds)[0]:
            found = os.read(self._status, NUMBER.size)  # nothing: its guard was killed, too
            self.returncode = NUMBER.unpack(found)[0] if found else -signal.SIGKILL
            os.close(self._status)
        return self.returncode


def fork(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Forked:
    """Start `playrelay` with these arguments; its standard error is a pipe."""
    reading, writing = os.pipe()
    status, ends = os.pipe()
    order = Order(list(arguments), str(folder), dict(environment))
    socket.send_fds(_server(), [msgspec.json.encode(order)], [writing, ends])
    os.close(writing)
    os.close(ends)
    answer = os.read(status, NUMBER.size)
    if not answer:
        raise RuntimeError("what forks the relays has ended: its own message is above")
    (pid,) = NUMBER.unpack(answer)
    stderr = os.fdopen(reading, encoding="utf-8", errors="replace")
    return Forked(pid, status, stderr)


@cache
def _server() -> socket.socket:
    """The way to the process that forks, one a run of the tests. It ends when this is closed."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "tests.processes.forkserver", str(its.fileno())],
            cwd=ROOT,
            pass_fds=[its.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
