"""HubSpot's earlier Python client, over real HTTP. It knows OAuth v1, and no media bridge."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hubspot.oauth import ApiClient, ApiException, Configuration, TokensApi

from app.sandbox.state import Sandbox
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import CLIENT, PLAYED, played

Create = Callable[..., Any]

REFRESH = {**CLIENT, "grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token"}


@pytest.fixture
def create(live: LiveSandbox) -> Create:
    """The client's call for tokens."""
    call: Create = TokensApi(ApiClient(Configuration(host=live.url))).create
    return call


def test_it_gets_tokens_that_work(create: Create, live: LiveSandbox) -> None:
    """It reads the answer into its own type, and the new token opens the media bridge."""
    issued = create(**REFRESH)
    assert (issued.token_type, issued.expires_in) == ("bearer", 1800)
    headers = {"Authorization": f"Bearer {issued.access_token}"}
    answer = httpx.post(f"{live.url}{PLAYED}", json=played(), headers=headers)
    assert answer.status_code == 200


def test_v1_says_no_more_than_it_did(create: Create, sandbox: Sandbox) -> None:
    """Account and scopes came with later versions: an app of v1 has to ask for them."""
    answered = create(**REFRESH, _preload_content=False)
    body = answered.json()
    assert body.keys() == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert [seen.path for seen in sandbox.ledger.requests] == ["/oauth/v1/token"]


@pytest.mark.parametrize("wrong", [{"client_secret": "no"}, {"refresh_token": "dead"}])
def test_a_refusal_is_its_exception(create: Create, wrong: dict[str, str]) -> None:
    """The exception has HubSpot's status, and not the secret."""
    with pytest.raises(ApiException) as caught:
        create(**REFRESH | wrong)
    assert caught.value.status in {400, 401}
    assert "sandbox-client-secret" not in caught.value.body
