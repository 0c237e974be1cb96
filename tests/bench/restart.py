"""Measures how long a restart leaves requests unanswered: by SIGUSR2, and by stop and start."""

import http.client
import itertools
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from tests.bench.engines import Engine
from tests.bench.pings import ping
from tests.bench.servers import PYTHON, free_port

MOST_SECONDS = 0.5
SETTLED_SECONDS = 1.0
PAUSE_SECONDS = 0.005


def report(engines: Sequence[Engine], rounds: int) -> None:
    """A row an engine: medians of the longest times between two answers, and of refusals."""
    print(f"seconds without answers at a restart, medians of {rounds}; aim ≤ {MOST_SECONDS}")
    print(f"{'engine':<9} {'SIGUSR2':>8} {'refused':>8} {'stop, start':>12} {'refused':>8}")
    for engine in engines:
        with _relay(engine.database("restart").url) as relay:
            ways = (relay.hand_over, relay.stop_and_start)
            turns = [_longest(relay.port, way) for way in ways for _ in range(rounds)]
        figures = [
            median(figure)
            for some in (turns[:rounds], turns[rounds:])
            for figure in zip(*some, strict=True)
        ]
        print("{:<9} {:>8.2f} {:>8.0f} {:>12.2f} {:>8.0f}".format(engine.name, *figures))
    print()


class _Relay:
    """`playrelay serve`, started again and again, and what it says to its manager."""

    def __init__(self, environment: Mapping[str, str], notices: socket.socket, port: int) -> None:
        self._environment = environment
        self._notices = notices
        self.port = port
        self.pid = 0

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = [str(PYTHON), "-m", "app", "serve"]
        process = subprocess.Popen(  # noqa: S603 - our own
            command, env=self._environment, stderr=subprocess.DEVNULL
        )
        self.pid = process.pid
        self._await_ready()

    def hand_over(self) -> None:
        """Let a successor take over."""
        os.kill(self.pid, signal.SIGUSR2)
        self.pid = int(self._notices.recv(100).removeprefix(b"MAINPID="))
        self._await_ready()

    def stop_and_start(self) -> None:
        """Stop it, and start it once it has ended."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop it, and wait until nothing of it is left."""
        os.kill(self.pid, signal.SIGTERM)
        with suppress(OSError):
            while True:
                os.kill(self.pid, 0)
                with suppress(ChildProcessError):  # a successor is no child of this process
                    os.waitpid(self.pid, os.WNOHANG)
                time.sleep(PAUSE_SECONDS)

    def _await_ready(self) -> None:
        while self._notices.recv(100) != b"READY=1":
            pass


@contextmanager
def _relay(database_url: str) -> Iterator[_Relay]:
    kept = {name: value for name, value in os.environ.items() if "PLAYRELAY" not in name}
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        address, port = str(Path(folder) / "notify"), free_port()
        notices.bind(address)
        notices.settimeout(60)
        settings = {
            "PLAYRELAY_PORT": str(port),
            "PLAYRELAY_DATABASE_URL": database_url,
            "PLAYRELAY_LOG_LEVEL": "warning",
            "PLAYRELAY_PINGS_PER_MINUTE": "0",
            "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com",
            "PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "sandbox-access-token",
            "PLAYRELAY_HUBSPOT_BASE_URL": "http://127.0.0.1:9",
        }
        relay = _Relay({**kept, **settings, "NOTIFY_SOCKET": address}, notices, port)
        relay.start()
        try:
            yield relay
        finally:
            relay.stop()


def _longest(port: int, restart: Callable[[], None]) -> tuple[float, int]:
    """The longest time between two answers meanwhile, and how many pings had none."""
    moments: list[float] = []
    failed: list[OSError | http.client.HTTPException] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                _post(port, f"restart-{len(moments)}")
                moments.append(time.monotonic())
            except (OSError, http.client.HTTPException) as error:
                failed.append(error)
            time.sleep(PAUSE_SECONDS)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        time.sleep(SETTLED_SECONDS)
        restart()
        time.sleep(SETTLED_SECONDS)
    finally:
        done.set()
        asking.join()
    gaps = (later - earlier for earlier, later in itertools.pairwise(moments))
    return max(gaps), len(failed)


def _post(port: int, session: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/v1/progress", ping(session), {"connection": "close"})
        connection.getresponse().read()
    finally:
        connection.close()
