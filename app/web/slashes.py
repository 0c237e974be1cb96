"""An address with a slash too many at its end leads to the one that was meant.

Starlette's own redirect names the host and the scheme of the request, which proxies change, and
not the path below which browsers find the relay.
"""

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from app.collect.endpoint import PATH
from app.web.internal import NOTHING


def leading_to_addresses(router: Router, base: str) -> ASGIApp:
    """What becomes of a request that no route takes. `base`: what browsers have before a path."""

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        meant = {**scope, "path": scope["path"].rstrip("/")}
        if meant["path"] in {"", scope["path"]} or not (
            meant["path"] == PATH
            or any(route.matches(meant)[0] is not Match.NONE for route in router.routes)
        ):
            raise HTTPException(404, NOTHING)
        query = scope["query_string"].decode("latin-1")
        address = f"{base}/{quote(meant['path'].lstrip('/'))}"
        await RedirectResponse(f"{address}?{query}" if query else address)(scope, receive, send)

    return elsewhere
