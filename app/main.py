"""The web application: the ping endpoint ahead of the router, and all other routes behind it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app import __version__
from app.bootstrap import assemble
from app.catalogue import CatalogueError
from app.collect import schema
from app.collect.endpoint import PATH, ProgressEndpoint
from app.collect.problem import STATUS, Reason, problem
from app.console.embed import note_script
from app.console.refusals import refusal, store_away
from app.console.routes import add_console
from app.demo.routes import demo_routes
from app.embed.routes import embed_routes
from app.health import health_routes
from app.hubspot.tokens import SealError
from app.relay import Relay
from app.settings import Settings
from app.store.interface import StoreError

_log = structlog.get_logger(__name__)


class RelayApp(FastAPI):
    """FastAPI, with the ping endpoint ahead of its middleware and router."""

    pings: ProgressEndpoint | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One comparison on the way; pings go straight to their endpoint."""
        if self.pings is not None and scope["type"] == "http" and scope["path"] == PATH:
            await self.pings(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> RelayApp:
    """The relay as one ASGI application; its lifespan runs the workers."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with assemble(settings) as relay:
                app.state.relay = relay
                app.pings = relay.progress
                yield
        except (StoreError, CatalogueError, SealError) as error:
            app.state.failure = error  # uvicorn would only log it; `serve` says it in one line
            raise

    app = RelayApp(
        title="playrelay",
        version=__version__,
        summary="The self-hosted relay between any web player and HubSpot",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
    )
    app.include_router(health_routes())
    app.include_router(embed_routes(loaded=note_script))
    add_console(app, settings, time.monotonic, time.time)
    if settings.sandboxed:
        app.include_router(demo_routes())
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    app.add_exception_handler(StoreError, _store_problem)
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
    if isinstance(error, HTTPException) and (page := refusal(request, error)) is not None:
        return page
    status = error.status_code if isinstance(error, HTTPException) else 500
    reason: Reason = next((each for each in STATUS if STATUS[each] == status), "invalid")
    headers = error.headers if isinstance(error, HTTPException) else None
    detail = str(getattr(error, "detail", ""))
    return _answer(request, reason, detail, status, headers)


async def _validation_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
    message = str(fault["msg"])
    return await _http_problem(
        request, HTTPException(422, f"{field}: {message[:1].lower()}{message[1:]}")
    )


async def _store_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError)  # noqa: S101 - registered for it alone
    return await _http_problem(request, store_away(error))


async def _internal_problem(request: Request, error: Exception) -> Response:
    answer = _answer(request, "internal", "look for the request id in the log", 500, None)
    _log.error("request_failed", request=answer.headers["x-request-id"], exc_info=error)
    return answer


def _answer(request: Request, reason: Reason, detail: str, status: int, headers: Any) -> Response:
    relay: Relay = request.app.state.relay
    instance = relay.new_id()
    return Response(
        problem(reason, detail, instance),
        status,
        {**(headers or {}), "x-request-id": instance},
        "application/problem+json",
    )
