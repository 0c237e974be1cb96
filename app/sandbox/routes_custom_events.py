"""`/events/…/send` and `/events/…/event-definitions`: custom events, in both published versions."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.sandbox.config import CUSTOM_EVENTS_SCOPE, DEFINITIONS_SCOPE
from app.sandbox.contacts import custom_contact_of
from app.sandbox.custom_events import MOST_IN_BATCH, Batch, Occurrence, check, read
from app.sandbox.errors import Detail, HubSpotError, json_response, validation_error
from app.sandbox.state import Sandbox, json_body

BASES = ("/events/2026-03", "/events/custom/2026-09")


def custom_event_routes(sandbox: Sandbox) -> APIRouter:
    """The routes of each version, with the scopes that the spec asks for."""
    whole = APIRouter()
    for base in BASES:
        router = APIRouter(prefix=base)
        _sending(router, sandbox)
        _defining(router, sandbox)
        whole.include_router(router)
    return whole


def _sending(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("/send")
    async def send(request: Request) -> Response:
        arrived = sandbox.clock()
        sandbox.admit(request, CUSTOM_EVENTS_SCOPE)
        body = await json_body(request)
        event = read(Occurrence, body)
        contact = _checked(sandbox, event)
        if not _is_known(sandbox, event):
            _keep(sandbox, arrived, event, body, contact)
        elif sandbox.config.repeated_uuid != "silent":
            raise _repeated(sandbox)
        return Response(status_code=204)

    @router.post("/send/batch")
    async def send_batch(request: Request) -> Response:
        arrived = sandbox.clock()
        sandbox.admit(request, CUSTOM_EVENTS_SCOPE)
        body = await json_body(request)
        batch = read(Batch, body)
        if not 0 < len(batch.inputs) <= MOST_IN_BATCH:
            raise validation_error("inputs", Detail(f"1 to {MOST_IN_BATCH} events", "inputs"))
        contacts = [_checked(sandbox, event) for event in batch.inputs]
        for event, said, contact in zip(batch.inputs, body["inputs"], contacts, strict=True):
            if not _is_known(sandbox, event):
                _keep(sandbox, arrived, event, said, contact)
        return Response(status_code=204)


def _defining(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/event-definitions")
    async def listed(request: Request) -> Response:
        sandbox.admit(request, DEFINITIONS_SCOPE)
        shown = [sandbox.definitions.shown(name) for name in sandbox.definitions.known]
        return json_response({"total": len(shown), "results": shown})

    @router.post("/event-definitions")
    async def make(request: Request) -> Response:
        sandbox.admit(request, DEFINITIONS_SCOPE)
        name = sandbox.definitions.make(await json_body(request))
        return json_response(sandbox.definitions.shown(name), 201)

    @router.get("/event-definitions/{name}")
    async def one(request: Request, name: str) -> Response:
        sandbox.admit(request, DEFINITIONS_SCOPE)
        return json_response(sandbox.definitions.shown(name))

    @router.delete("/event-definitions/{name}")
    async def remove(request: Request, name: str) -> Response:
        sandbox.admit(request, DEFINITIONS_SCOPE)
        own, _ = sandbox.definitions.find(name)
        del sandbox.definitions.known[own]
        return Response(status_code=204)

    @router.post("/event-definitions/{name}/property")
    async def add_property(request: Request, name: str) -> Response:
        sandbox.admit(request, DEFINITIONS_SCOPE)
        body = await json_body(request)
        return json_response(sandbox.definitions.add_property(name, body), 201)


def _checked(sandbox: Sandbox, event: Occurrence) -> int | None:
    """The contact that an event is about; None: nobody, and HubSpot does not say so."""
    check(event, sandbox.definitions.of_event(event.event_name))
    return custom_contact_of(sandbox.config, event)


def _is_known(sandbox: Sandbox, event: Occurrence) -> bool:
    known = sandbox.definitions.of_event(event.event_name)
    return event.uuid is not None and known.is_known(event.uuid, sandbox.clock())


def _repeated(sandbox: Sandbox) -> HubSpotError:
    """What HubSpot answers is not published: either of these."""
    if sandbox.config.repeated_uuid == "conflict":
        return HubSpotError(409, "CONFLICT", "This event was sent before.")
    return validation_error("This event was sent before", Detail("is known", "uuid"))


def _keep(
    sandbox: Sandbox, arrived: float, event: Occurrence, body: dict[str, Any], contact: int | None
) -> None:
    if contact is None:
        sandbox.ledger.silent += 1
        return
    if event.uuid is not None:
        sandbox.definitions.of_event(event.event_name).uuids[event.uuid] = sandbox.clock()
    sandbox.ledger.keep_custom(int(arrived * 1000), body, contact)
