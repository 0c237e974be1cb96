"""Start the real app on the real server, on a free port, until the test is over."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from app.config import Settings
from app.web.app import RelayApp, create_app
from app.web.server.bounded import BoundedProtocol
from app.web.server.embedded import listen
from app.web.server.public import RelayServer, public_config


class Live(NamedTuple):
    """A running relay: a client of it, its port, and the app itself."""

    client: httpx.Client
    port: int
    app: RelayApp


def settings_for(folder: Path, **values: Any) -> Settings:
    """Settings of a test: nothing of the environment but what is said here."""
    given = {"database_url": f"sqlite:///{folder}/playrelay.db", "pings_per_minute": 0, **values}
    return Settings(**given)


@contextmanager
def live_relay(settings: Settings, protocol: type[BoundedProtocol] | None = None) -> Iterator[Live]:
    """A relay that runs while the block does. `protocol`: one with other limits."""
    up = threading.Event()
    internal = listen("127.0.0.1", settings.internal_port) if settings.internal_port else None
    app = create_app(settings, internal)
    config = public_config(app, app.refusals, settings.trusted_proxies, settings.keepalive_seconds)
    if protocol is not None:
        config.http = protocol

    def close_streams() -> None:
        app.state.relay.close_streams()

    server = RelayServer(config, up.set, close_streams)
    with listen("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=server.run, args=([bound],), name="relay")
        thread.start()
        try:
            if not up.wait(20):
                raise RuntimeError("the relay did not start")
            port = bound.getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                yield Live(client, port, app)
        finally:
            server.should_exit = True
            thread.join(30)
            if thread.is_alive():
                raise RuntimeError("the relay did not stop")


@contextmanager
def connected(live: Live) -> Iterator[socket.socket]:
    """A bare connection."""
    with socket.create_connection(("127.0.0.1", live.port), 20) as peer:
        yield peer
