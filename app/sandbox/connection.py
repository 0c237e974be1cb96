"""Cutting a TCP connection without an answer, which ASGI has no word for.

`DroppableProtocol` is uvicorn's own HTTP protocol that also hands the application, through ASGI's
`scope["state"]`, the means to abort the connection it came by. Serve with it wherever dropped
connections shall be had: `uvicorn.Config(app, http=DroppableProtocol)`.
"""

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_ABORT = "playrelay.abort_connection"


class DroppableProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose connections the application can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Put the new connection's abort into the state that each of its requests is given."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _ABORT: transport.abort}


def is_cuttable(scope: Scope) -> bool:
    """Whether the server that handed us `scope` lets us cut its connection."""
    return _ABORT in scope.get("state", {})


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection at once, nothing more sent; returns when the server has noticed.

    Once it has, an application that returns without an answer is nothing it would log.
    """
    if not is_cuttable(scope):
        raise RuntimeError("to drop connections, serve the sandbox with http=DroppableProtocol")
    scope["state"][_ABORT]()
    while (await receive())["type"] != "http.disconnect":
        pass
