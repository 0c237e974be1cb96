"""The servers under measure, each a process of its own, pinned to the first core."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request

ANSWER = b'{"accepted":1,"rejected":[]}'

PYTHON = Path(sys.prefix) / "runtime/bin/python"
"""With the packages that a release installs. Those of the development are found and loaded by
some of these, which would take 6 MB more."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running process and where it answers."""

    url: str
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Processor time so far of the threads that it has, user and system."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def memory_mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        with urllib.request.urlopen(f"{self.url}/metrics") as answer:  # noqa: S310 - our own
            lines = answer.read().decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith((name + " ", name + "{"))
        )

    def wait_for(self, name: str, value: float, seconds: float = 300) -> None:
        """Until the metric reads exactly that."""
        deadline = time.monotonic() + seconds
        while self.metric(name) != value:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} is {self.metric(name)}, not {value}")
            time.sleep(0.5)  # what the relay does to answer is counted, too


async def bare(scope: dict[str, object], receive: object, send: object) -> None:
    """The least an ASGI application can do: read the body, answer 202."""
    if scope["type"] == "lifespan":
        return
    await receive()  # type: ignore[operator]
    headers = [(b"content-length", b"%d" % len(ANSWER)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": ANSWER})  # type: ignore[operator]


def with_fastapi() -> FastAPI:
    """The same with FastAPI, for its memory."""
    app = FastAPI()

    @app.post("/v1/progress", status_code=202)
    async def progress(request: Request) -> dict[str, object]:
        await request.body()
        return {"accepted": 1, "rejected": []}

    return app


@contextmanager
def bare_server(application: str = "bare") -> Iterator[Server]:
    """The same uvicorn with nothing behind it, or `with_fastapi`."""
    port = free_port()
    command = ["-m", "uvicorn", f"tests.bench.servers:{application}", "--port", str(port)]
    command += ["--no-access-log", "--log-level=warning", "--http=httptools", "--no-server-header"]
    command += ["--lifespan=off", *(["--factory"] if application == "with_fastapi" else [])]
    with _running(command, port, {}) as server:
        yield server


@contextmanager
def relay(database_url: str, settings: Mapping[str, str], core: int = 0) -> Iterator[Server]:
    """`playrelay serve` on that store, on that core."""
    port = free_port()
    environment = {
        "PLAYRELAY_PORT": str(port),
        "PLAYRELAY_DATABASE_URL": database_url,
        "PLAYRELAY_PINGS_PER_MINUTE": "0",
        "PLAYRELAY_LOG_LEVEL": "warning",
        **{f"PLAYRELAY_{name.upper()}": value for name, value in settings.items()},
    }
    with _running(["-m", "app", "serve"], port, environment, core) as server:
        yield server


@contextmanager
def served(database_url: str, settings: Mapping[str, str], *, limited: bool) -> Iterator[Server]:
    """A relay on that store whose server has its limits, or none."""
    port = free_port()
    environment = {
        "PLAYRELAY_PORT": str(port),
        "PLAYRELAY_DATABASE_URL": database_url,
        "PLAYRELAY_LOG_LEVEL": "warning",
        **{f"PLAYRELAY_{name.upper()}": value for name, value in settings.items()},
    }
    command = ["-m", "tests.bench.served", *([] if limited else ["--unlimited"])]
    with _running(command, port, environment) as server:
        yield server


@contextmanager
def sandbox() -> Iterator[Server]:
    """`playrelay sandbox` with a rate that is never reached."""
    port = free_port()
    command = ["-m", "app", "sandbox", "--port", str(port), "--rate", "1000000"]
    with _running(command, port, {}, core=1) as server:
        yield server


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    arguments: list[str], port: int, environment: Mapping[str, str], core: int = 0
) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAYRELAY_")}
    process = subprocess.Popen(  # noqa: S603 - our own
        [PYTHON, *arguments],
        env={**kept, "MALLOC_ARENA_MAX": "1", **environment},  # as in the image
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if sys.platform == "linux" and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process.pid, {core})
    try:
        asyncio.run(_answers(port, process))
        yield Server(f"http://127.0.0.1:{port}", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(30):
        while process.poll() is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise RuntimeError(f"the server ended with status {process.returncode}")
