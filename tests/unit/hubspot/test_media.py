"""Media objects on the wire: what is sent, and what odd answers amount to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import msgspec
import pytest
from pydantic import SecretStr

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.hubspot.client import HubSpotClient
from app.hubspot.exchange import Exchange
from app.hubspot.media import MediaPage
from app.hubspot.results import MissingScope, Refused, Throttled, Unavailable, Unserved
from app.hubspot.tokens import StaticToken
from tests.unit.hubspot.server import Server, always, serving
from tests.unit.hubspot.vault import Clock

OBJECT = {
    "id": "42",
    "mediaType": "VIDEO",
    "title": "The\u202e launch\n",
    "externalId": " launch ",
    "fileUrl": "https://cdn.example.com/launch.mp4",
    "oembedUrl": "https://video.example/oembed?id=1",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-01T00:00:00Z",
}

Ask = Callable[[int, object], AbstractAsyncContextManager[tuple[HubSpotClient, Server]]]


@pytest.fixture
def answering(http: httpx.AsyncClient) -> Ask:
    """A client, and a HubSpot that has one answer."""

    @asynccontextmanager
    async def served(status: int, body: object) -> AsyncIterator[tuple[HubSpotClient, Server]]:
        async with serving(always(status, body)) as server:
            exchange = Exchange(http, server.url, Clock())
            yield HubSpotClient(exchange, StaticToken(SecretStr("pat-1"))), server

    return served


async def test_a_page_is_read(answering: Ask) -> None:
    """The media objects of the page, and the cursor of the next page."""
    body = {"results": [OBJECT], "paging": {"next": {"after": "c1", "link": "x"}}}
    async with answering(200, body) as (client, server):
        page = await client.media_page("VIDEO", "c0")
    urls = ("https://cdn.example.com/launch.mp4", "https://video.example/oembed?id=1")
    assert isinstance(page, MediaPage)
    (known,) = page.media
    assert (known.bridge_id, known.external_id, known.urls) == (42, "launch", urls)
    assert known.title.isprintable()
    assert page.after == "c1"
    (seen,) = server.seen
    assert seen.path == "/media-bridge/2026-09/objects/VIDEO"
    assert seen.query == [("limit", "100"), ("after", "c0")]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        OBJECT | {"id": "no number"},
        OBJECT | {"id": "0"},
        OBJECT | {"id": str(2**63)},
        OBJECT | {"id": "9" * 5000},
        OBJECT | {"mediaType": "FILM"},
        OBJECT | {"mediaType": None},
    ],
)
async def test_what_is_no_object_is_passed_over(answering: Ask, odd: object) -> None:
    """One odd entry takes none of the others along."""
    async with answering(200, {"results": [odd, OBJECT]}) as (client, _):
        page = await client.media_page("VIDEO")
    assert isinstance(page, MediaPage)
    assert [each.bridge_id for each in page.media] == [42]
    assert page.after is None


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"next": {"after": 5}}, "x"])
async def test_without_a_cursor_it_was_the_last_page(answering: Ask, paging: object) -> None:
    """A page without a valid cursor is the last one."""
    async with answering(200, {"results": [], "paging": paging}) as (client, _):
        assert await client.media_page("VIDEO") == MediaPage((), None)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"results": {}}, Unavailable),
        (200, b"<html>", Unavailable),
        (403, {"status": "error", "category": "MISSING_SCOPES"}, MissingScope),
        (400, {"message": "no", "correlationId": "c0"}, Refused),
        (429, {"policyName": "DAILY"}, Throttled),
        (503, b"", Unavailable),
        (405, b"<html>", Unavailable),
        (400, {"message": "no"}, Unavailable),
        (200, {"status": "ok"}, Unavailable),
    ],
)
async def test_faults_are_told_apart(
    answering: Ask, status: int, body: object, kind: type[object]
) -> None:
    """Faults of both calls are told apart as for events."""
    async with answering(status, body) as (client, _):
        calls: list[Awaitable[object]] = [
            client.media_page("VIDEO"),
            client.make_medium(Medium(type="VIDEO", name="x")),
        ]
        for call in calls:
            assert isinstance(await call, kind)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://cdn.example.com/launch.mp4", "fileUrl"),
        ("https://video.example/watch?v=1", "detailsPageLink"),
    ],
)
async def test_a_medium_is_made_of_what_is_known(answering: Ask, url: str, place: str) -> None:
    """A file goes as file, any other address as page; durations in ms; nothing unknown as null."""
    medium = Medium(type="VIDEO", name="The launch", external_id="launch", url=url, duration=93.4)
    async with answering(200, OBJECT) as (client, server):
        made = await client.make_medium(medium)
    assert isinstance(made, KnownMedium)
    assert made.bridge_id == 42
    assert msgspec.json.decode(server.seen[0].body) == {
        "mediaType": "VIDEO",
        "title": "The launch",
        "externalId": "launch",
        place: url,
        "duration": 93_400,
    }
    async with answering(200, OBJECT) as (client, server):
        await client.make_medium(Medium(type="OTHER", name="x"))
    assert msgspec.json.decode(server.seen[0].body) == {"mediaType": "OTHER", "title": "x"}


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"status": "error", "message": "resource not found"}, id="HubSpot's words"),
        pytest.param({"category": "OBJECT_NOT_FOUND", "correlationId": "c"}, id="no object"),
        pytest.param(b"<h2>HTTP ERROR 404</h2>", id="a page"),
    ],
)
async def test_objects_that_are_not_served_are_told_from_missing_ones(
    answering: Ask, status: int, body: object
) -> None:
    """Neither a list nor a new object can be missing: it is the address, and no outage."""
    async with answering(status, body) as (client, _):
        listed = await client.media_page("VIDEO")
        made = await client.make_medium(Medium(type="VIDEO", name="Launch"))
    assert (listed, made) == (Unserved(status), Unserved(status))
