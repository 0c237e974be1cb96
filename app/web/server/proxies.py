"""Which address a request comes from, and which proxies are believed about it."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class BehindProxies:
    """Believes X-Forwarded-For and -Proto of the proxies named, and remembers who said it."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type] # its own ASGI types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One assignment on the way."""
        scope[_PEER] = scope.get("client")
        await self._app(scope, receive, send)  # type: ignore[arg-type] # likewise


_PEER = "playrelay.peer"


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection, whatever that end says of itself."""
    peer = scope.get(_PEER, scope.get("client"))
    return str(peer[0]) if peer else ""
