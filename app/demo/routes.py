"""`/demo`: watch, listen or read on the left; on the right is what arrives at the sandbox."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from string import Template

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    StreamingResponse,
)

from app.runtime.relay import Account
from app.sandbox.ledger import Kept, Ledger
from app.store.errors import StoreError
from app.web.dependencies import TheRelay, relay_of

_HERE = Path(__file__).parent
_PARTS = (
    "demo.css",
    "demo.js",
    "strip.js",
    "timeline.js",
    "visitor.js",
    "website.js",
    "clip.mp4",
    "tune.mp3",
)
_COLOURS = _HERE.parent / "console" / "static" / "colours.css"
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


def demo_routes(base: str = "") -> APIRouter:
    """The page, its media, its parts, and the stream of what arrives. In sandbox mode only.

    `base`: the path below which browsers find the relay, or "".
    """
    router = APIRouter(include_in_schema=False)

    @router.head("/")
    @router.get("/")
    async def start() -> Response:
        return RedirectResponse(f"{base}/demo")

    @router.head("/demo")
    @router.get("/demo")
    async def page(request: Request) -> Response:
        account, site = _shown(request)
        values = {
            "base": base,
            "settle": duration(account.settings.settle_seconds),
            "site": f' data-site="{site}"' if site else "",
        }
        text = Template((_HERE / "demo.html").read_text("utf-8"))
        return HTMLResponse(text.substitute(values), headers=_PAGE_HEADERS)

    for path in (_COLOURS, *(_HERE / name for name in _PARTS)):
        router.add_api_route(f"/demo/{path.name}", _part(path), methods=["GET", "HEAD"])

    @router.get("/demo/events")
    async def events(request: Request) -> Response:
        ledger = _shown(request)[0].sandbox
        if ledger is None:
            return Response(status_code=204)  # another process delivers: nothing to show here
        return StreamingResponse(
            stream(ledger),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    @router.get("/demo/waiting")
    async def waiting(request: Request, relay: TheRelay) -> Response:
        account, _ = _shown(request)
        try:
            depths = await account.store.admin.depths(relay.clock())
        except StoreError:
            return Response(status_code=503)
        return JSONResponse(
            {"waiting": depths.outbox["waiting"]}, headers={"cache-control": "no-store"}
        )

    return router


def duration(seconds: int) -> str:
    """A duration in words: `1 second`, `90 seconds`, `5 minutes`."""
    count, unit = (seconds, "second") if seconds % 60 else (seconds // 60, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"


async def stream(ledger: Ledger) -> AsyncIterator[bytes]:
    """Server-sent events: what has arrived, then what arrives. Ends with the subscription."""
    with ledger.subscribe() as arriving:
        backlog = list(ledger.events)[
            -BACKLOG:
        ]  # without an await, or an event could be sent twice
        yield b"retry: 1000\n\n"
        for kept in backlog:
            yield _message(kept)
        async for kept in arriving:
            yield _message(kept)


def _shown(request: Request) -> tuple[Account, str]:
    """The account and key of the site that `?site=` names, or of the first site.

    Keys need no escaping in an attribute: their characters are checked when they are read.
    """
    sites = {
        site.key: account
        for account in relay_of(request).accounts.values()
        for site in account.sites
    }
    key = request.query_params.get("site") or next(iter(sites))
    if key not in sites:
        raise HTTPException(404, "there is no such site")
    return sites[key], key


def _part(path: Path) -> Callable[[], Awaitable[Response]]:
    async def part() -> Response:
        return FileResponse(path, headers=_PAGE_HEADERS)

    return part


def _message(kept: Kept) -> bytes:
    data = {
        "arrived": kept.arrived_ms,
        "event": kept.event,
        "contactId": kept.contact_id,
        "mediaBridgeId": kept.media_bridge_id,
        "body": kept.body,
    }
    return f"id: {kept.seq}\ndata: {json.dumps(data, default=str)}\n\n".encode()
