"""A local server for one browser, which HubSpot sends back after the app was installed."""

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
"""Takes the parameters that the browser brings."""


@asynccontextmanager
async def expecting(port: int, receive: Receive) -> AsyncIterator[str]:
    """Listen on this machine alone; yields the address to send back to. Raises OSError.

    The address says localhost, for that is the one host that HubSpot lets go without https.
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
        access_log=False,  # the code stands in the address
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    async with embedded(config, port, "loopback") as listening:
        yield f"http://localhost:{listening}{PATH}"
