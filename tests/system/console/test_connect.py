"""The page that connects an account: out to HubSpot and back, for one browser, once."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.state import Sandbox
from tests.system.console.setting import HTML, PASSWORD, sign_in
from tests.system.live.relay import Live, live_relay, settings_for
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import Clock

PAGE = "/console/connect"
KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
DOMAIN = "<script>alert(1)</script>"


@pytest.fixture
def hubspot() -> Iterator[tuple[Sandbox, str]]:
    """A HubSpot and its address; the account has a name that is not to be run."""
    clock = Clock()
    app = create_sandbox(SandboxConfig(portal_domain=DOMAIN), clock, sleep=clock.sleep)
    with LiveSandbox(app) as live:
        yield app.state.sandbox, live.url


@pytest.fixture
def sandbox(hubspot: tuple[Sandbox, str]) -> Sandbox:
    """The sandbox's inner state."""
    return hubspot[0]


@pytest.fixture
def relay(tmp_path: Path, hubspot: tuple[Sandbox, str]) -> Iterator[Live]:
    """A relay with an app to connect, and a signed-in browser."""
    settings = settings_for(
        tmp_path,
        hubspot_base_url=hubspot[1],
        hubspot_app_url=hubspot[1],
        hubspot_client_id="sandbox-client",
        hubspot_client_secret="sandbox-client-secret",
        hubspot_developer_key="sandbox-developer-key",
        secret_key=KEY,
        allowed_origins=("*",),
        console_password=PASSWORD,
    )
    with live_relay(settings) as live:
        live.client.headers.update(HTML)
        sign_in(live.client)
        yield live


@contextmanager
def another_browser(relay: Live) -> Iterator[httpx.Client]:
    """Signed in too, in a session of its own."""
    with httpx.Client(base_url=relay.client.base_url, headers=HTML, timeout=20) as client:
        sign_in(client)
        yield client


def invitation(client: httpx.Client, page: str = PAGE) -> str:
    """The address to which the page sends people."""
    found = re.search(r'href="(http[^"]+/oauth/authorize[^"]+)"', client.get(page).text)
    assert found is not None
    return html.unescape(found[1])


def sent_back(client: httpx.Client) -> str:
    """The address to which HubSpot's page sends the browser after that."""
    return httpx.get(invitation(client), timeout=20).headers["location"]


def test_out_and_back(relay: Live, sandbox: Sandbox) -> None:
    """The app is in the account then: the page names it, and who did it stands in the log."""
    before = relay.client.get(PAGE).text
    assert "Not connected yet" in before
    assert f"127.0.0.1:{relay.port}{PAGE}/callback" in before
    done = relay.client.get(sent_back(relay.client))
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    after = relay.client.get(PAGE).text
    assert f"Connected to account {sandbox.config.portal_id}" in after
    audit = relay.client.get("/console/audit").text
    assert "connect" in audit
    assert str(sandbox.config.portal_id) in audit
    for page in (after, audit):
        assert DOMAIN not in page
        assert html.escape(DOMAIN) in page
    assert not re.search(r"(?:access|refresh|code)-[0-9a-f]{8}", before + after + audit)


def test_the_page_says_when_versions_end(relay: Live) -> None:
    """Each part of HubSpot's API that is in use, with its end and notice; so the metric."""
    page = html.unescape(relay.client.get(PAGE).text)
    assert "look-up of usertokens (v1): 2027-09" in page
    assert "sending events (v1): 2027-09" in page
    assert "https://developers.hubspot.com/docs/developer-tooling/platform/versioning" in page
    metrics = relay.client.get("/metrics").text
    name = "playrelay_hubspot_version_ends_timestamp_seconds"
    assert f'{name}{{use="contacts",version="v1"}} 1.8197568e+09' in metrics
    assert 'playrelay_hubspot_endpoint_gone{use="contacts"} 0.0' in metrics


def test_a_state_is_one_browsers(relay: Live) -> None:
    """Another session's is refused and used up; then nothing is connected."""
    address = sent_back(relay.client)
    with another_browser(relay) as stranger:
        refused = stranger.get(address)
    assert refused.status_code == 400
    assert "another browser" in refused.text
    assert relay.client.get(address).status_code == 400
    assert "Not connected yet" in relay.client.get(PAGE).text


def test_a_state_is_good_once(relay: Live) -> None:
    """Coming back a second time, as with the browser's back button, changes nothing."""
    address = sent_back(relay.client)
    assert relay.client.get(address).status_code == 303
    again = relay.client.get(address)
    assert again.status_code == 400
    assert "used before" in html.unescape(again.text)


@pytest.mark.parametrize("params", [{}, {"code": "c"}, {"code": "c", "state": "guessed"}])
def test_a_made_up_state_is_refused(relay: Live, sandbox: Sandbox, params: dict[str, str]) -> None:
    """A made-up state is refused, and HubSpot gets no request."""
    answer = relay.client.get(f"{PAGE}/callback", params=params)
    assert answer.status_code == 400
    assert not sandbox.ledger.requests


def test_a_signed_out_browser_connects_nothing(relay: Live) -> None:
    """A browser that returns without a session is sent to sign in."""
    address = sent_back(relay.client)
    answer = httpx.get(address, headers=HTML)
    assert answer.status_code == 303
    assert "/console/sign-in" in answer.headers["location"]
    assert "code" not in answer.headers["location"]


def test_hubspots_refusal_is_told(relay: Live, sandbox: Sandbox) -> None:
    """A person who said no reads so, and can begin again."""
    sandbox.config = sandbox.config.changed({"install": "deny"})
    answer = relay.client.get(sent_back(relay.client))
    assert answer.status_code == 400
    assert "The user said no." in answer.text
    sandbox.config = sandbox.config.changed({"install": "grant"})
    assert relay.client.get(sent_back(relay.client)).status_code == 303


def test_the_provider_is_told(relay: Live, sandbox: Sandbox) -> None:
    """Name and places go to HubSpot with the developer's key, and into the log."""
    form = {"name": "Acme", "place": ["timeline", "reporting"]}
    early = relay.client.post(f"{PAGE}/provider", data=form)
    assert early.status_code == 409
    relay.client.get(sent_back(relay.client))
    page = relay.client.post(f"{PAGE}/provider", data=form)
    assert page.status_code == 200
    assert "the provider is called Acme" in page.text
    assert sandbox.provider_name == "Acme"
    shown = sandbox.visibility["ALL"]
    assert (shown["showInTimeline"], shown["showInWorkflows"]) == (True, False)
    assert "the provider is called Acme" in relay.client.get("/console/audit").text
    wrong = relay.client.post(f"{PAGE}/provider", data=form | {"place": "everywhere"})
    assert wrong.status_code == 422
    assert "sandbox-developer-key" not in page.text + wrong.text


def test_what_there_is_nothing_to_connect_says_so(tmp_path: Path) -> None:
    """With a token in the settings the page says how to have an app instead."""
    settings = settings_for(
        tmp_path,
        hubspot_access_token="token",
        hubspot_base_url="http://127.0.0.1:9",
        allowed_origins=("*",),
        console_password=PASSWORD,
    )
    with live_relay(settings) as live:
        live.client.headers.update(HTML)
        sign_in(live.client)
        text = live.client.get(PAGE).text
        assert "is set in the settings" in text
        assert "PLAYRELAY_SECRET_KEY" in text
        assert "oauth/authorize" not in text


def test_of_several_accounts_the_chosen_one_is_connected(
    tmp_path: Path, hubspot: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot sends all of them back to one address; which was meant the state tells."""
    app = 'client_id = "sandbox-client"\nclient_secret_env = "SECRET"\nsecret_key_env = "KEY"\n'
    monkeypatch.setenv("SECRET", "sandbox-client-secret")
    monkeypatch.setenv("KEY", KEY)
    sites = tmp_path / "sites.toml"
    sites.write_text(
        f'[accounts.acme]\n{app}allowed_origins = ["https://acme.example"]\n'
        f'[accounts.globex]\n{app}allowed_origins = ["https://globex.example"]\n'
    )
    settings = settings_for(
        tmp_path,
        sites=sites,
        hubspot_base_url=hubspot[1],
        hubspot_app_url=hubspot[1],
        console_password=PASSWORD,
    )
    with live_relay(settings) as live:
        live.client.headers.update(HTML)
        sign_in(live.client)
        page = f"{PAGE}?account=globex"
        address = httpx.get(invitation(live.client, page), timeout=20).headers["location"]
        assert live.client.get(address).headers["location"] == page
        assert "Connected to" in live.client.get(page).text
        assert "Not connected yet" in live.client.get(f"{PAGE}?account=acme").text
