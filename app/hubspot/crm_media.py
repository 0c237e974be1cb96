"""Media as CRM objects: the way that HubSpot's guide describes where media objects are not served.

The app's definitions name the type of object that a kind of media is; its objects are listed and
made by the CRM's own API. Pure; the calls and what their answers amount to.

Properties and which of them are required: the guide to the Media Bridge at
https://developers.hubspot.com/docs/api-reference/cms-media-bridge-v1/guide
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from httpx import codes
from pydantic import SecretStr

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.media_url import MediaType
from app.domain.url import parse_url
from app.hubspot.answers import Answer, text
from app.hubspot.classify import body_of
from app.hubspot.exchange import Call
from app.hubspot.media import PAGE_SIZE, SIZE_LIMIT, MediaPage, fields_of, following, known_medium
from app.hubspot.origin import foreign
from app.hubspot.results import Refused, Trouble
from app.hubspot.versions import Route

_PROPERTIES: Mapping[str, str] = {
    "title": "hs_title",
    "externalId": "hs_external_id",
    "duration": "hs_duration",
    "fileUrl": "hs_file_url",
    "detailsPageLink": "hs_details_page_link",
    "oembedUrl": "hs_oembed_url",
}
"""The properties by the fields of a media object."""

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "VIDEO": ("hs_title", "hs_oembed_url"),
    "AUDIO": ("hs_title", "hs_oembed_url"),
    "IMAGE": ("hs_title", "hs_oembed_url", "hs_file_url"),
}
"""Of the other types the guide says nothing."""

_OEMBED: Mapping[str, str] = {
    "www.youtube.com": "https://www.youtube.com/oembed",
    "vimeo.com": "https://vimeo.com/api/oembed.json",
    "www.dailymotion.com": "https://www.dailymotion.com/services/oembed",
    "soundcloud.com": "https://soundcloud.com/oembed",
    "open.spotify.com": "https://open.spotify.com/oembed",
}
"""Who answers oEmbed for a film of that host: https://oembed.com/providers.json."""


def type_call(route: Route, app_id: int, key: SecretStr | None, media_type: MediaType) -> Call:
    """Ask which type of CRM object a kind of media is. Without a key it needs an access token."""
    path = f"{route.path(app_id=str(app_id))}/object-definitions/{media_type}"
    return Call("provider", "GET", path, keys={"hapikey": key} if key else {})


def type_result(answer: Answer) -> str | Refused | Trouble:
    """The type, such as 2-123456; empty where the app has defined none for the kind of media."""
    body = body_of(answer, lambda body: bool(text(body.get("objectTypeId"))))
    if isinstance(body, dict):
        return text(body["objectTypeId"])
    missing = isinstance(body, Refused) and body.status == codes.NOT_FOUND
    return "" if missing else body


def page_call(route: Route, object_type: str, after: str | None) -> Call:
    """List objects of a type, from the cursor on."""
    params = [("limit", str(PAGE_SIZE))]
    params += [("properties", name) for name in _PROPERTIES.values()]
    params += [("after", after)] if after else []
    path = route.path(object_type=object_type)
    return Call("objects", "GET", path, params=tuple(params), longest=SIZE_LIMIT)


def page_result(answer: Answer, media_type: MediaType) -> MediaPage | Refused | Trouble:
    """What the answer amounts to; objects of any other shape than the spec's are passed over."""
    body = body_of(answer, lambda body: isinstance(body.get("results"), list))
    if not isinstance(body, dict):
        return body
    results: list[object] = body["results"]  # type: ignore[assignment] # just looked at
    media = tuple(found for each in results if (found := _known(each, media_type)))
    return MediaPage(media, following(body))


def make_call(route: Route, object_type: str, medium: Medium) -> Call:
    """Make an object of a medium; it `lacks` nothing."""
    body = {"properties": _said(medium), "associations": []}
    path = route.path(object_type=object_type)
    return Call("objects", "POST", path, json=msgspec.json.encode(body))


def make_result(answer: Answer, media_type: MediaType) -> KnownMedium | Refused | Trouble:
    """The object that was made."""
    body = body_of(answer, lambda body: _known(body, media_type) is not None)
    if not isinstance(body, dict):
        return body
    return _known(body, media_type) or foreign(answer)


def lacks(medium: Medium) -> list[str]:
    """The required properties that nothing is known of."""
    said = _said(medium)
    return [name for name in _REQUIRED.get(medium.type or "", ("hs_title",)) if name not in said]


def _said(medium: Medium) -> dict[str, str]:
    """Its properties; the published spec takes strings alone."""
    fields = {**fields_of(medium), "oembedUrl": _oembed(medium.url)}
    return {
        _PROPERTIES[name]: str(value)
        for name, value in fields.items()
        if value is not None and name in _PROPERTIES
    }


def _oembed(address: str | None) -> str | None:
    url = parse_url(address) if address else None
    answers = _OEMBED.get(url.host) if url else None
    return f"{answers}?{urlencode({'url': address, 'format': 'json'})}" if answers else None


def _known(value: object, media_type: MediaType) -> KnownMedium | None:
    properties = value.get("properties") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(properties, dict):
        return None
    fields = {field: properties.get(name) for field, name in _PROPERTIES.items()}
    return known_medium({**fields, "id": value.get("id"), "mediaType": media_type})
