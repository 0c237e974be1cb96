"""`/crm/objects/2026-03/{objectType}`: media as CRM objects, and which type of object they are.

The published spec of the CRM objects has the bodies and that `media_bridge.read` may list. Which
scope makes a media object it does not say: here it is `media_bridge.write`.
"""

from collections.abc import Mapping
from typing import Any, get_args

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from app.sandbox.config import EVENTS_SCOPE, MEDIA_SCOPE
from app.sandbox.errors import Detail, HubSpotError, json_response, validation_error
from app.sandbox.media import MediaType, read
from app.sandbox.parameters import MOST_AT_ONCE, iso, number, refuse_unknown
from app.sandbox.schemas import StrictBody
from app.sandbox.state import Sandbox, json_body

BASE = "/crm/objects/2026-03"
DEFAULT_LIMIT = 10

OBJECT_TYPES: Mapping[str, str] = {
    media_type: f"2-{4243000 + place}" for place, media_type in enumerate(get_args(MediaType))
}
"""The type of CRM object that the app has defined for each kind of media."""

_FIELDS: Mapping[str, str] = {
    "hs_title": "title",
    "hs_external_id": "externalId",
    "hs_duration": "duration",
    "hs_file_url": "fileUrl",
    "hs_details_page_link": "detailsPageLink",
    "hs_oembed_url": "oembedUrl",
    "hs_poster_url": "posterUrl",
    "hs_thumbnail_url": "thumbnailUrl",
    "hs_folder_path": "folderPath",
}
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "AUDIO": ("hs_title", "hs_oembed_url"),
    "IMAGE": ("hs_title", "hs_oembed_url", "hs_file_url"),
    "VIDEO": ("hs_title", "hs_oembed_url"),
}
"""As the guide to the Media Bridge has them."""

_PARAMETERS = {
    *("after", "archived", "associations", "limit", "properties", "propertiesWithHistory"),
}


class NewObject(StrictBody):
    """An object that is made; the spec requires both."""

    properties: dict[str, str]
    associations: list[dict[str, Any]]


_NEW = TypeAdapter(NewObject)


def object_routes(sandbox: Sandbox) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=BASE)

    @router.get("/{object_type}")
    async def page(request: Request, object_type: str) -> Response:
        sandbox.admit(request, MEDIA_SCOPE)
        media_type = _media_type(object_type)
        query = request.query_params
        refuse_unknown(query.keys(), _PARAMETERS)
        limit = number(query.get("limit", str(DEFAULT_LIMIT)), "limit")
        if not 0 < limit <= MOST_AT_ONCE:
            message = f"limit is at least 1 and at most {MOST_AT_ONCE}"
            raise validation_error(message, Detail(message, "limit"))
        after = number(query.get("after", "0"), "after")
        media, following = sandbox.media_objects.page(media_type, after, limit)
        wanted = query.getlist("properties")
        body: dict[str, Any] = {"results": [_shown(each, wanted) for each in media]}
        if following is not None:
            body["paging"] = {"next": {"after": str(following)}}
        return json_response(body)

    @router.post("/{object_type}")
    async def make(request: Request, object_type: str) -> Response:
        sandbox.admit(request, EVENTS_SCOPE)
        media_type = _media_type(object_type)
        properties = read(_NEW, await json_body(request))["properties"]
        missing = [
            name for name in _REQUIRED.get(media_type, ("hs_title",)) if not properties.get(name)
        ]
        unknown = properties.keys() - _FIELDS
        if missing or unknown:
            details = [Detail("is required", name) for name in missing]
            details += [Detail("does not exist", name) for name in sorted(unknown)]
            raise validation_error("Property values were not valid: see errors", *details)
        fields = {_FIELDS[name]: value for name, value in properties.items()}
        fields.pop("folderPath", None)  # media objects do not show it
        if "duration" in fields:
            fields["duration"] = number(fields["duration"], "hs_duration")
        made = sandbox.media_objects.make({**fields, "mediaType": media_type}, iso(sandbox.clock()))
        return json_response(_shown(made, list(_FIELDS)), 201)

    return router


def definition(media_type: str) -> dict[str, Any]:
    """What the app has defined for a kind of media; of its properties the sandbox tells none."""
    if media_type not in OBJECT_TYPES:
        raise validation_error("no such media type", Detail("no such media type", "mediaType"))
    return {
        "objectTypeId": OBJECT_TYPES[media_type],
        "objectTypeName": f"{media_type.title()}s",
        "properties": [],
        "propertyGroups": [],
    }


def _media_type(object_type: str) -> str:
    for media_type, known in OBJECT_TYPES.items():
        if known == object_type:
            return media_type
    raise HubSpotError(404, "OBJECT_NOT_FOUND", f"Unable to infer object type from: {object_type}")


def _shown(media: Mapping[str, Any], wanted: list[str]) -> dict[str, Any]:
    has = {name: media[field] for name, field in _FIELDS.items() if field in media}
    properties = {name: str(has[name]) for name in wanted if name in has}
    times = {name: media[name] for name in ("createdAt", "updatedAt")}
    return {
        "id": media["id"],
        "properties": {"hs_object_id": media["id"], **properties},
        **times,
        "archived": False,
    }
