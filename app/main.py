"""The web application: the ping endpoint ahead of the router, and all other routes behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__
from app.bootstrap import Relay, assemble
from app.catalogue import CatalogueError
from app.collect import schema
from app.collect.endpoint import PATH
from app.collect.problem import STATUS, Reason, problem
from app.demo.routes import demo_routes
from app.health import health_routes
from app.settings import Settings
from app.static_files import static_routes
from app.store.interface import StoreError


class PingsFirst:
    """Hands pings to their endpoint before any router, and everything else on."""

    def __init__(self, app: ASGIApp, relay_of: FastAPI) -> None:
        self._app = app
        self._state = relay_of.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One comparison on the way."""
        if scope["type"] == "http" and scope["path"] == PATH and self._state.relay.collects:
            await self._state.relay.progress(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """The relay as one ASGI application; its lifespan runs the workers."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with assemble(settings) as relay:
                app.state.relay = relay
                yield
        except (StoreError, CatalogueError) as error:
            app.state.failure = error  # uvicorn would only log it; `serve` says it in one line
            raise

    app = FastAPI(
        title="playrelay",
        version=__version__,
        summary="The self-hosted relay between any web player and HubSpot",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
    )
    app.add_middleware(PingsFirst, relay_of=app)
    app.include_router(health_routes())
    app.include_router(static_routes())
    if settings.sandboxed:
        app.include_router(demo_routes())
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _internal_problem)
    _describe_pings(app)
    return app


def _describe_pings(app: FastAPI) -> None:
    """Let the OpenAPI document show the endpoint that the router does not know."""
    routes_alone = app.openapi

    def openapi() -> dict[str, Any]:
        document = routes_alone()
        return document if PATH in document["paths"] else schema.describe(document)

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it


async def _http_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    reason: Reason = next((each for each in STATUS if STATUS[each] == status), "invalid")
    headers = error.headers if isinstance(error, HTTPException) else None
    detail = str(getattr(error, "detail", ""))
    return _answer(request, reason, detail, status, headers)


async def _internal_problem(request: Request, _error: Exception) -> Response:
    return _answer(request, "internal", "look for the request id in the log", 500, None)


def _answer(request: Request, reason: Reason, detail: str, status: int, headers: Any) -> Response:
    relay: Relay = request.app.state.relay
    instance = relay.new_id()
    return Response(
        problem(reason, detail, instance),
        status,
        {**(headers or {}), "x-request-id": instance},
        "application/problem+json",
    )
