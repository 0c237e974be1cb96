"""The server that the public reaches."""

import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from app.web.server.bounded import BoundedConfig, BoundedProtocol
from app.web.server.proxies import TrustedProxies
from app.web.server.refusals import ServerRefusals

KEEPALIVE_SECONDS = 80
"""How long an idle connection stays open: longer than proxies keep theirs (75 s and less), or they
would send requests into connections that have just been closed."""

GRACE_SECONDS = 15
"""How long a shutdown waits for requests that are being answered."""


def public_config(
    app: ASGIApp,
    refusals: ServerRefusals,
    trusted_proxies: Sequence[str] = (),
    keepalive_seconds: int = KEEPALIVE_SECONDS,
) -> BoundedConfig:
    """The public server's configuration. X-Forwarded-For counts only from the named proxies."""
    config = BoundedConfig(
        TrustedProxies(app, trusted_proxies) if trusted_proxies else app,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,  # TrustedProxies does it
        timeout_keep_alive=keepalive_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=4096,
    )
    config.refusals = refusals
    return config


class RelayServer(uvicorn.Server):
    """Announces its start. At shutdown it closes endless streams before it waits for requests."""

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
