"""The page on which a person installs the app: back with a code, or with why not."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.sandbox.state import Sandbox
from tests.unit.sandbox.setting import CLIENT, TOKEN

AUTHORIZE = "/oauth/authorize"
BACK = "https://relay.example.com/console/connect/callback"
ASKED = {"client_id": "sandbox-client", "redirect_uri": BACK, "state": "s-1", "scope": "files"}


async def _sent_back(http: httpx.AsyncClient, **changes: str) -> dict[str, list[str]]:
    answer = await http.get(AUTHORIZE, params=ASKED | changes)
    assert answer.status_code == 302
    location = urlsplit(answer.headers["location"])
    assert location._replace(query="").geturl() == BACK
    return parse_qs(location.query)


async def test_a_person_who_says_yes_is_sent_back_with_a_code(http: httpx.AsyncClient) -> None:
    """The state comes back as it went, and the code is good once, with the same redirect_uri."""
    back = await _sent_back(http)
    assert back["state"] == ["s-1"]
    form = {**CLIENT, "grant_type": "authorization_code", "code": back["code"][0]}
    elsewhere = await http.post(TOKEN, data=form | {"redirect_uri": f"{BACK}/else"})
    assert elsewhere.json()["status"] == "BAD_REDIRECT_URI"
    assert (await http.post(TOKEN, data=form | {"redirect_uri": BACK})).status_code == 200
    again = await http.post(TOKEN, data=form | {"redirect_uri": BACK})
    assert again.json()["status"] == "BAD_AUTH_CODE"


async def test_a_person_who_says_no_is_sent_back_with_that(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """RFC 6749's access_denied, with the state, and no code."""
    sandbox.config = sandbox.config.changed({"install": "deny"})
    back = await _sent_back(http)
    assert back["error"] == ["access_denied"]
    assert back["state"] == ["s-1"]
    assert "code" not in back


@pytest.mark.parametrize(
    "changes", [{"client_id": "other"}, {"redirect_uri": ""}, {"scope": "files tickets"}]
)
async def test_what_the_app_does_not_have_sends_nobody_back(
    http: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    """Another client, no address, or a scope the app lacks is a page to read, no redirect."""
    answer = await http.get(AUTHORIZE, params=ASKED | changes)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_the_page_is_no_request_to_the_api(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """HubSpot has it on another host: it counts for no limit."""
    await _sent_back(http)
    assert not sandbox.ledger.requests
