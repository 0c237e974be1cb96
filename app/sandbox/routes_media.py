"""`/media-bridge/{version}/objects`: media objects, listed by type, made, changed and removed.

The published spec of 2026-09 has them, and HubSpot's reference has the same for 2026-03.
"""

from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from app.sandbox.config import EVENTS_SCOPE, FILES_SCOPE, MEDIA_SCOPE
from app.sandbox.errors import Detail, HubSpotError, json_response, validation_error
from app.sandbox.media import CHANGE, NEW, MediaType, read
from app.sandbox.parameters import MOST_AT_ONCE, iso, number, refuse_unknown
from app.sandbox.state import Sandbox, json_body

VERSIONS = ("2026-03", "2026-09")
BASE = "/media-bridge/2026-09/objects"
DEFAULT_LIMIT = 20
"""The spec names no greatest `limit`: a page is cut to `MOST_AT_ONCE`, as other lists are."""


def media_routes(sandbox: Sandbox, version: str = "2026-09") -> APIRouter:
    """The routes of a version, with the scopes that the spec asks for each."""
    router = APIRouter(prefix=f"/media-bridge/{version}/objects")
    _many(router, sandbox)
    _one(router, sandbox)
    return router


def _many(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("")
    async def make(request: Request) -> Response:
        sandbox.admit(request, FILES_SCOPE, EVENTS_SCOPE)
        return json_response(
            sandbox.media_objects.make(read(NEW, await json_body(request)), iso(sandbox.clock()))
        )

    @router.get("/{media_type}")
    async def page(request: Request, media_type: str) -> Response:
        sandbox.admit(request, MEDIA_SCOPE)
        _expect_type(media_type)
        query = request.query_params
        refuse_unknown(query.keys(), {"after", "limit"})
        after = number(query.get("after", "0"), "after")
        limit = number(query.get("limit", str(DEFAULT_LIMIT)), "limit")
        shown, following = sandbox.media_objects.page(media_type, after, min(limit, MOST_AT_ONCE))
        body: dict[str, Any] = {"results": shown}
        if following is not None:
            body["paging"] = {"next": {"after": str(following)}}
        return json_response(body)


def _one(router: APIRouter, sandbox: Sandbox) -> None:
    def found(media_type: str, object_id: str) -> dict[str, Any]:
        _expect_type(media_type)
        known = sandbox.media_objects.find(number(object_id, "objectId"), media_type)
        if known is None:
            raise _no_such_object()
        return known

    @router.patch("/{object_id}")
    async def change(request: Request, object_id: str) -> Response:
        sandbox.admit(request, EVENTS_SCOPE)
        fields = read(CHANGE, await json_body(request))
        changed = sandbox.media_objects.change(
            number(object_id, "objectId"), fields, iso(sandbox.clock())
        )
        if changed is None:
            raise _no_such_object()
        return json_response(changed)

    @router.get("/{media_type}/{object_id}")
    async def show(request: Request, media_type: str, object_id: str) -> Response:
        sandbox.admit(request, MEDIA_SCOPE)
        return json_response(found(media_type, object_id))

    @router.delete("/{media_type}/{object_id}")
    async def remove(request: Request, media_type: str, object_id: str) -> Response:
        sandbox.admit(request, EVENTS_SCOPE)
        sandbox.media_objects.remove(int(found(media_type, object_id)["id"]))
        return Response(status_code=204)


def _expect_type(media_type: str) -> None:
    if media_type not in get_args(MediaType):
        raise validation_error("no such media type", Detail("no such media type", "mediaType"))


def _no_such_object() -> HubSpotError:
    return HubSpotError(404, "OBJECT_NOT_FOUND", "No such media object.")
