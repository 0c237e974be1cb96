"""Sockets to listen on, and a second server in the same process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn


class EmbeddedServer(uvicorn.Server):
    """A second server in the same process: the first one owns the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


@contextlib.asynccontextmanager
async def embedded(config: uvicorn.Config, port: int, name: str) -> AsyncIterator[int]:
    """Serve this machine alone meanwhile; yields the port (0: a free one). Raises OSError."""
    with listen("127.0.0.1", port) as bound:
        async with serving(config, bound, name):
            yield bound.getsockname()[1]


@contextlib.asynccontextmanager
async def serving(config: uvicorn.Config, bound: socket.socket, name: str) -> AsyncIterator[None]:
    """Serve a socket meanwhile. `name`: the task's."""
    server = EmbeddedServer(config)
    task = asyncio.create_task(server.serve([bound]), name=name)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 finds a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, for asyncio sets TCP_NODELAY only where it is: else each answer of two
    # segments waits 40 ms for the peer's acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.set_inheritable(True)
    return bound
