"""`/console/live`: plays as they happen, as server-sent events.

What is shown is read from the store, so that it does not matter which process heard of a play. A
stream reads what was heard of last, once a second, and sends the plays that look different now.
"""

import json
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from app.bell import heard
from app.console.pages import HEADERS, TheConsole, ThePerson
from app.relay import Account, Relay
from app.store.insights import Insights
from app.store.interface import StoreError
from app.store.values import Walk
from app.web.dependencies import TheAccount, TheRelay

SHOWN = 20
EVERY_SECONDS = 1.0
STREAMS = 20
"""At a time: each costs the store a small look a second."""


def routes() -> APIRouter:
    """The page and its stream."""
    router = APIRouter()
    open_streams: set[object] = set()

    @router.get("/console/live")
    async def page(
        request: Request, console: TheConsole, person: ThePerson, account: TheAccount
    ) -> Response:
        walks = await account.store.latest(SHOWN)
        return console.pages.page(request, "live.html", person, walks=walks, shown=SHOWN)

    @router.get("/console/live/events")
    async def events(
        request: Request,
        console: TheConsole,
        _person: ThePerson,
        relay: TheRelay,
        account: TheAccount,
    ) -> Response:
        if len(open_streams) >= STREAMS:
            raise HTTPException(503, "too many people watch: close a window", {"retry-after": "10"})

        def drawn(walk: Walk) -> str:
            return console.pages.draw(request, "live_row.html", walk=walk)

        async def counted() -> AsyncIterator[bytes]:
            me = object()
            open_streams.add(me)
            try:
                async for message in stream(relay, account, drawn):
                    yield message
            finally:
                open_streams.discard(me)

        return StreamingResponse(counted(), media_type="text/event-stream", headers=HEADERS)

    return router


async def stream(
    relay: Relay, account: Account, drawn: Callable[[Walk], str]
) -> AsyncIterator[bytes]:
    """Rows that are new or have changed, the latest last; ends when the relay leaves."""
    yield b"retry: 2000\n\n"
    shown: dict[str, str] = {}
    while not relay.leaving.is_set():
        rows = await _rows(account.store, drawn)
        if rows is None:
            yield b": the store is away\n\n"
        else:
            for key, row in rows.items():
                if shown.get(key) != row:
                    yield f"data: {json.dumps({'id': key, 'html': row})}\n\n".encode()
            shown = rows
            yield b": still here\n\n"  # or nobody would notice that the browser has gone
        await heard(relay.leaving, EVERY_SECONDS)


async def _rows(store: Insights, drawn: Callable[[Walk], str]) -> dict[str, str] | None:
    try:
        walks = await store.latest(SHOWN)
    except StoreError:
        return None
    return {f"play-{walk.id}": drawn(walk) for walk in reversed(walks)}
