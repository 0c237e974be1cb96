"""A local server for the browser that HubSpot sends back after the app was installed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.web.server.embedded import embedded
from app.web.server.protocol import TimeoutProtocol

PATH = "/connect"

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Reply(msgspec.Struct, frozen=True):
    """The page that the browser gets, and its status."""

    text: str
    status: int = 200


Receive = Callable[[Mapping[str, str]], Awaitable[Reply]]
"""Handles the parameters that the browser brings."""


@asynccontextmanager
async def expecting(port: int, receive: Receive) -> AsyncIterator[str]:
    """Listen on this machine only; yields the redirect URL. Raises OSError.

    Its host is localhost, the only one that HubSpot accepts without https.
    """

    async def arrive(request: Request) -> Response:
        reply = await receive(request.query_params)
        return PlainTextResponse(reply.text + "\n", reply.status, _HEADERS)

    app = Starlette(routes=[Route(PATH, arrive)])
    config = uvicorn.Config(
        app,
        http=TimeoutProtocol,
        ws="none",
        log_config=None,
        access_log=False,  # the address contains the code
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    async with embedded(config, port, "loopback") as listening:
        yield f"http://localhost:{listening}{PATH}"
