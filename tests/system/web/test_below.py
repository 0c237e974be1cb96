"""Below a path: the relay is the same whether the proxy passes the path on or takes it away."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.processes.relay import ping
from tests.system.console.setting import HTML, PASSWORD, relay, sign_in
from tests.system.console.test_outsiders import doors
from tests.system.live.relay import Live, live_relay, settings_for

PUBLIC = "https://example.com/video/relay"
BASE = "/video/relay"
ADDRESS = re.compile(
    r"""(?:href|src|action|formaction|hx-get|data-stream)=(?:"([^"#?][^"]*)"|'([^']*)')"""
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A relay whose operator is signed in."""
    values = {"console_password": PASSWORD, "public_url": f"{PUBLIC}/"}
    with relay(tmp_path_factory.mktemp("below"), **values) as live:
        answer = live.client.post(f"{BASE}/console/sign-in", data={"password": PASSWORD})
        assert answer.headers["location"] == f"{BASE}/console"
        yield live


def addresses(page: str) -> list[str]:
    """All that a page links to, loads or sends, of its own host."""
    found = [html.unescape(one or other) for one, other in ADDRESS.findall(page)]
    return [each for each in found if not urlsplit(each).scheme]


def test_every_page_stays_below_the_path(live: Live) -> None:
    """Everything to which a page links, or that it loads, is below the path."""
    seen = 0
    for door in sorted(set(doors())):
        if door.method != "GET" or "events" in door.path or door.path.endswith(".csv"):
            continue
        answer = live.client.get(f"{BASE}{door.path}", headers=HTML)
        assert urlsplit(answer.headers.get("location", BASE)).path.startswith(BASE), door
        found = addresses(answer.text)
        assert [each for each in found if not f"{each}/".startswith(f"{BASE}/")] == [], door
        seen += len(found)
    assert seen > 100


@pytest.mark.parametrize("prefix", [BASE, ""], ids=["passed on", "taken away"])
def test_pages_scripts_and_pings_are_found(live: Live, prefix: str) -> None:
    """Both addresses work; a path that only begins alike is not found."""
    client = live.client
    assert client.get(f"{prefix}/playrelay.js").status_code == 200
    assert client.get(f"{prefix}/healthz").json() == {"status": "ok"}
    headers = {"origin": "https://www.example.com"}
    answer = client.post(f"{prefix}/v1/progress", json=ping("below", 50), headers=headers)
    assert answer.status_code == 202
    assert client.get(f"{prefix}x/playrelay.js").status_code == 404
    style = re.findall(r'href="([^"]*console\.css)"', client.get(f"{BASE}/console").text)
    assert client.get(prefix + style[0].removeprefix(BASE)).status_code == 200


def test_the_cookie_is_kept_to_the_path(tmp_path: Path) -> None:
    """Other applications on the host do not get it; over https it is Secure by its name."""
    values = {"console_password": PASSWORD, "public_url": PUBLIC}
    with relay(tmp_path, trusted_proxies=("127.0.0.1",), **values) as live:
        flags = sign_in(live.client, **{"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert flags.startswith("__Secure-playrelay=")
    assert {"Path=/video/relay", "Secure", "HttpOnly"} <= set(flags.split("; "))


def test_who_comes_from_elsewhere_is_led_to_the_sign_in(live: Live) -> None:
    """A visitor without a session is led to the sign-in, and then back, below the path."""
    with httpx.Client(base_url=live.client.base_url, headers=HTML) as fresh:
        refused = fresh.get(f"{BASE}/console/media")
        assert refused.headers["location"] == f"{BASE}/console/sign-in?back=/console/media"
        part = fresh.get(f"{BASE}/console/now", headers={"hx-request": "true"})
        assert part.headers["hx-redirect"] == f"{BASE}/console/sign-in"
        form = {"password": PASSWORD, "back": "/console/media"}
        entered = fresh.post(f"{BASE}/console/sign-in", data=form)
        assert entered.headers["location"] == f"{BASE}/console/media"


def test_a_proxy_need_not_pass_the_host_on(live: Live) -> None:
    """The form's origin is that of the public address; another site's is refused all the same."""
    for origin, status in (("https://example.com", 200), ("https://evil.example", 403)):
        headers = {"host": "10.0.0.7:8000", "origin": origin}
        answer = live.client.post(f"{BASE}/console/play", data={"who": "x"}, headers=headers)
        assert answer.status_code == status


def test_the_document_of_the_api_names_the_address(live: Live) -> None:
    """The OpenAPI document has the public address, for generated programs."""
    document = json.loads(live.client.get(f"{BASE}/openapi.json").text)
    assert document["servers"] == [{"url": PUBLIC}]


def test_the_demo_stays_below_the_path(tmp_path: Path) -> None:
    """Its parts and its media, and its own pings are taken from the public address."""
    with live_relay(settings_for(tmp_path, sandbox=True, public_url=PUBLIC)) as live:
        page = live.client.get(f"{BASE}/demo")
        for each in addresses(page.text):
            assert each.startswith(f"{BASE}/")
            assert live.client.get(urljoin(BASE, each)).status_code in {200, 204}, each
        assert live.client.get(BASE).headers["location"] == f"{BASE}/demo"
        for origin, status in (("https://example.com", 202), ("https://evil.example", 403)):
            sent = ping("demo", 50)
            answer = live.client.post("/v1/progress", json=sent, headers={"origin": origin})
            assert answer.status_code == status
