"""The server that the public reaches."""

import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from app.web.server.protocol import TimeoutProtocol
from app.web.server.proxies import BehindProxies

GRACE_SECONDS = 15
"""How long a shutdown waits for requests that are being answered."""


def public_config(app: ASGIApp, trusted_proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How the relay meets the world. Nobody's X-Forwarded-For is believed unless named."""
    return uvicorn.Config(
        BehindProxies(app, trusted_proxies) if trusted_proxies else app,
        http=TimeoutProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,  # BehindProxies does it
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=4096,
    )


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
