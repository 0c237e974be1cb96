"""The console of a relay with several accounts shows one account at a time."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.system.console.setting import HTML, PASSWORD, sign_in
from tests.system.console.test_pages import until
from tests.system.live.relay import live_relay, settings_for
from tests.system.sites.town import account

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser that is signed in where there are two accounts; a play is at one of them."""
    folder = tmp_path_factory.mktemp("town")
    sites = folder / "sites.toml"
    sites.write_text(account("acme", NOWHERE, "one") + account("globex", NOWHERE, "two"))
    settings = settings_for(
        folder, sites=sites, console_password=PASSWORD, secret_key="k" * 43 + "="
    )
    with live_relay(settings) as live:
        live.client.headers.update(HTML)
        sign_in(live.client)
        ping = {"sessionId": "s", "externalId": "film", "mediaName": "Globe", "playedPercent": 30}
        sent = live.client.post(
            "/v1/progress",
            json={**ping, "pageUrl": "https://www.globex.example/"},
            headers={"origin": "https://www.globex.example"},
        )
        assert sent.status_code == 202
        until(lambda: "Globe" in live.client.get("/console/media?account=globex").text)
        yield live.client


def test_each_account_has_pages_of_its_own(client: httpx.Client) -> None:
    """The first is shown where none is named; one that is not there is said to be not there."""
    assert "Globe" not in client.get("/console/media").text
    assert "Globe" not in client.get("/console/media?account=acme").text
    assert "Globe" in client.get("/console/live?account=globex").text
    assert client.get("/console/media?account=initech").status_code == 404


def test_the_account_is_chosen_and_kept(client: httpx.Client) -> None:
    """Every link of a page stays with it; changing it leads to the page's place, not to an id."""
    page = client.get("/console/media/1?account=globex").text
    assert re.search(r"<option selected>globex</option>", page)
    assert 'class="accounts" method="get" action="/console/media"' in page
    own = re.findall(r'(?:href|action|hx-get)="(/console[^"]*)"', page)
    static = [each for each in own if "/static/" in each]
    others = set(own) - set(static) - {"/console/media", "/console/sign-out"}
    assert others
    assert not [each for each in others if "account=globex" not in each]


def test_a_link_is_shared_for_its_account_alone(client: httpx.Client) -> None:
    """The medium of that number in another account is not shown."""
    form = {"lives": "1"}
    made = client.post("/console/media/1/share?account=globex", data=form).text
    (link,) = re.findall(r"/console/shared/[^<]+", made)
    assert link.endswith("?account=globex")
    with httpx.Client(base_url=client.base_url, headers=HTML) as outsider:
        assert "<h1>Globe</h1>" in outsider.get(link).text
        for other in ("", "?account=acme", "?account=initech"):
            assert outsider.get(link.partition("?")[0] + other).status_code == 404
    assert "Globe" in client.get("/console/shared?account=globex").text
    assert "Nothing is shared" in client.get("/console/shared?account=acme").text


def test_a_change_is_made_and_noted_at_its_account(client: httpx.Client) -> None:
    """The audit log of the other one stays empty."""
    everything = {"all": "yes"}
    started = client.post("/console/rejected/requeue?account=globex", data=everything)
    assert "account=globex" in started.headers["location"]
    assert "all that is rejected" in client.get("/console/audit?account=globex").text
    assert "all that is rejected" not in client.get("/console/audit?account=acme").text


def test_the_embed_page_knows_the_site_keys(client: httpx.Client) -> None:
    """The page shows the keys of the chosen account; a check names the file without an origin."""
    page = client.get("/console/embed?account=globex&consent=none").text
    assert '<option value="globex">' in page
    assert '<option value="acme">' not in page
    assert "data-consent=&#34;none&#34;" in page
    check = client.get("/console/embed/check?account=globex&page=https://other.example/").text
    assert "Add https://other.example to allowed_origins in" in check
