"""`POST /crm/objects/2026-03/contacts/batch/read`: properties of contacts, a hundred at most.

Every contact here has an invented name and address, the same in every run.
"""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from app.sandbox.config import CONTACTS_SCOPE, SandboxConfig
from app.sandbox.errors import Detail, json_response, validation_error
from app.sandbox.parameters import iso, refuse_unknown
from app.sandbox.schemas import Optional, StrictBody, not_as_published
from app.sandbox.state import Sandbox, json_body

PATH = "/crm/objects/2026-03/contacts/batch/read"
MOST_IN_BATCH = 100

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_FIRST = ("Ada", "Ben", "Chiara", "Daniel", "Elif", "Femi", "Greta", "Hugo", "Iris", "Jun", "Kofi")
_LAST = ("Abel", "Berg", "Costa", "Dahl", "Ekene", "Fischer", "Garcia")
_ALWAYS = ("hs_object_id", "createdate", "lastmodifieddate")
"""HubSpot answers these whether they are asked for or not."""


class ObjectId(StrictBody):
    """An object."""

    id: str


class BatchRead(StrictBody):
    """What is read of which; the spec requires all three lists."""

    inputs: list[ObjectId]
    properties: list[str]
    properties_with_history: list[str]
    id_property: Optional[str] = None


def name_routes(sandbox: Sandbox) -> APIRouter:
    """The one route."""
    router = APIRouter()

    @router.post(PATH)
    async def read(request: Request) -> Response:
        sandbox.admit(request, CONTACTS_SCOPE)
        refuse_unknown(request.query_params.keys(), {"archived"})
        asked = _asked(await json_body(request))
        config, now = sandbox.config, iso(sandbox.clock())
        ids = dict.fromkeys(int(each.id) for each in asked.inputs)
        there = [each for each in ids if config.contacts is None or each in config.contacts]
        # One that was merged away is answered with the one it went into, under that one's id.
        kept = dict.fromkeys(config.merged.get(each, each) for each in there)
        body: dict[str, Any] = {
            "status": "COMPLETE",
            "results": [_shown(config, each, asked.properties, now) for each in kept],
            "startedAt": now,
            "completedAt": now,
        }
        missing = [str(each) for each in ids if each not in there]
        if not missing:
            return json_response(body)
        fault = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some CONTACT objects, they may be deleted or not exist.",
            "context": {"ids": missing},
            "errors": [],
            "links": {},
        }
        return json_response({**body, "numErrors": 1, "errors": [fault]}, 207)

    return router


def _asked(body: Any) -> BatchRead:
    try:
        asked = BatchRead.model_validate(body)
    except ValidationError as error:
        raise not_as_published(error) from None
    if not 0 < len(asked.inputs) <= MOST_IN_BATCH:
        message = f"between 1 and {MOST_IN_BATCH} inputs a call, not {len(asked.inputs)}"
        raise validation_error(message, Detail(message, "inputs"))
    if asked.id_property is not None:
        message = "the sandbox knows contacts by their ids alone"
        raise validation_error(message, Detail(message, "idProperty"))
    if wrong := [each.id for each in asked.inputs if not _ID.fullmatch(each.id)]:
        raise validation_error("ids are decimal numbers", *(Detail("no id", "id") for _ in wrong))
    return asked


def _shown(
    config: SandboxConfig, contact: int, properties: list[str], now: str
) -> Mapping[str, Any]:
    first, last = _FIRST[contact % len(_FIRST)], _LAST[contact % len(_LAST)]
    known = {
        "firstname": first,
        "lastname": last,
        "email": f"{first}.{last}.{contact}@{config.portal_domain}".lower(),
        "hs_object_id": str(contact),
        "createdate": now,
        "lastmodifieddate": now,
    }
    return {
        "id": str(contact),
        "properties": {name: known[name] for name in (*_ALWAYS, *properties) if name in known},
        "createdAt": now,
        "updatedAt": now,
        "archived": False,
    }
