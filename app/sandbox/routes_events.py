"""`POST /media-bridge/{version}/events/{kind}`: the three events, in both versions alike."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from app.sandbox.answers import answer
from app.sandbox.config import EVENTS_SCOPE
from app.sandbox.contacts import contact_of, media_of
from app.sandbox.errors import json_response
from app.sandbox.names import EventKind
from app.sandbox.rules import check
from app.sandbox.schemas import MODELS, read_event
from app.sandbox.state import Sandbox, json_body

VERSIONS = ("v1", "2026-03")


def event_routes(sandbox: Sandbox) -> APIRouter:
    """The routes: strict in, and out with every field the spec requires."""
    router = APIRouter()
    for version in VERSIONS:
        for kind in MODELS:
            path = f"/media-bridge/{version}/events/{kind}"
            router.add_api_route(path, _receiver(sandbox, kind), methods=["POST"])
    return router


def _receiver(sandbox: Sandbox, kind: EventKind) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        arrived = sandbox.clock()
        sandbox.admit(request, EVENTS_SCOPE)
        body = await json_body(request)
        event = read_event(kind, body)
        check(event)

        config = sandbox.config
        contact_id = contact_of(config, event)
        media_id = media_of(config, event, sandbox.media_objects.by_external_id())
        if contact_id is None or media_id is None:
            sandbox.ledger.silent += 1
        else:
            sandbox.ledger.keep(
                arrived_ms=int(arrived * 1000),
                event=kind,
                body=body,
                contact_id=contact_id,
                media_bridge_id=media_id,
            )
        return json_response(answer(config, event, contact_id, media_id))

    return receive
