"""`/console/live`: plays as they happen, as server-sent events.

The page reads from the store, so it does not matter which process received a play. A stream reads
the latest plays once a second and sends those that have changed.
"""

import json
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import StreamingResponse

from app.console.rendering import HEADERS
from app.console.view import ForViewers
from app.runtime.notifier import wait_for
from app.runtime.relay import Account, Relay
from app.store.admin import History
from app.store.errors import StoreError
from app.store.event_reports import PlayHistory

SHOWN = 20
EVERY_SECONDS = 1.0
STREAMS = 20
"""Open streams at a time: each costs the store a small query a second."""


def routes() -> APIRouter:
    """The page and its stream."""
    router = APIRouter()
    open_streams: set[object] = set()

    @router.get("/console/live")
    async def page(view: ForViewers) -> Response:
        return view.page(
            "live.html", histories=await view.account.store.history.latest(SHOWN), shown=SHOWN
        )

    @router.get("/console/live/events")
    async def events(view: ForViewers) -> Response:
        if len(open_streams) >= STREAMS:
            raise HTTPException(
                503, "too many live pages are open: close one", {"retry-after": "10"}
            )

        def row(history: PlayHistory) -> str:
            return view.text("live_row.html", history=history)

        async def counted() -> AsyncIterator[bytes]:
            me = object()
            open_streams.add(me)
            try:
                async for message in stream(view.relay, view.account, row):
                    yield message
            finally:
                open_streams.discard(me)

        return StreamingResponse(counted(), media_type="text/event-stream", headers=HEADERS)

    return router


async def stream(
    relay: Relay, account: Account, row: Callable[[PlayHistory], str]
) -> AsyncIterator[bytes]:
    """Rows that are new or have changed, the latest last; ends when the relay stops."""
    yield b"retry: 2000\n\n"
    shown: dict[str, str] = {}
    while not relay.leaving.is_set():
        rows = await _rows(account.store.history, row)
        if rows is None:
            yield b": the store does not answer\n\n"
        else:
            for key, html in rows.items():
                if shown.get(key) != html:
                    yield f"data: {json.dumps({'id': key, 'html': html})}\n\n".encode()
            shown = rows
            yield b": alive\n\n"  # a closed connection is noticed only by writing
        await wait_for(relay.leaving, EVERY_SECONDS)


async def _rows(history: History, row: Callable[[PlayHistory], str]) -> dict[str, str] | None:
    try:
        latest = await history.latest(SHOWN)
    except StoreError:
        return None
    return {f"play-{each.id}": row(each) for each in reversed(latest)}
