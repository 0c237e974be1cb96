"""The sandbox on a real port, for clients that speak real HTTP."""

import logging
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from app.sandbox.connection import DroppableProtocol


class LiveSandbox:
    """A uvicorn in a thread; `url` is good from the start, for the socket listens before it."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=DroppableProtocol,
            log_config=None,
            log_level=logging.INFO,
            timeout_graceful_shutdown=1,  # a request that hangs fails its own test, no other
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
