"""SIGUSR2 or SIGHUP: another process takes the listening sockets over, and nobody is refused."""

import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.relay import Relay, ping
from tests.processes.waiting import SECONDS, until

PASSING = """
import os, socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen()
print("passes", listening.getsockname()[1], file=sys.stderr, flush=True)
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""What systemd does for a socket unit: listen, and start the service with the socket."""


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    """The socket of systemd, on which services report their state."""
    with (
        tempfile.TemporaryDirectory() as folder,  # a path of pytest's may be too long
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening,
    ):
        listening.settimeout(SECONDS)
        listening.bind(str(Path(folder) / "notify"))
        yield listening


def started(relay: Relay, manager: socket.socket) -> Relay:
    """A relay that tells the manager how it is, up."""
    relay.settings["NOTIFY_SOCKET"] = manager.getsockname()
    relay.started()
    assert manager.recv(100) == b"READY=1"
    return relay


def test_nobody_is_refused_while_another_process_takes_over(
    relay_with: Callable[..., Relay], manager: socket.socket
) -> None:
    """Connections made meanwhile are answered, and what was acknowledged before is still there."""
    relay = started(relay_with(), manager)
    relay.watch("before", 40)
    os.kill(relay.pid, signal.SIGUSR2)
    manager.settimeout(0)
    words: list[bytes] = []
    sent = 0

    def taken_over() -> bool:
        nonlocal sent
        try:
            answer = relay.post(ping(f"meanwhile-{sent}", 40), connection="close")
        except (httpx.ReadError, httpx.RemoteProtocolError):
            pass  # it was being made when the old process ended: a browser sends it again
        else:
            assert answer.status_code == httpx.codes.ACCEPTED
            sent += 1
        try:
            words.append(manager.recv(100))
        except BlockingIOError:
            return False
        return words[-1] == b"READY=1"

    until("the successor serves", taken_over)
    named = re.fullmatch(rb"MAINPID=(\d+)", words[0])
    assert named is not None
    try:
        relay.watch("after", 40)
        assert relay.metric("playrelay_pings_total", outcome="accepted") >= 1
    finally:
        os.kill(int(named[1]), signal.SIGTERM)
    assert relay.ended() == 0
    ((kept,),) = relay.rows("SELECT (SELECT count(*) FROM plays) + (SELECT count(*) FROM inbox)")
    assert kept >= sent + 2 > 2


WAITING = """
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
os.set_inheritable(line.fileno(), True)
os.environ["RELAY_PREDECESSOR"] = str(line.fileno())
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""A successor: the process before it is the one that listens at that path."""


def test_signals_do_not_end_who_waits(relay_with: Callable[..., Relay]) -> None:
    """A second reload, or a rotated log, while the successor waits for the store: it goes on."""
    relay = relay_with()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(SECONDS)
        listening.bind(f"{folder}/line")
        listening.listen()
        relay.start(sys.executable, "-c", WAITING, f"{folder}/line")
        line, _ = listening.accept()
        with line:
            line.settimeout(SECONDS)
            assert line.recv(10) == b"ready"
            os.kill(relay.pid, signal.SIGUSR2)
            os.kill(relay.pid, signal.SIGHUP)
        relay.up()
    relay.watch("session", 40)


@pytest.mark.parametrize("asks", [signal.SIGUSR2, signal.SIGHUP])
def test_a_successor_that_fails_changes_nothing(
    relay_with: Callable[..., Relay], manager: socket.socket, asks: signal.Signals
) -> None:
    """With settings that are wrong the new process ends, and the old one goes on."""
    relay = started(relay_with(), manager)
    (relay.folder / ".env").write_text("PLAYRELAY_LOG_LEVEL=nonsense\n")
    os.kill(relay.pid, asks)
    relay.says("handover_failed")
    relay.watch("session", 40)


def test_a_socket_of_systemds_is_used(relay_with: Callable[..., Relay]) -> None:
    """A service of a socket unit serves the socket that it is given."""
    relay = relay_with()
    relay.start(sys.executable, "-c", PASSING)
    address = relay.up()
    passed = re.search(r"passes (\d+)", relay.said)
    assert passed is not None
    assert address.endswith(f":{passed[1]}")
    relay.watch("session", 40)
