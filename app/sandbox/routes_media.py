"""`/media-bridge/2026-09/objects`: media objects, listed by type, made, changed and removed."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from app.sandbox.config import EVENTS_SCOPE, FILES_SCOPE, MEDIA_SCOPE
from app.sandbox.errors import Detail, HubSpotError, json_response, validation_error
from app.sandbox.media import CHANGE, NEW, MediaType, read
from app.sandbox.state import Sandbox, json_body

BASE = "/media-bridge/2026-09/objects"
DEFAULT_LIMIT = 20
MOST_AT_ONCE = 100
"""The spec names no greatest `limit`: a page is cut to this, as HubSpot's other lists are."""

_DIGITS = re.compile("[0-9]{1,18}")


def media_routes(sandbox: Sandbox) -> APIRouter:
    """The routes, with the scopes that the spec asks for each."""
    router = APIRouter(prefix=BASE)
    _many(router, sandbox)
    _one(router, sandbox)
    return router


def _many(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("")
    async def make(request: Request) -> Response:
        sandbox.admit(request, FILES_SCOPE, EVENTS_SCOPE)
        return json_response(
            sandbox.media_objects.make(read(NEW, await json_body(request)), _now(sandbox))
        )

    @router.get("/{media_type}")
    async def page(request: Request, media_type: str) -> Response:
        sandbox.admit(request, MEDIA_SCOPE)
        _expect_type(media_type)
        query = request.query_params
        if unknown := query.keys() - {"after", "limit"}:
            details = [Detail("no such parameter", name) for name in sorted(unknown)]
            raise validation_error("Unknown parameters: see errors", *details)
        after = _number(query.get("after", "0"), "after")
        limit = _number(query.get("limit", str(DEFAULT_LIMIT)), "limit")
        shown, following = sandbox.media_objects.page(media_type, after, min(limit, MOST_AT_ONCE))
        body: dict[str, Any] = {"results": shown}
        if following is not None:
            body["paging"] = {"next": {"after": str(following)}}
        return json_response(body)


def _one(router: APIRouter, sandbox: Sandbox) -> None:
    def found(media_type: str, object_id: str) -> dict[str, Any]:
        _expect_type(media_type)
        known = sandbox.media_objects.find(_number(object_id, "objectId"), media_type)
        if known is None:
            raise _no_such_object()
        return known

    @router.patch("/{object_id}")
    async def change(request: Request, object_id: str) -> Response:
        sandbox.admit(request, EVENTS_SCOPE)
        fields = read(CHANGE, await json_body(request))
        changed = sandbox.media_objects.change(
            _number(object_id, "objectId"), fields, _now(sandbox)
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


def _now(sandbox: Sandbox) -> str:
    return datetime.fromtimestamp(sandbox.clock(), UTC).isoformat().replace("+00:00", "Z")


def _expect_type(media_type: str) -> None:
    if media_type not in get_args(MediaType):
        raise validation_error("no such media type", Detail("no such media type", "mediaType"))


def _number(text: str, name: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise validation_error(f"{name} is no number", Detail("is no number", name))
    return int(text)


def _no_such_object() -> HubSpotError:
    return HubSpotError(404, "OBJECT_NOT_FOUND", "No such media object.")
