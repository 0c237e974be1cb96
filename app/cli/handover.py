"""Restarts without refusing a connection: the next process takes over the listening sockets.

On SIGUSR2, and on SIGHUP, which asks daemons to reopen their log or to reload their settings, this
program is started again and inherits the sockets. The new process loads, and
opens the store once the old one has ended; meanwhile new connections wait in the kernel. If the
new process can't start, the old one goes on.

systemd may hold the sockets instead (LISTEN_FDS). It is notified of the new process
(NOTIFY_SOCKET).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence

import structlog

SOCKETS, LINE = "RELAY_SOCKETS", "RELAY_PREDECESSOR"
"""Variables by which a successor inherits the sockets, and a line to its predecessor."""

FIRST_FD = 3
"""The first of the sockets that systemd passes."""

READY = b"ready"

_log = structlog.get_logger(__name__)


def inherited_sockets(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """The listening sockets that were passed to this process, the public one first."""
    numbers = [int(number) for number in environment.pop(SOCKETS, "").split(",") if number]
    if environment.get("LISTEN_PID") == str(os.getpid()):
        numbers = [*range(FIRST_FD, FIRST_FD + int(environment.get("LISTEN_FDS", "0")))]
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        environment.pop(name, None)  # they are not meant for the successor
    return [socket.socket(fileno=number) for number in numbers]


def await_predecessor(environment: MutableMapping[str, str]) -> None:
    """Report that this process is ready, and wait until its predecessor has closed the store."""
    number = environment.pop(LINE, "")
    if number:
        with socket.socket(fileno=int(number)) as line:
            notify_manager(environment, f"MAINPID={os.getpid()}")
            line.sendall(READY)
            line.recv(1)  # nothing comes: it ends, with the process at the latest


def notify_manager(environment: Mapping[str, str], *words: str) -> None:
    """Notify systemd, if it asked for that."""
    address = environment.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto("\n".join(words).encode(), address.replace("@", "\0", 1))


def hold_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask for a successor; until one can be started they do nothing.

    Otherwise they would end this process, or a successor that waits for its predecessor to end.
    A terminal that closes sends SIGHUP, too: then it ends the relay, unless `nohup` ignores it.
    """
    asked = [signal.SIGUSR2]
    if not sys.stderr.isatty() and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        asked.append(signal.SIGHUP)
    for each in asked:
        signal.signal(each, signal.SIG_IGN)
    return tuple(asked)


class Handover:
    """Starts the successor of this process when asked to. `stop`: ends this one's service."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        asked: Sequence[signal.Signals],
        stop: Callable[[], None],
    ) -> None:
        self._sockets = sockets
        self._asked = asked
        self._stop = stop
        self._line: socket.socket | None = None
        self._successor: subprocess.Popen[bytes] | None = None

    def listen(self) -> None:
        """Handle the signals from now on, on the event loop."""
        loop = asyncio.get_running_loop()
        for each in self._asked:
            loop.add_signal_handler(each, self.begin)
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # the terminal closes
            loop.add_signal_handler(signal.SIGHUP, self._stop)

    def begin(self) -> None:
        """Start a successor, unless one is being started."""
        if os.getpid() == 1:
            _log.warning("handover_refused", advice="a container ends with its first process")
            return
        if self._line is not None:
            return
        self._line, theirs = socket.socketpair()
        numbers = [each.fileno() for each in self._sockets]
        passed = {SOCKETS: ",".join(map(str, numbers)), LINE: str(theirs.fileno())}
        with theirs:
            self._successor = subprocess.Popen(  # noqa: S603 - this program, as it was started
                [sys.executable, *sys.orig_argv[1:]],
                env={**os.environ, **passed},
                pass_fds=[*numbers, theirs.fileno()],
            )
        self._line.settimeout(0)
        asyncio.get_running_loop().add_reader(self._line, self._answered, self._line)

    def end(self) -> None:
        """Let the successor go on: this process holds neither the store nor a client's socket."""
        if self._line is not None:
            self._line.close()

    def _answered(self, line: socket.socket) -> None:
        """The successor is ready, or has ended."""
        asyncio.get_running_loop().remove_reader(line)
        if line.recv(len(READY)) == READY:
            self._stop()  # the line stays open until `end`
            return
        line.close()
        self._line = None
        status = None if self._successor is None else self._successor.wait()
        _log.error("handover_failed", status=status, advice="this process goes on: see its log")
