"""No token, secret or usertoken gets out: not through logs, reprs, results or exceptions."""

import asyncio
import logging

import httpx
import pytest
from pydantic import SecretStr

from app.hubspot.answers import Answer
from app.hubspot.client import HubSpotClient
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp, code_call, introspect_call, refresh_call
from app.hubspot.provider import name_call, provider_result
from app.hubspot.results import MissingScope, Refused, Unauthorized
from app.hubspot.tokens import RefreshingToken, StaticToken
from app.hubspot.versions import PROVIDER
from tests.unit.hubspot.server import Seen, always, response, serving
from tests.unit.hubspot.vault import SETTINGS_TOKEN, Clock, MemoryVault, stored

APP = OAuthApp("client-1", SecretStr("client-secret"))
UTK = "0123456789abcdef0123456789abcdef"
SECRETS = (
    *("refused-access", "fresh-access", "fresh-refresh", "old-refresh", "client-secret"),
    *(SETTINGS_TOKEN.get_secret_value(), UTK),
)


async def test_nothing_secret_reaches_a_log(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A whole life of a token, its refresh and look-ups included, with every logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)

    async def hubspot(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.path.startswith("/oauth"):
            grant = {"access_token": "fresh-access", "refresh_token": "fresh-refresh"}
            writer.write(response(200, grant | {"expires_in": 1800, "active": True}))
        elif seen.headers["authorization"] != "Bearer fresh-access":
            writer.write(
                response(401, {"message": "token refused-access expired", "correlationId": "c0"})
            )
        elif ("utk", "broken") in seen.query:
            writer.write(b"HTTP/1.1 200 -\r\ncontent-length: 9\r\n\r\n{")
            writer.close()
        else:
            writer.write(response(200, {UTK: {"vid": 51}}))

    clock = Clock()
    vault = MemoryVault(stored("refused-access", "old-refresh", clock.now + 3_600_000))
    async with serving(hubspot) as server:
        exchange = Exchange(http, server.url, clock)
        tokens = RefreshingToken(exchange, APP, SETTINGS_TOKEN, vault, clock)
        client = HubSpotClient(exchange, tokens, app=APP)
        await client.contacts_by_usertoken([UTK])
        await client.contacts_by_usertoken([UTK, "broken"])
        await client.send("media-played", {"contactUtk": UTK})
        await client.introspect()
        shown = repr((client, tokens, exchange, vault, vars(tokens), vars(client)))
    requests = [record for record in caplog.records if record.name == "httpx"]
    assert len(requests) >= 5
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    for secret in SECRETS:
        assert secret not in logged
        assert secret not in shown


async def test_a_token_that_hubspot_quotes_is_blotted_out(http: httpx.AsyncClient) -> None:
    """HubSpot's words on permissions have held the token itself: they are kept, so it is not."""
    token = "pat-na1-quoted"
    words = {
        "correlationId": "c0",
        "message": f"This oauth-token ({token}) does not have proper permissions!",
    }
    for status, kind in ((403, MissingScope), (400, Refused), (401, Unauthorized)):
        async with serving(always(status, words)) as server:
            exchange = Exchange(http, server.url, Clock())
            client = HubSpotClient(exchange, StaticToken(SecretStr(token)))
            result = await client.send("media-played", {})
        assert isinstance(result, kind)
        assert result.message == "This oauth-token (***) does not have proper permissions!"


async def test_a_refresh_token_that_hubspot_quotes_is_blotted_out(http: httpx.AsyncClient) -> None:
    """The same for what the token endpoint says of a refresh token or a client secret."""
    said = {
        "status": "BAD_REFRESH_TOKEN",
        "message": f"no such token: {SETTINGS_TOKEN.get_secret_value()}, client-secret",
    }
    async with serving(always(400, said)) as server:
        clock = Clock()
        exchange = Exchange(http, server.url, clock)
        tokens = RefreshingToken(exchange, APP, SETTINGS_TOKEN, MemoryVault(), clock)
        result = await tokens.access_token()
    assert result == Unauthorized("no such token: ***, ***", final=True)


def test_calls_do_not_show_what_they_carry() -> None:
    """Forms and parameters stay out of the repr of a request that was not sent yet."""
    calls = (refresh_call(APP, SETTINGS_TOKEN), introspect_call(APP, SecretStr("fresh-access")))
    for secret in SECRETS:
        assert secret not in repr((APP, *calls))


async def test_installing_an_app_tells_no_log_either(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Code, tokens and the developer's key, which HubSpot wants in an address, and echoes."""
    caplog.set_level(logging.DEBUG)
    secrets = ("the-code", "fresh-access", "fresh-refresh", "client-secret", "developer-key")

    async def hubspot(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.path.endswith("/token"):
            grant = {"access_token": "fresh-access", "refresh_token": "fresh-refresh"}
            writer.write(response(200, grant | {"hub_id": 7}))
        else:
            writer.write(response(401, {"message": "bad key developer-key", "correlationId": "c0"}))

    async with serving(hubspot) as server:
        exchange = Exchange(http, server.url, Clock())
        code = code_call(APP, SecretStr("the-code"), "https://relay.example.com/")
        granted = await exchange.ask(code)
        register = name_call(PROVIDER, 5, SecretStr("developer-key"), "Acme", 1)
        refused = await exchange.ask(register)
    assert ("hapikey", "developer-key") in server.seen[1].query
    assert isinstance(refused, Answer)
    result = provider_result(refused)
    assert result == Unauthorized("bad key ***")
    shown = repr((code, register, granted, refused, result, caplog.records))
    shown += "\n".join(record.getMessage() for record in caplog.records)
    assert not [secret for secret in secrets if secret in shown]
