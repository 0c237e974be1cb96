"""`/demo`: watch a clip on the left, see on the right what arrives at the HubSpot sandbox."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, StreamingResponse

from app.sandbox.ledger import Kept, Ledger

_HERE = Path(__file__).parent
_CLIP = _HERE / "clip.mp4"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-cache",
}
BACKLOG = 100
"""Events shown of those that arrived before the page was opened."""


def demo_routes() -> APIRouter:
    """The page, its clip, its parts, and the stream of what arrives. In sandbox mode only."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def start() -> Response:
        return RedirectResponse("/demo")

    @router.get("/demo")
    async def page() -> Response:
        return HTMLResponse((_HERE / "demo.html").read_text("utf-8"), headers=_PAGE_HEADERS)

    @router.get("/demo/demo.css")
    async def style() -> Response:
        return FileResponse(_HERE / "demo.css", headers=_PAGE_HEADERS)

    @router.get("/demo/demo.js")
    async def script() -> Response:
        return FileResponse(_HERE / "demo.js", headers=_PAGE_HEADERS)

    @router.get("/demo/clip.mp4")
    async def clip() -> Response:
        return FileResponse(_CLIP, media_type="video/mp4", headers={"cache-control": "no-cache"})

    @router.get("/demo/events")
    async def events(request: Request) -> Response:
        relay = request.app.state.relay
        if relay.sandbox is None:
            return Response(status_code=204)  # another process delivers: nothing to show here
        return StreamingResponse(
            _stream(relay.sandbox),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    return router


async def _stream(ledger: Ledger) -> AsyncIterator[bytes]:
    """What has arrived, then what arrives, as server-sent events; ends with the subscription."""
    with ledger.subscribe() as news:
        yield b"retry: 1000\n\n"
        for kept in list(ledger.events)[-BACKLOG:]:
            yield _message(kept)
        async for kept in news:
            yield _message(kept)


def _message(kept: Kept) -> bytes:
    data = {
        "arrived": kept.arrived_ms,
        "event": kept.event,
        "contactId": kept.contact_id,
        "mediaBridgeId": kept.media_bridge_id,
        "body": kept.body,
    }
    return f"id: {kept.seq}\ndata: {json.dumps(data, default=str)}\n\n".encode()
