"""The sandbox checks the token: its place, its lifetime and its scopes."""

from typing import Any

import httpx
import pytest

from app.sandbox.config import SandboxConfig
from app.sandbox.state import Sandbox
from tests.unit.sandbox.setting import BY_UTK, CLIENT, CONTACT_UTK, PLAYED, TOKEN, Clock, played

REFRESH = {**CLIENT, "grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token"}
EXCHANGE = {
    **CLIENT,
    "grant_type": "authorization_code",
    "code": "sandbox-authorization-code",
    "redirect_uri": "https://relay.example.com/install",
}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _issue(http: httpx.AsyncClient, form: dict[str, str]) -> dict[str, Any]:
    response = await http.post(TOKEN, data=form)
    assert response.status_code == 200
    issued: dict[str, Any] = response.json()
    return issued


async def _play(http: httpx.AsyncClient, token: str) -> tuple[int, str]:
    response = await http.post(PLAYED, json=played(), headers=_bearer(token))
    return response.status_code, response.json().get("category", "")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param("Bearer unknown", id="unknown"),
        pytest.param("Basic sandbox-access-token", id="another scheme"),
        pytest.param("sandbox-access-token", id="bare"),
    ],
)
async def test_without_a_good_bearer_token_nobody_is_let_in(
    http: httpx.AsyncClient, sandbox: Sandbox, header: str
) -> None:
    """A token that is missing, unknown or not a Bearer is a 401 INVALID_AUTHENTICATION."""
    response = await http.post(PLAYED, json=played(), headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["category"] == "INVALID_AUTHENTICATION"
    assert not sandbox.ledger.events


@pytest.mark.parametrize("parameter", ["access_token", "oauth_token", "hapikey"])
async def test_a_token_in_the_query_is_refused(http: httpx.AsyncClient, parameter: str) -> None:
    """A token in the query is a 401, also beside a good header, for every kind of call."""
    query = {parameter: "sandbox-access-token"}
    assert (await http.post(PLAYED, json=played(), params=query)).status_code == 401
    lookup = await http.get(BY_UTK, params={"utk": CONTACT_UTK, **query})
    assert lookup.status_code == 401


async def test_a_token_in_the_body_lets_nobody_in(http: httpx.AsyncClient) -> None:
    """A token sent in the body alone is a 401."""
    body = played(access_token="sandbox-access-token")
    response = await http.post(PLAYED, json=body, headers={"Authorization": ""})
    assert response.status_code == 401


@pytest.mark.parametrize("scope", ["media_bridge.write", "crm.objects.contacts.read"])
async def test_a_missing_scope_is_a_403_that_names_it(
    http: httpx.AsyncClient, sandbox: Sandbox, scope: str
) -> None:
    """Events need media_bridge.write and look-ups crm.objects.contacts.read, each its own."""
    sandbox.config = sandbox.config.changed({"scopes": sandbox.config.scopes - {scope}})
    responses = {
        "media_bridge.write": await http.post(PLAYED, json=played()),
        "crm.objects.contacts.read": await http.get(BY_UTK, params={"utk": CONTACT_UTK}),
    }
    refused = responses.pop(scope)
    assert refused.status_code == 403
    assert refused.json()["category"] == "MISSING_SCOPES"
    assert refused.json()["context"] == {"missingScopes": [scope]}
    assert {other.status_code for other in responses.values()} == {200}


async def test_an_issued_token_works_until_it_expires(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    """A token is good for `expires_in` seconds, and then refused as expired, not as unknown."""
    issued = await _issue(http, REFRESH)
    assert issued["expires_in"] == 1800
    clock.now += 1799
    assert await _play(http, issued["access_token"]) == (200, "")
    clock.now += 1
    assert await _play(http, issued["access_token"]) == (401, "EXPIRED_AUTHENTICATION")


async def test_the_lifetime_is_the_worlds(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    """A shorter token lifetime shows in `expires_in` and holds."""
    sandbox.config = sandbox.config.changed({"token_lifetime": 2})
    issued = await _issue(http, REFRESH)
    assert issued["expires_in"] == 2
    clock.now += 2
    assert await _play(http, issued["access_token"]) == (401, "EXPIRED_AUTHENTICATION")


async def test_refresh_tokens_rotate(http: httpx.AsyncClient) -> None:
    """Each refresh gives a new refresh token, and the one before it is dead for good."""
    issued = await _issue(http, REFRESH)
    dead = await http.post(TOKEN, data=REFRESH)
    assert dead.status_code == 400
    assert dead.json()["status"] == "BAD_REFRESH_TOKEN"
    assert dead.json()["error"] == "invalid_grant"
    assert dead.json()["error_description"] == dead.json()["message"]
    again = await _issue(http, REFRESH | {"refresh_token": issued["refresh_token"]})
    assert again["access_token"] != issued["access_token"]


async def test_refresh_tokens_stay_where_the_world_does_not_rotate_them(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Without rotation the same refresh token is answered and goes on working."""
    sandbox.config = sandbox.config.changed({"rotates_refresh_token": False})
    for _ in range(2):
        assert (await _issue(http, REFRESH))["refresh_token"] == "sandbox-refresh-token"


async def test_an_authorization_code_is_good_once(http: httpx.AsyncClient) -> None:
    """The code of an installation is exchanged once; its tokens work."""
    issued = await _issue(http, EXCHANGE)
    assert await _play(http, issued["access_token"]) == (200, "")
    await _issue(http, REFRESH | {"refresh_token": issued["refresh_token"]})
    again = await http.post(TOKEN, data=EXCHANGE)
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


async def test_a_revoked_refresh_token_is_dead(http: httpx.AsyncClient) -> None:
    """Revocation kills a refresh token, and revoking what is unknown is no error."""
    for token in ("sandbox-refresh-token", "unknown"):
        revoked = await http.post(f"{TOKEN}/revoke", data={**CLIENT, "token": token})
        assert revoked.status_code == 204
    assert (await http.post(TOKEN, data=REFRESH)).json()["status"] == "BAD_REFRESH_TOKEN"


async def test_introspection_tells_the_living_from_the_dead(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    """An access token is active while it lives, a refresh token until it is rotated away."""

    async def about(token: str, **hint: str) -> dict[str, Any]:
        form = {**CLIENT, "token": token, **hint}
        answer: dict[str, Any] = (await http.post(f"{TOKEN}/introspect", data=form)).json()
        return answer

    issued = await _issue(http, REFRESH)
    clock.now += 800
    access = await about(issued["access_token"])
    assert (access["active"], access["token_use"]) == (True, "access_token")
    assert access["expires_in"] == 1000
    assert access["scopes"] == sorted(SandboxConfig().scopes)
    assert access["hub_domain"] == SandboxConfig().portal_domain
    refresh = await about(issued["refresh_token"])
    assert (refresh["active"], refresh["token_use"]) == (True, "refresh_token")

    clock.now += 1000
    assert (await about(issued["access_token"]))["active"] is False
    rotated = await about("sandbox-refresh-token", token_type_hint="refresh_token")
    assert (rotated["active"], rotated["token_use"]) == (False, "refresh_token")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "other"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"grant_type": "password"}, "error", "unsupported_grant_type"),
        ({"grant_type": ""}, "error", "invalid_request"),
        ({"surprise": "1"}, "error", "invalid_request"),
    ],
)
async def test_a_bad_exchange_says_what_is_wrong(
    http: httpx.AsyncClient, changes: dict[str, str], status: str, error: str
) -> None:
    """A refused exchange is a 400 with HubSpot's status and RFC 6749's error, and costs nothing."""
    response = await http.post(TOKEN, data=REFRESH | changes)
    assert response.status_code == 400
    assert (response.json()["status"], response.json()["error"]) == (status, error)
    await _issue(http, REFRESH)


async def test_another_redirect_uri_is_refused(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """A code is granted only with the redirect uri that the app has."""
    sandbox.config = sandbox.config.changed(
        {
            "credentials": sandbox.config.credentials.model_copy(
                update={"redirect_uri": "https://a/"}
            )
        }
    )
    response = await http.post(TOKEN, data=EXCHANGE)
    assert response.json()["status"] == "BAD_REDIRECT_URI"
    await _issue(http, EXCHANGE | {"redirect_uri": "https://a/"})


async def test_credentials_are_taken_from_a_form_body_alone(http: httpx.AsyncClient) -> None:
    """In the query, as JSON or twice, credentials are a 400 and no token is issued."""
    for response in (
        await http.post(TOKEN, params=REFRESH),
        await http.post(TOKEN, params={"client_id": "sandbox-client"}, data=REFRESH),
        await http.post(TOKEN, json=REFRESH),
        await http.post(TOKEN, data=REFRESH | {"client_id": ["sandbox-client"] * 2}),
    ):
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"
    await _issue(http, REFRESH)
