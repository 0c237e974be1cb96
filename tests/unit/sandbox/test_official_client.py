"""HubSpot's official Python client, over real HTTP, as the independent judge of the sandbox."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import hubspot_sdk
import pytest
from hubspot_sdk.types.auth.access_token_response import AccessTokenResponse

from app.sandbox.faults import Fault
from app.sandbox.state import Sandbox
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import CLIENT, STRANGER_UTK

REFRESH = {**CLIENT, "grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def client(live: LiveSandbox, sandbox: Sandbox) -> Iterator[hubspot_sdk.HubSpot]:
    """The client as an application has it, but strict about answers and without retries."""
    with hubspot_sdk.HubSpot(
        access_token=sandbox.config.credentials.access_token,
        base_url=live.url,
        max_retries=0,
        _strict_response_validation=True,
    ) as client:
        yield client


def _played(client: hubspot_sdk.HubSpot, **identity: str) -> int:
    event = client.cms.media_bridge.create_media_played_event(
        media_type="VIDEO",
        occurred_timestamp=1_790_000_000_000,
        session_id="s",
        state="VIEWED",
        external_id="intro",
        page_id=5,
        **({"contact_utk": identity["utk"]} if identity else {"contact_id": 7}),
    )
    return int(event.contact_id)


def test_its_three_event_calls_are_kept(client: hubspot_sdk.HubSpot, sandbox: Sandbox) -> None:
    """The client's calls of 2026-03 are taken, and it can read every answer."""
    bridge = client.cms.media_bridge
    assert _played(client) == 7
    quartile = bridge.create_media_played_percent_event(
        media_type="VIDEO",
        occurred_timestamp=1_790_000_000_000,
        session_id="s",
        played_percent=25,
        contact_id=7,
        media_bridge_id=42,
        page_name="Launch",
        page_url="https://www.example.com/launch",
        external_play_context="EXTERNAL_PAGE",
    )
    assert (quartile.played_percent, quartile.media_bridge_id) == (25, 42)
    span = bridge.create_attention_span_event(
        media_type="VIDEO",
        occurred_timestamp=1_790_000_000_000,
        session_id="s",
        raw_data_map={"0": 2, "1": 0},
        derived_values={"total_percent_played": 0.5, "total_seconds_played": 40},
        _hsenc="mail",
        media_bridge_id=42,
        page_id=5,
    )
    assert (span.raw_data, span.total_seconds_played) == ("0=2;1=0;", 40)
    events = [kept.event for kept in sandbox.ledger.events]
    assert events == ["media-played", "media-played-percent", "attention-span"]


def test_a_bad_request_is_its_bad_request(client: hubspot_sdk.HubSpot) -> None:
    """A stranger's usertoken reaches the client as BadRequestError, with HubSpot's body."""
    with pytest.raises(hubspot_sdk.BadRequestError) as caught:
        _played(client, utk=STRANGER_UTK)
    body = caught.value.body
    assert isinstance(body, dict)
    assert body["category"] == "VALIDATION_ERROR"
    assert body["errors"][0]["in"] == "contactUtk"


def test_a_dead_token_is_its_authentication_error(client: hubspot_sdk.HubSpot) -> None:
    """A token that HubSpot does not know reaches the client as AuthenticationError."""
    with pytest.raises(hubspot_sdk.AuthenticationError):
        _played(client.with_options(access_token="another"))


def test_a_missing_scope_is_its_permission_error(
    client: hubspot_sdk.HubSpot, sandbox: Sandbox
) -> None:
    """A missing scope reaches the client as PermissionDeniedError."""
    sandbox.config = sandbox.config.changed({"scopes": []})
    with pytest.raises(hubspot_sdk.PermissionDeniedError):
        _played(client)


def test_a_used_up_limit_is_its_rate_limit_error(
    client: hubspot_sdk.HubSpot, sandbox: Sandbox
) -> None:
    """One request too many reaches the client as RateLimitError, with the limit's headers."""
    sandbox.config = sandbox.config.changed({"rate": 1})
    _played(client)
    with pytest.raises(hubspot_sdk.RateLimitError) as caught:
        _played(client)
    assert caught.value.response.headers["X-HubSpot-RateLimit-Max"] == "1"


def test_a_server_error_is_its_server_error(client: hubspot_sdk.HubSpot, sandbox: Sandbox) -> None:
    """A 503 that was asked for reaches the client as InternalServerError."""
    sandbox.faults.replace([Fault(status=503)])
    with pytest.raises(hubspot_sdk.InternalServerError):
        _played(client)


def test_a_cut_connection_is_its_connection_error(
    client: hubspot_sdk.HubSpot, sandbox: Sandbox
) -> None:
    """A cut connection reaches the client as APIConnectionError."""
    sandbox.faults.replace([Fault(drop="after")])
    with pytest.raises(hubspot_sdk.APIConnectionError):
        _played(client)
    assert sandbox.ledger.kept == 1


def test_its_own_retries_carry_it_over_a_fault(
    client: hubspot_sdk.HubSpot, sandbox: Sandbox
) -> None:
    """With its retries on, the client outlasts a fault that strikes once."""
    sandbox.faults.replace([Fault(status=503, retry_after=0, times=1)])
    assert _played(client.with_options(max_retries=1)) == 7
    assert [seen.status for seen in sandbox.ledger.requests] == [503, 200]


def test_its_tokens_are_issued_and_read(client: hubspot_sdk.HubSpot) -> None:
    """The client reads the token answer into its own type, and the new token works."""
    # Its create_token sends JSON, which the published spec does not allow (see the next test), so
    # the form goes through its generic call.
    issued = client.post(
        "/oauth/2026-03/token",
        cast_to=AccessTokenResponse,
        content=urlencode(REFRESH).encode(),
        options={"headers": FORM},
    )
    assert (issued.token_use, issued.expires_in) == ("access_token", 1800)
    assert _played(client.with_options(access_token=issued.access_token)) == 7


def test_json_is_no_token_request(client: hubspot_sdk.HubSpot) -> None:
    """The client's own token calls send JSON, and the spec, so the sandbox, takes forms alone."""
    calls = client.auth.oauth
    with pytest.raises(hubspot_sdk.BadRequestError):
        calls.create_token(
            client_id=CLIENT["client_id"],
            client_secret=CLIENT["client_secret"],
            grant_type="refresh_token",
            refresh_token="sandbox-refresh-token",
        )
    with pytest.raises(hubspot_sdk.BadRequestError):
        calls.introspect_token(token="sandbox-refresh-token")


def test_it_defines_and_sends_custom_events(client: hubspot_sdk.HubSpot, sandbox: Sandbox) -> None:
    """Its calls of 2026-03 make a definition, send an event and a batch; each uuid counts once."""
    made = client.events.definitions.create(
        label="Film watched",
        name="film",
        include_default_properties=False,
        property_definitions=[{"name": "title", "label": "Title", "type": "string"}],
    )
    assert made.fully_qualified_name == "pe4242001_film"
    client.events.definitions.create_property("film", label="Page", name="page", type="string")
    known = client.events.definitions.get("film")
    assert [each.name for each in known.properties] == ["title", "page"]
    event: dict[str, Any] = {
        "event_name": made.fully_qualified_name,
        "object_id": "7",
        "properties": {"title": "Launch"},
    }
    client.events.send.send(**event, uuid="a")
    several: Any = [{**event, "uuid": "a"}, {**event, "uuid": "b"}]
    client.events.send.batch_send(inputs=several)
    assert [kept.body["uuid"] for kept in sandbox.ledger.custom_events] == ["a", "b"]
    with pytest.raises(hubspot_sdk.BadRequestError):
        client.events.send.send(**event, uuid="a")
