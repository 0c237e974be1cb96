"""`GET /contacts/v1/contact/byUtk/batch/`: usertokens to contacts, a hundred at most."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.sandbox.answers import written
from app.sandbox.config import CONTACTS_SCOPE, SandboxConfig
from app.sandbox.contacts import visitor
from app.sandbox.errors import Detail, HubSpotError, json_response, validation_error
from app.sandbox.state import Sandbox

_MOST_TOKENS = 100
_PARAMETERS = {"utk", "property", "propertyMode", "formSubmissionMode", "showListMemberships"}


def contact_routes(sandbox: Sandbox) -> APIRouter:
    """The one route: an object keyed by usertoken, in which strangers are simply missing."""
    router = APIRouter()

    @router.get("/contacts/v1/contact/byUtk/batch/")
    async def by_utk(request: Request) -> Response:
        if sandbox.config.lookup != "served":
            return _ended(sandbox)
        sandbox.admit(request, CONTACTS_SCOPE)
        unknown = request.query_params.keys() - _PARAMETERS
        if unknown:
            details = [Detail("no such parameter", name) for name in sorted(unknown)]
            raise validation_error("Unknown parameters: see errors", *details)
        utks = request.query_params.getlist("utk")
        if not 1 <= len(utks) <= _MOST_TOKENS:
            message = f"between 1 and {_MOST_TOKENS} usertokens a call, not {len(utks)}"
            raise validation_error(message, Detail(message, "utk"))

        config = sandbox.config
        found = {utk: visitor(config, utk) for utk in utks}
        if config.unknown_batch == "not_found" and not any(found.values()):
            raise HubSpotError(404, "OBJECT_NOT_FOUND", "contact does not exist")
        return json_response(
            {
                utk: {
                    "vid": written(config, known.vid),
                    "canonical-vid": written(config, known.canonical_vid),
                    "merged-vids": [known.vid] if known.vid != known.canonical_vid else [],
                    "portal-id": config.portal_id,
                    "is-contact": known.is_contact,
                    "properties": {},
                }
                for utk, known in found.items()
                if known is not None
            },
            headers=_announced(config),
        )

    return router


def _announced(config: SandboxConfig) -> Mapping[str, str]:
    """The headers with which the look-up says when it ends."""
    if config.lookup_sunset is None:
        return {}
    return {"Deprecation": "true", "Sunset": config.lookup_sunset}


def _ended(sandbox: Sandbox) -> Response:
    """The answer of an address that is served no more, in one of the forms that it may have."""
    match sandbox.config.lookup:
        case "gone":
            return HubSpotError(410, "GONE", "This API has ended.").response(sandbox.ids)
        case "page":
            return Response("<h2>HTTP ERROR 404</h2>", 404, media_type="text/html")
        case _:
            return HubSpotError(404, "", "resource not found").response(sandbox.ids)
