"""`create_sandbox`: HubSpot, as far as the relay meets it, strict and on this machine.

A request passes `gate` (counted, limited, struck by faults, recorded) to its route, which
asks `state` for admission, reads the body by `schemas` and `rules`, finds out by `people` who and
what it is about, and keeps it in the `ledger`.

Where public sources don't say how HubSpot answers, `config` has a switch for either answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.sandbox.config import SandboxConfig
from app.sandbox.errors import HubSpotError
from app.sandbox.ledger import Ledger
from app.sandbox.middleware import SandboxMiddleware
from app.sandbox.routes_contacts import contact_routes
from app.sandbox.routes_control import control_routes, ledger_routes
from app.sandbox.routes_custom_events import custom_event_routes
from app.sandbox.routes_events import event_routes
from app.sandbox.routes_install import install_routes
from app.sandbox.routes_media import VERSIONS, media_routes
from app.sandbox.routes_names import name_routes
from app.sandbox.routes_oauth import oauth_routes
from app.sandbox.routes_objects import object_routes
from app.sandbox.routes_provider import provider_routes
from app.sandbox.state import Sandbox


def create_sandbox(
    config: SandboxConfig,
    clock: Callable[[], float],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ids: Callable[[], UUID] = uuid4,
    ledger: Ledger | None = None,
) -> FastAPI:
    """A stand-in for https://api.hubapi.com, to be served alone or mounted anywhere.

    It has the page of https://app.hubspot.com too, on which people install the app.
    `clock` gives seconds since the epoch. `app.state.ledger` is what arrived, `app.state.sandbox`
    everything else that moves: `.config` (replace it), `.faults`. Faults that drop connections need
    a server with `http=DroppableProtocol`.
    """
    sandbox = Sandbox(config, clock, sleep, ids, ledger or Ledger())
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.sandbox = sandbox
    app.state.ledger = sandbox.ledger
    app.add_middleware(SandboxMiddleware, sandbox=sandbox)

    @app.exception_handler(HubSpotError)
    async def refuse(_request: Request, error: HubSpotError) -> Response:
        return error.response(ids)

    @app.exception_handler(HTTPException)
    async def no_such_route(_request: Request, error: HTTPException) -> Response:
        return HubSpotError(
            error.status_code, "INVALID_REQUEST", str(error.detail), headers=error.headers or {}
        ).response(ids)

    app.include_router(event_routes(sandbox))
    app.include_router(custom_event_routes(sandbox))
    app.include_router(oauth_routes(sandbox))
    app.include_router(contact_routes(sandbox))
    app.include_router(name_routes(sandbox))
    app.include_router(install_routes(sandbox))
    for version in VERSIONS:
        app.include_router(media_routes(sandbox, version))
    app.include_router(object_routes(sandbox))
    app.include_router(provider_routes(sandbox))
    app.include_router(control_routes(sandbox))
    app.include_router(ledger_routes(sandbox))
    return app
