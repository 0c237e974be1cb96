"""uvicorn, with slow peers cut off, and servers beside it in the same process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 15.0
"""How long a request may take to arrive whole, from the connection or from its first byte."""

WRITE_SECONDS = 30.0
"""How long a peer may leave our answer lying before the connection is cut."""

GRACE_SECONDS = 15
"""How long a shutdown waits for requests that are being answered."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the patience of a finite being.

    uvicorn itself limits neither how long a request may trickle in nor how long an answer may wait
    to be read: a few thousand silent connections would do. Cost: one timer a connection.
    """

    request_seconds = REQUEST_SECONDS
    write_seconds = WRITE_SECONDS

    _reading: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _whole = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        """Start waiting for the rest of a request that has begun."""
        if self._reading is None:
            self._whole = False
            super().data_received(data)
            if not self._whole:
                self._await_request()
        else:
            super().data_received(data)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._whole = True
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The peer reads more slowly than we write."""
        super().pause_writing()
        self._writing = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing left to wait for."""
        for timer in (self._reading, self._writing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        if not self.transport.is_closing():
            self._reading = self.loop.call_later(self.request_seconds, self.transport.abort)


class BehindProxies:
    """Believes X-Forwarded-For and -Proto of the proxies named, and remembers who said it."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type] # its own ASGI types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One assignment on the way."""
        scope[_PEER] = scope.get("client")
        await self._app(scope, receive, send)  # type: ignore[arg-type] # likewise


_PEER = "playrelay.peer"


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection, whatever that end says of itself."""
    peer = scope.get(_PEER, scope.get("client"))
    return str(peer[0]) if peer else ""


def public_config(app: ASGIApp, trusted_proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How the relay meets the world. Nobody's X-Forwarded-For is believed unless named."""
    return uvicorn.Config(
        BehindProxies(app, trusted_proxies) if trusted_proxies else app,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,  # BehindProxies does it
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=4096,
    )


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
        server = EmbeddedServer(config)
        task = asyncio.create_task(server.serve([bound]), name=name)
        try:
            yield bound.getsockname()[1]
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


class RelayServer(uvicorn.Server):
    """Says when it is up, and ends what would never end by itself before it waits for the rest."""

    def __init__(
        self, config: uvicorn.Config, on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_up = on_up
        self._on_down = on_down

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then as uvicorn."""
        self._on_down()
        await super().shutdown(sockets)
