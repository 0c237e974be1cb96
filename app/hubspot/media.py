"""Media objects: listed page by page, and made. Pure; the calls and what their answers amount to.

The published spec of 2026-09 names no greatest `limit` and no unit of `duration`; the reference of
the property behind it (`hs_duration`) says milliseconds, so these are sent, and none are read.
"""

from collections.abc import Mapping

import msgspec
from httpx import codes

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.media_url import MEDIA_TYPES, MediaType, type_of_file
from app.domain.text import tidy
from app.domain.url import parse_url
from app.hubspot.answers import Answer, text, whole_number
from app.hubspot.classify import body_of
from app.hubspot.exchange import Call
from app.hubspot.origin import foreign
from app.hubspot.results import Refused, Trouble, Unserved
from app.hubspot.versions import Route

PAGE_SIZE = 100

SIZE_LIMIT = 8 * 1024 * 1024


class MediaPage(msgspec.Struct, frozen=True):
    """Some objects of a type, and the cursor of the next page; None: this is the last page."""

    media: tuple[KnownMedium, ...]
    after: str | None


def page_call(route: Route, media_type: MediaType, after: str | None) -> Call:
    """The call that lists objects of a type, starting from the cursor."""
    params = (("limit", str(PAGE_SIZE)), *([("after", after)] if after else []))
    path = f"{route.path()}/{media_type}"
    return Call("media", "GET", path, params=params, longest=SIZE_LIMIT)


def page_result(answer: Answer) -> MediaPage | Unserved | Refused | Trouble:
    """Classify the answer; objects of any other shape than the spec's are skipped."""
    body = body_of(answer, lambda body: isinstance(body.get("results"), list))
    if not isinstance(body, dict):
        return _unserved(answer) or body
    results: list[object] = body["results"]  # type: ignore[assignment] # just looked at
    media = tuple(found for each in results if (found := known_medium(each)))
    return MediaPage(media, following(body))


def following(body: Mapping[str, object]) -> str | None:
    """The cursor of the next page, if there is one."""
    paging = body.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return after if isinstance(after, str) and after else None


def make_call(route: Route, medium: Medium) -> Call:
    """The call that creates an object for a medium from pages; it must have a type and a name."""
    said = {name: value for name, value in fields_of(medium).items() if value is not None}
    return Call("media", "POST", route.path(), json=msgspec.json.encode(said))


def fields_of(medium: Medium) -> dict[str, str | int | None]:
    """The medium's known fields, under HubSpot's names."""
    url = parse_url(medium.url) if medium.url else None
    place = "fileUrl" if type_of_file(url) else "detailsPageLink"
    return {
        "mediaType": medium.type,
        "title": medium.name,
        "externalId": medium.external_id,
        place: medium.url,
        "duration": round(medium.duration * 1000) if medium.duration else None,
    }


def make_result(answer: Answer) -> KnownMedium | Unserved | Refused | Trouble:
    """The object that was created."""
    body = body_of(answer, lambda body: known_medium(body) is not None)
    if not isinstance(body, dict):
        return _unserved(answer) or body
    return known_medium(body) or foreign(answer)


def _unserved(answer: Answer) -> Unserved | None:
    """A 404 or 410 from any sender: listing and creating name no object that could be missing."""
    return Unserved(answer.status) if answer.status in (codes.NOT_FOUND, codes.GONE) else None


def known_medium(value: object) -> KnownMedium | None:
    """The media object; None for any other shape than the spec's."""
    if not isinstance(value, dict):
        return None
    bridge_id, said_type = whole_number(value.get("id")), value.get("mediaType")
    media_type = next((known for known in MEDIA_TYPES if known == said_type), None)
    if bridge_id is None or media_type is None:
        return None
    external_id = value.get("externalId")
    urls = (value.get(name) for name in ("fileUrl", "detailsPageLink", "oembedUrl"))
    return KnownMedium(
        bridge_id=bridge_id,
        type=media_type,
        title=text(value.get("title")),
        external_id=tidy(external_id) or None if isinstance(external_id, str) else None,
        urls=tuple(url for url in urls if isinstance(url, str) and url),
    )
