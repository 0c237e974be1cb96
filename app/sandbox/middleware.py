"""The sandbox's edge: each request to HubSpot is counted, limited, struck by faults, recorded.

The sandbox's own controls, under /sandbox/, pass by it, and so does the page on which people
install the app: HubSpot has that on another host.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.connection import cut
from app.sandbox.errors import rate_limited
from app.sandbox.faults import Fault
from app.sandbox.ledger import Seen
from app.sandbox.limiter import Standing
from app.sandbox.state import Sandbox

PASS_BY = ("/sandbox/", "/oauth/authorize")
_LONGEST_SEGMENT = 24  # HubSpot's own are shorter; what is longer may be a token


class SandboxMiddleware:
    """ASGI middleware; the arrival is taken before anything else, as HubSpot's edge takes it."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith(PASS_BY):
            await self._app(scope, receive, send)
            return

        sandbox = self._sandbox
        arrived = sandbox.clock()
        standing = sandbox.limiter.arrive(arrived, sandbox.config)
        status: int | None = None

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(standing.headers())
            await send(message)

        try:
            if standing.refused_by is None:
                fault = sandbox.faults.strike(path)
                await self._serve(fault, scope, receive, watched)
            else:
                await self._refuse(standing, scope, receive, watched)
        finally:
            sandbox.ledger.see(
                Seen(int(arrived * 1000), scope["method"], _without_tokens(path), status)
            )

    async def _refuse(self, standing: Standing, scope: Scope, receive: Receive, send: Send) -> None:
        wait = standing.wait if self._sandbox.config.retry_after else None
        error = rate_limited(str(standing.refused_by), wait)
        await error.response(self._sandbox.ids)(scope, receive, send)

    async def _serve(self, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.latency_ms:
            await self._sandbox.sleep(fault.latency_ms / 1000)
        if fault.drop is not None:
            if fault.drop == "after":
                await self._app(scope, receive, _unsent)
            await cut(scope, receive)
            return
        response = fault.response(self._sandbox.ids)
        await (self._app if response is None else response)(scope, receive, send)


async def _unsent(message: Message) -> None:
    """Where an answer goes that nobody shall get."""


def _without_tokens(path: str) -> str:
    segments = path.split("/")
    return "/".join("…" if len(each) > _LONGEST_SEGMENT else each for each in segments)
