"""The client on real sockets: what it sends, what it makes of answers, where it stops."""

import asyncio
import gzip
import json
from collections.abc import Callable

import httpx
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from app import __version__
from app.domain.milestones import EventType
from app.hubspot.answers import Answer
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Call, Exchange
from app.hubspot.oauth import Introspection, OAuthApp
from app.hubspot.results import (
    Accepted,
    Contacts,
    MissingScope,
    Refused,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
)
from app.hubspot.tokens import RefreshingToken, StaticToken, StoredToken, TokenSource
from app.hubspot.versions import EVENTS, Route
from tests.unit.hubspot.server import Seen, always, in_turn, response, serving
from tests.unit.hubspot.vault import SETTINGS_TOKEN, Clock, MemoryVault, stored

KEPT = {"contactId": 51, "mediaBridgeId": 42}
GRANT = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 1800}
DEAD = {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}
APP = OAuthApp("client-1", SecretStr("client-secret"))

Make = Callable[..., HubSpotClient]


def foreign(status: str, kind: str) -> Unavailable:
    """An answer that is not HubSpot's."""
    what = f"HTTP {status} that is not HubSpot's ({kind})"
    return Unavailable(f"{what}: a proxy, firewall or sign-in page before it")


@pytest.fixture
def client(http: httpx.AsyncClient) -> Make:
    """Makes a client of the given address, with a fixed token."""

    def make(
        url: str,
        *,
        tokens: TokenSource | None = None,
        events: Route = EVENTS,
        app: OAuthApp | None = None,
        time_limit: float = 30,
        seen: list[tuple[str, int | str, float]] | None = None,
    ) -> HubSpotClient:
        def observe(endpoint: str, status: int | str, seconds: float) -> None:
            if seen is not None:
                seen.append((endpoint, status, seconds))

        exchange = Exchange(http, url, Clock(), observe=observe, time_limit=time_limit)
        source = tokens or StaticToken(SecretStr("pat-1"))
        return HubSpotClient(exchange, source, events=events, app=app)

    return make


@pytest.mark.parametrize("version", ["v1", "2026-03", "v9"])
@pytest.mark.parametrize("event", ["media-played", "media-played-percent", "attention-span"])
async def test_an_event_goes_to_its_endpoint(client: Make, event: EventType, version: str) -> None:
    """JSON to the endpoint of the event and version; the token in its header and nowhere else."""
    async with serving(always(200, KEPT)) as server:
        sent = await client(server.url, events=replace(EVENTS, version=version)).send(
            event, {"sessionId": "s-1"}
        )
    assert sent == Accepted(contact_id=51, media_bridge_id=42)
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", f"/media-bridge/{version}/events/{event}")
    assert seen.headers["authorization"] == "Bearer pat-1"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"] == f"playrelay/{__version__}"
    assert json.loads(seen.body) == {"sessionId": "s-1"}
    elsewhere = {name: value for name, value in seen.headers.items() if name != "authorization"}
    assert "pat-1" not in f"{seen.target}{elsewhere}{seen.body!r}"


async def test_a_body_that_is_json_already_goes_as_it_stands(client: Make) -> None:
    """A stored body is sent byte for byte; a base URL may have a path."""
    body = b'{ "sessionId" : "s-1" }'
    async with serving(always(200, KEPT)) as server:
        await client(f"{server.url}/sandbox/").send("media-played", body)
    assert server.seen[0].body == body
    assert server.seen[0].path == "/sandbox/media-bridge/v1/events/media-played"


ANSWERS = [
    (response(429, {"policyName": "DAILY"}, {"Retry-After": "5"}), Throttled("DAILY", 5.0)),
    (response(500, {}), Unavailable("HTTP 500", answered=True)),
    (
        response(400, {"message": "no"}, {"X-HubSpot-Correlation-Id": "c0"}),
        Refused(400, message="no", correlation_id="c0"),
    ),
    (response(403, {"status": "error", "category": "MISSING_SCOPES"}), MissingScope()),
    (response(401, {"correlationId": "c0", "message": "expired"}), Unauthorized("expired")),
]


@pytest.mark.parametrize(("answer", "result"), ANSWERS)
async def test_whatever_the_answer_a_fixed_token_asks_once(
    client: Make, answer: bytes, result: Refused | Trouble
) -> None:
    """Waiting and trying again is the policy's, not the client's."""
    async with serving(in_turn(answer, response(200, KEPT))) as server:
        assert await client(server.url).send("media-played", {}) == result
    assert len(server.seen) == 1


async def test_a_look_up_names_each_usertoken_once(client: Make) -> None:
    """The tokens stand in the query, with a wish for as little of the contact as there is."""
    found = {"aa": {"vid": 1, "canonical-vid": 7, "is-contact": True, "properties": {}}}
    async with serving(always(200, found)) as server:
        result = await client(server.url).contacts_by_usertoken(["aa", "b&b", "aa"])
    assert result == Contacts({"aa": 7})
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("GET", "/contacts/v1/contact/byUtk/batch/")
    assert [value for name, value in seen.query if name == "utk"] == ["aa", "b&b"]
    assert {name for name, _ in seen.query} == {
        *("utk", "property", "propertyMode", "formSubmissionMode", "showListMemberships")
    }
    assert dict(seen.query)["formSubmissionMode"] == "none"


async def test_a_look_up_of_a_hundred_full_contacts_is_read_whole(client: Make) -> None:
    """HubSpot may send every property after all: an answer of a MB or two is no accident."""
    utks = [f"{number:032x}" for number in range(100)]
    found = {utk: {"vid": 9, "properties": {"note": {"value": "x" * 15_000}}} for utk in utks}
    async with serving(always(200, found)) as server:
        result = await client(server.url).contacts_by_usertoken(utks)
    assert result == Contacts(dict.fromkeys(utks, 9))


async def test_a_look_up_has_a_size(client: Make) -> None:
    """None: HubSpot is not asked. More than a hundred: a mistake of the caller's."""
    async with serving(always(200, {})) as server:
        asking = client(server.url)
        assert await asking.contacts_by_usertoken([]) == Contacts({})
        with pytest.raises(ValueError, match="100"):
            await asking.contacts_by_usertoken(["aa"] * 101)
    assert server.seen == []


async def test_a_redirect_does_not_take_the_token_along(client: Make) -> None:
    """Not to another host, not even to the same one: nothing is asked a second time."""
    async with serving(always(200, KEPT)) as elsewhere:
        for target in (f"{elsewhere.url}/media-bridge", "/login", "http://[bad"):
            async with serving(always(302, headers={"location": target})) as server:
                result = await client(server.url).send("media-played", {})
            assert isinstance(result, Unavailable)
            assert len(server.seen) == 1
    assert elsewhere.seen == []


async def trickle(_: Seen, writer: asyncio.StreamWriter) -> None:
    """An answer of fifteen seconds, a byte at a time, so that no single wait is long."""
    writer.write(b"HTTP/1.1 200 -\r\ncontent-length: 1500\r\n\r\n")
    for _byte in range(1500):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_an_answer_that_trickles_is_cut_off(client: Make) -> None:
    """The limit holds for the whole exchange, not for each byte of it."""
    seen: list[tuple[str, int | str, float]] = []
    async with serving(trickle) as server:
        asking = client(server.url, time_limit=0.2, seen=seen)
        assert await asking.send("media-played", {}) == Unavailable("no answer within 0.2 s")
    ((endpoint, status, _),) = seen
    assert (endpoint, status) == ("media-played", "timeout")


@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_that_is_too_long_is_not_read_further(client: Make, status: int) -> None:
    """A few of 32 MB are read at most, and an answer that was cut short is not HubSpot's."""
    stopped = asyncio.Event()
    whole = False

    async def flood(_: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal whole
        writer.write(f"HTTP/1.1 {status} -\r\ncontent-length: {2**25}\r\n\r\n".encode())
        try:
            for _chunk in range(2**9):
                writer.write(b"x" * 2**16)
                await writer.drain()
            whole = True
        finally:
            stopped.set()

    async with serving(flood) as server:
        result = await client(server.url).send("media-played", {})
        await stopped.wait()
    assert isinstance(result, Unavailable)
    assert not whole


async def test_no_more_of_an_answer_is_unpacked_than_is_read() -> None:
    """64 MiB of spaces arrive in 64 KiB."""
    packed = gzip.compress(b" " * 2**26)
    call = Call("media-played", "GET", "/")
    server_of = always(200, packed, {"content-encoding": "gzip"})
    async with serving(server_of) as server, make_http() as http:
        answer = await Exchange(http, server.url, lambda: 0).ask(call)
    assert isinstance(answer, Answer)
    assert len(answer.body) == call.longest + 1


BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 -\r\ncontent-le",
    "half a body": b"HTTP/1.1 200 -\r\ncontent-length: 100\r\n\r\n{",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "no gzip": response(200, b"{}", {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
async def test_a_connection_that_breaks_is_unavailable(client: Make, sent: bytes) -> None:
    """Cut at any point, or no HTTP at all: no answer, and words without the address."""
    seen: list[tuple[str, int | str, float]] = []

    async def cut(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    async with serving(cut) as server:
        result = await client(server.url, seen=seen).contacts_by_usertoken(["aa"])
    assert isinstance(result, Unavailable)
    assert "127.0.0.1" not in result.reason
    assert [(endpoint, status) for endpoint, status, _ in seen] == [("contacts", "broken")]


async def test_a_server_that_is_not_there_is_unavailable(client: Make) -> None:
    """Nobody listens: said as such, in the log and in the metric."""
    async with serving(always(200)) as server:
        url = server.url
    seen: list[tuple[str, int | str, float]] = []
    result = await client(url, seen=seen).send("media-played", {})
    assert isinstance(result, Unavailable)
    assert result.reason.startswith("cannot connect: ")
    assert [(endpoint, status) for endpoint, status, _ in seen] == [("media-played", "unreachable")]


async def test_every_exchange_is_observed(client: Make) -> None:
    """Endpoint, status and seconds, whatever the answer."""
    seen: list[tuple[str, int | str, float]] = []
    answers = (response(200, KEPT), response(429, {}), response(200, {}))
    async with serving(in_turn(*answers)) as server:
        asking = client(server.url, seen=seen)
        await asking.send("attention-span", {})
        await asking.contacts_by_usertoken(["aa"])
        await asking.introspect()
    assert [(endpoint, status) for endpoint, status, _ in seen] == [
        ("attention-span", 200),
        ("contacts", 429),
        ("introspect", 200),
    ]
    assert all(seconds >= 0 for _, _, seconds in seen)


def refreshing(http: httpx.AsyncClient, url: str, vault: MemoryVault) -> RefreshingToken:
    """A token source whose access token HubSpot refuses, though it should be good for an hour."""
    clock = Clock()
    vault.held = stored("refused", "refresh-0", clock.now + 3_600_000)
    return RefreshingToken(Exchange(http, url, clock), APP, SETTINGS_TOKEN, vault, clock)


async def test_twenty_401s_make_one_refresh_and_twenty_successes(
    client: Make, http: httpx.AsyncClient
) -> None:
    """Each request goes out once more, with the one token that was saved before."""
    order: list[str] = []
    refused, several = [], asyncio.Event()

    class Vault(MemoryVault):
        async def save(self, token: StoredToken) -> None:
            order.append("saved")
            await super().save(token)

    async def hubspot(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.path == "/oauth/2026-03/token":
            order.append("refreshed")
            writer.write(response(200, GRANT))
        elif seen.headers["authorization"] == "Bearer access-1":
            order.append("used")
            writer.write(response(200, KEPT))
        else:
            refused.append(seen)
            if len(refused) == 5:  # as many as the HTTP client has connections
                several.set()
            await several.wait()
            writer.write(response(401, {"message": "expired", "correlationId": "c0"}))

    async with serving(hubspot) as server:
        tokens = refreshing(http, server.url, Vault())
        asking = client(server.url, tokens=tokens)
        results = await asyncio.gather(*(asking.send("media-played", {}) for _ in range(20)))
    assert results == [Accepted(51, 42)] * 20
    assert order == ["refreshed", "saved", *["used"] * 20]


async def test_a_second_401_is_the_answer(client: Make, http: httpx.AsyncClient) -> None:
    """A fresh token that is refused too is not renewed again."""

    async def hubspot(seen: Seen, writer: asyncio.StreamWriter) -> None:
        refresh = seen.path == "/oauth/2026-03/token"
        writer.write(
            response(200, GRANT)
            if refresh
            else response(401, {"message": "no", "correlationId": "c0"})
        )

    async with serving(hubspot) as server:
        tokens = refreshing(http, server.url, MemoryVault())
        result = await client(server.url, tokens=tokens).send("media-played", {})
    assert result == Unauthorized("no")
    assert [seen.path for seen in server.seen] == [
        "/media-bridge/v1/events/media-played",
        "/oauth/2026-03/token",
        "/media-bridge/v1/events/media-played",
    ]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (response(400, DEAD), Unauthorized(str(DEAD["message"]), final=True)),
        (response(503), Unavailable("HTTP 503", answered=True)),
        (response(429, {"policyName": "P"}), Throttled("P")),
    ],
)
async def test_trouble_with_the_token_is_the_result(
    client: Make, http: httpx.AsyncClient, answer: bytes, trouble: Trouble
) -> None:
    """No token, no request: events, look-ups and introspection say why."""
    async with serving(in_turn(answer)) as server:
        clock = Clock()
        tokens = RefreshingToken(
            Exchange(http, server.url, clock), APP, SETTINGS_TOKEN, MemoryVault(), clock
        )
        asking = client(server.url, tokens=tokens)
        assert await asking.send("media-played", {}) == trouble
        assert await asking.contacts_by_usertoken(["aa"]) == trouble
        assert await asking.introspect() == trouble
    assert {seen.path for seen in server.seen} == {"/oauth/2026-03/token"}


async def test_a_dead_refresh_token_after_a_401_is_final(
    client: Make, http: httpx.AsyncClient
) -> None:
    """The refused request is not sent again, and only a person can help."""
    async with serving(in_turn(response(401), response(400, DEAD))) as server:
        tokens = refreshing(http, server.url, MemoryVault())
        result = await client(server.url, tokens=tokens).send("media-played", {})
    assert result == Unauthorized(str(DEAD["message"]), final=True)
    assert len(server.seen) == 2


async def test_introspection_asks_with_the_apps_own_credentials(client: Make) -> None:
    """Token, client id and secret go in the form alone; the answer is account, scopes, life."""
    said = {"active": True, "scopes": ["oauth", 7], "hub_id": 123, "expires_in": 900, "token": "x"}
    async with serving(always(200, said)) as server:
        result = await client(server.url, app=APP).introspect()
    assert result == Introspection(active=True, scopes=("oauth",), hub_id=123, expires_in=900)
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/oauth/2026-03/token/introspect")
    assert "authorization" not in seen.headers
    assert seen.form == {
        "token": "pat-1",
        "token_type_hint": "access_token",
        "client_id": "client-1",
        "client_secret": "client-secret",
    }


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (
            response(200, {"active": "yes", "scopes": 1, "hub_id": True}),
            Introspection(active=False),
        ),
        (
            response(400, {"message": "no client", "correlationId": "c0"}),
            Refused(400, message="no client", correlation_id="c0"),
        ),
        (response(200, b"<html>", {"Content-Type": "text/html"}), foreign("200", "text/html")),
        (response(200, {"status": "ok"}), foreign("200", "of no type")),
        (response(403, {"message": "Forbidden"}), foreign("403", "of no type")),
    ],
)
async def test_introspection_without_an_app_may_be_refused(
    client: Make, answer: bytes, result: Introspection | Refused | Trouble
) -> None:
    """A fixed token has no client to show; odd answers count as not active."""
    async with serving(in_turn(answer)) as server:
        assert await client(server.url).introspect() == result
    assert "client_id" not in server.seen[0].form
