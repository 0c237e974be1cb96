"""Media as CRM objects on the wire: what is sent, and what odd answers amount to."""

import httpx
import msgspec
import pytest
from pydantic import SecretStr

from app.domain.media import Medium
from app.hubspot.answers import Answer
from app.hubspot.crm_media import (
    lacks,
    make_call,
    make_result,
    page_call,
    page_result,
    type_call,
    type_result,
)
from app.hubspot.media import MediaPage
from app.hubspot.results import MissingScope, Unavailable
from app.hubspot.versions import OBJECTS, PROVIDER, Route

TYPE = "2-123456"
OBJECT = {
    "id": "42",
    "properties": {
        "hs_title": "The\u202e launch\n",
        "hs_external_id": " launch ",
        "hs_file_url": "https://cdn.example.com/launch.mp4",
        "hs_duration": "60000",
    },
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-01T00:00:00Z",
    "archived": False,
}
NOT_FOUND = {
    "status": "error",
    "category": "OBJECT_NOT_FOUND",
    "message": "m",
    "correlationId": "c",
}
NO_SCOPE = {"status": "error", "category": "MISSING_SCOPES", "message": "m", "correlationId": "c"}


def answered(status: int, body: object) -> Answer:
    """HubSpot's answer."""
    return Answer(status, httpx.Headers(), msgspec.json.encode(body), 0)


def test_the_type_is_asked_of_the_apps_definitions() -> None:
    """The request has the developer account's key in the query, if there is one."""
    call = type_call(PROVIDER, 7, SecretStr("key"), "VIDEO")
    assert call.path == "/media-bridge/2026-03/7/settings/object-definitions/VIDEO"
    assert call.keys["hapikey"].get_secret_value() == "key"
    assert type_call(PROVIDER, 7, None, "VIDEO").keys == {}


def test_a_type_that_is_not_defined_is_no_error() -> None:
    """An app need not have media of every kind; without the scope nothing is known of any."""
    assert type_result(answered(200, {"objectTypeId": TYPE})) == TYPE
    assert type_result(answered(404, NOT_FOUND)) == ""
    assert isinstance(type_result(answered(403, NO_SCOPE)), MissingScope)
    assert isinstance(type_result(answered(200, {})), Unavailable)


def test_a_page_is_read() -> None:
    """The objects, the cursor of the next page; an odd entry takes none of the others along."""
    call = page_call(OBJECTS, TYPE, "c0")
    assert call.path == f"/crm/objects/2026-03/{TYPE}"
    assert {("limit", "100"), ("properties", "hs_external_id"), ("after", "c0")} <= {*call.params}
    odd: list[object] = [None, [], {}, OBJECT | {"id": "0"}, OBJECT | {"properties": None}]
    body = {"results": [*odd, OBJECT], "paging": {"next": {"after": "c1"}}}
    page = page_result(answered(200, body), "VIDEO")
    assert isinstance(page, MediaPage)
    (known,) = page.media
    assert (known.bridge_id, known.type, known.external_id) == (42, "VIDEO", "launch")
    assert known.title.isprintable()
    assert known.urls == ("https://cdn.example.com/launch.mp4",)
    assert page.after == "c1"


def test_an_object_is_made_of_strings() -> None:
    """The duration in milliseconds, the address by what it is; the oEmbed address of a vendor."""
    film = Medium(
        type="VIDEO",
        name="Talk",
        external_id="t",
        url="https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        duration=60,
    )
    call = make_call(Route("v3", "/crm/{version}/objects/{object_type}"), TYPE, film)
    assert call.path == f"/crm/v3/objects/{TYPE}"
    said = msgspec.json.decode(call.json or b"")
    oembed = said["properties"].pop("hs_oembed_url")
    assert oembed.startswith("https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2F")
    assert said == {
        "properties": {
            "hs_title": "Talk",
            "hs_external_id": "t",
            "hs_details_page_link": film.url,
            "hs_duration": "60000",
        },
        "associations": [],
    }
    made = make_result(answered(201, OBJECT), "VIDEO")
    assert getattr(made, "bridge_id", None) == 42
    assert isinstance(make_result(answered(201, {}), "VIDEO"), Unavailable)


@pytest.mark.parametrize(
    ("medium", "missing"),
    [
        (Medium(type="VIDEO", name="A", url="https://vimeo.com/76979871"), []),
        (Medium(type="VIDEO", name="A", url="https://cdn.example.com/a.mp4"), ["hs_oembed_url"]),
        (Medium(type="IMAGE", name="A"), ["hs_oembed_url", "hs_file_url"]),
        (Medium(type="AUDIO"), ["hs_title", "hs_oembed_url"]),
        (Medium(type="DOCUMENT", name="A"), []),
        (Medium(type="DOCUMENT"), ["hs_title"]),
    ],
)
def test_what_hubspot_requires_is_known_before_it_is_asked(
    medium: Medium, missing: list[str]
) -> None:
    """The required fields of each type of medium are known before a request."""
    assert lacks(medium) == missing
