"""The web application: the ping endpoint ahead of the router, and all other routes behind it."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from starlette.types import Receive, Scope, Send

from app import __version__
from app.collect import schema
from app.collect.endpoint import PATH, ProgressEndpoint
from app.config import Settings
from app.demo.routes import demo_routes
from app.runtime.assemble import assemble
from app.web import console
from app.web.errors import add_error_handlers
from app.web.health import health_routes
from app.web.internal import InternalPort
from app.web.server.below import taken_below
from app.web.server.embedded import serving
from app.web.server.public import public_config
from app.web.server.refusals import ServerRefusals
from app.web.slashes import leading_to_addresses
from app.web.tracker.routes import tracker_routes


class RelayApp(FastAPI):
    """FastAPI, with the ping endpoint ahead of its middleware and router.

    `refusals`: of the servers that run it. `internal`: which requests its own port is for.
    `base`: the path below which browsers find it, or "". `settings`: the console's, until that is
    loaded.
    """

    settings: Settings | None = None
    pings: ProgressEndpoint | None = None
    refusals: ServerRefusals
    internal: InternalPort
    base = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass pings straight to their endpoint, at the cost of two comparisons."""
        if self.base and scope["type"] == "http":
            scope = taken_below(scope, self.base)
        if self.pings is not None and scope["type"] == "http" and scope["path"] == PATH:
            await self.pings(scope, receive, send)
        elif self.internal.hides(scope):
            await self.internal.answer(send)
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            # A route of FastAPI's takes GET alone; the server sends the head alone.
            await self._route({**scope, "method": "GET"}, receive, send)
        else:
            await self._route(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and console.is_for_console(scope["path"]):
            self.load_console()
        await super().__call__(scope, receive, send)

    def load_console(self) -> None:
        """Add the console's routes, unless they are there."""
        settings, self.settings = self.settings, None
        if settings is not None:
            console.load(self, settings)

    def openapi(self) -> dict[str, Any]:
        """The document of all routes, and of the ping endpoint, which the router does not know."""
        self.load_console()
        document = super().openapi()
        return document if PATH in document["paths"] else schema.describe(document)


def create_app(settings: Settings, internal: socket.socket | None = None) -> RelayApp:
    """The relay as one ASGI application; its lifespan runs the workers.

    `internal`: a bound socket on which operators' addresses are served, instead of in public.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with AsyncExitStack() as stack:
                relay = await stack.enter_async_context(assemble(settings))
                app.state.relay = relay
                app.pings = relay.progress
                if internal is not None:
                    config = public_config(
                        app, app.refusals, settings.trusted_proxies, settings.keepalive_seconds
                    )
                    config.lifespan = "off"
                    await stack.enter_async_context(serving(config, internal, "internal"))
                yield
        except Exception as error:
            app.state.failure = error  # uvicorn would only log it; `serve` says it in one line
            raise

    app = RelayApp(
        title="playrelay",
        version=__version__,
        summary="The self-hosted relay between any web player and HubSpot",
        lifespan=lifespan,
        redirect_slashes=False,  # web/slashes.py does it
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        servers=[{"url": settings.public_url}] if settings.public_url else None,
    )
    app.base = settings.base_path
    app.refusals = ServerRefusals()
    app.internal = InternalPort(internal.getsockname()[1] if internal else None)
    app.include_router(health_routes([app.refusals.tally]))
    app.include_router(tracker_routes(loaded=_note_script))
    app.settings = settings
    if settings.sandboxed:
        app.include_router(demo_routes(settings.base_path), dependencies=[Depends(console.admit)])
    app.router.default = leading_to_addresses(app.router, settings.base_path)
    add_error_handlers(app)
    return app


def _note_script(request: Request) -> None:
    """Record which site has loaded the script, by its Referer."""
    url = urlsplit(request.headers.get("referer", ""))
    if url.scheme in {"http", "https"} and url.netloc:
        origin = f"{url.scheme}://{url.netloc}".encode("latin-1", "replace")
        request.app.state.relay.activity.script(origin)
