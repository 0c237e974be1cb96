"""An HTTP server that keeps what is posted to it, and answers as it is told."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.processes.waiting import until


class Posted(NamedTuple):
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Answer:
    """The answer to the next requests. `held`: until it is set, there is none."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    held: threading.Event | None = None


class Receiver:
    """Listens on loopback while the block lasts."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.answer = Answer()
        self._released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = json.loads(self.rfile.read(size))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, body))
                answer = receiver.answer
                if answer.held is not None:
                    answer.held.wait()
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def address(self) -> str:
        """The address at which it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def bodies(self, count: int) -> list[Any]:
        """Wait until so many requests have arrived; their bodies."""
        until(f"{count} requests have arrived", lambda: len(self.posted) >= count)
        return [each.body for each in self.posted]

    def holding(self) -> threading.Event:
        """The event until which answers are held back."""
        return self._released

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
