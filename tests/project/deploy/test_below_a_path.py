"""The relay below a path of a site, behind the real proxies with the files of deploy/.

Caddy passes the path on, nginx takes it away.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.demo_kit import PATIENCE, chromium
from tests.processes.ports import free_port
from tests.project.deploy.files import DEPLOY, checked, documents, tool
from tests.project.deploy.proxies import caddy, nginx
from tests.system.collect.test_progress import PLAY
from tests.system.console.setting import HTML, PASSWORD
from tests.system.live.relay import Live, live_relay, settings_for

CADDYFILE = DEPLOY / "caddy" / "path.Caddyfile"
NGINX = DEPLOY / "nginx" / "playrelay.conf"
TRAEFIK = DEPLOY / "traefik" / "playrelay.yaml"
SCRIPT = "/video/playrelay.js"
SITE = "https://www.example.com"

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def port() -> int:
    """The port of Caddy, as in the public address."""
    return free_port()


@pytest.fixture(scope="module")
def relay(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One that knows where it is found, and has the console on a port of its own."""
    settings = settings_for(
        tmp_path_factory.mktemp("relay"),
        sandbox=True,
        allowed_origins=(SITE,),
        trusted_proxies=("127.0.0.0/8", "::1"),
        public_url=f"https://localhost:{port}/video",
        internal_port=free_port(),
        console_password=PASSWORD,
        secret_key="A" * 43 + "=",
    )
    with live_relay(settings) as live:
        yield live


def internal(relay: Live) -> str:
    """The address of the console."""
    return f"127.0.0.1:{relay.app.state.relay.settings.internal_port}"


@pytest.fixture(scope="module")
def by_caddy(
    relay: Live, port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Caddy with the console opened on purpose."""
    settings = {
        "SITE_HOST": f"https://localhost:{port}",
        "RELAY": f"127.0.0.1:{relay.port}",
        "RELAY_INTERNAL": internal(relay),
        "RELAY_CONSOLE": "/video/console /video/console/*",
    }
    with caddy(CADDYFILE, tmp_path_factory.mktemp("caddy"), port, SCRIPT, **settings) as client:
        yield client


@pytest.fixture(scope="module")
def by_nginx(relay: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Nginx with the console opened on purpose."""
    file = NGINX.read_text()
    for ours, theirs in (
        ("127.0.0.1:8000", f"127.0.0.1:{relay.port}"),
        ("127.0.0.1:8001", internal(relay)),
        ("$relay_console closed;", "$relay_console open;"),
    ):
        assert ours in file
        file = file.replace(ours, theirs)
    with nginx(file, tmp_path_factory.mktemp("nginx"), free_port(), SCRIPT) as client:
        yield client


@pytest.fixture(params=["by_caddy", "by_nginx"])
def proxy(request: pytest.FixtureRequest) -> httpx.Client:
    """Either, and nobody is signed in."""
    client: httpx.Client = request.getfixturevalue(request.param)
    client.cookies.clear()
    return client


def test_what_pages_need_comes_through(proxy: httpx.Client) -> None:
    """The script, what it loads, and pings with their Origin; nothing of it at the root."""
    for path in (SCRIPT, "/video/adapters/frames.js"):
        answer = proxy.get(path, headers={"accept-encoding": "br"})
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "br"
    taken = proxy.post("/video/v1/progress", json=PLAY, headers={"origin": SITE})
    assert taken.status_code == 202
    assert taken.headers["access-control-allow-origin"] == SITE
    for path in ("/playrelay.js", "/video", "/video/", "/videos/playrelay.js"):
        assert proxy.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["demo", "metrics", "readyz", "healthz", "openapi.json", "api/v1"])
def test_what_is_for_operators_does_not(proxy: httpx.Client, path: str) -> None:
    """The endpoints for operators are not reachable, although the console is open."""
    assert proxy.get(f"/video/{path}").status_code == 404


def test_the_console_works_below_the_path(proxy: httpx.Client) -> None:
    """Signing in, its pages and their files, and signing out."""
    answer = proxy.get("/video/console/media", headers=HTML, follow_redirects=True)
    assert answer.url.path == "/video/console/sign-in"
    assert 'action="/video/console/sign-in"' in answer.text
    form = {"password": PASSWORD, "back": "/console/media"}
    origin = {"origin": str(proxy.base_url).rstrip("/"), "accept": "text/html"}
    entered = proxy.post("/video/console/sign-in", data=form, headers=origin)
    assert entered.headers["location"] == "/video/console/media"
    assert "Path=/video;" in f"{entered.headers['set-cookie']};"
    page = proxy.get("/video/console/media", headers=HTML)
    assert "<h1>Media</h1>" in page.text
    for each in re.findall(r'(?:href|src)="(/[^"]*/static/[^"]+)"', page.text):
        assert proxy.get(each).status_code == 200, each
    with proxy.stream("GET", "/video/console/live/events") as stream:
        assert next(stream.iter_lines()).startswith("retry:")
    left = proxy.post("/video/console/sign-out", data={"x": ""}, headers=origin)
    assert left.headers["location"] == "/video/console/sign-in"
    foreign = {"origin": "https://evil.example"}
    assert proxy.post("/video/console/sign-in", data=form, headers=foreign).status_code == 403


def test_caddy_keeps_the_console_closed_unless_told(tmp_path: Path) -> None:
    """Without RELAY_CONSOLE no path leads there."""
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = (tool("caddy"), "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    assert "/console" not in checked(*command, environment=environment)


def test_nginx_opens_what_it_is_told_to(
    relay: Live, by_nginx: httpx.Client, tmp_path: Path
) -> None:
    """Nothing of the console as the file stands, or shared links alone."""
    file = NGINX.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{relay.port}")
    file = file.replace("127.0.0.1:8001", internal(relay))
    link = "/video/console/shared/x"
    sheet = re.findall(
        r'href="([^"]+console\.css)"', by_nginx.get("/video/console/sign-in", headers=HTML).text
    )[0]
    with nginx(file, tmp_path, free_port(), SCRIPT) as closed:
        answers = [closed.get(each, headers=HTML) for each in ("/video/console", link, sheet)]
        assert all("nginx" in each.text and each.status_code == 404 for each in answers)
    file = file.replace("$relay_console closed;", "$relay_console shared;")
    with nginx(file, tmp_path, free_port(), SCRIPT) as shared:
        assert "take the whole link" in shared.get(link, headers=HTML).text
        assert shared.get(sheet).status_code == 200
        assert shared.get("/video/console/sign-in", headers=HTML).status_code == 404
        assert shared.get("/video/console/shared/../media", headers=HTML).status_code == 404


def test_traefik_has_routes_to_what_there_is() -> None:
    """Debian has no Traefik to run: what its file names is there, and the console is closed."""
    (file,) = documents(TRAEFIK)
    http = file["http"]
    for router in http["routers"].values():
        assert router["service"] in http["services"]
        assert {*router["middlewares"]} <= http["middlewares"].keys()
    assert http["routers"]["playrelay-console"]["rule"] == "Host(`console.invalid`)"
    rule = http["routers"]["playrelay"]["rule"]
    assert set(re.findall(r"`(/[^`]+)`", rule)) == {
        "/video/v1/progress",
        "/video/playrelay.js",
        "/video/playrelay.js.map",
        "/video/adapters/",
        "/video/builds/",
    }


def test_a_browser_walks_below_the_path(by_caddy: httpx.Client) -> None:
    """Signs in, goes from page to page, sees plays arrive, shares a medium, and signs out."""
    address = str(by_caddy.base_url).rstrip("/")
    ping = {**PLAY, "sessionId": "walk", "mediaName": "A walk"}
    by_caddy.post("/video/v1/progress", json=ping, headers={"origin": SITE})
    with chromium() as browser:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        strayed: list[str] = []
        page.on(
            "request",
            lambda asked: (
                strayed.append(asked.url)
                if urlsplit(asked.url).netloc and not urlsplit(asked.url).path.startswith("/video/")
                else None
            ),
        )
        page.goto(f"{address}/video/console/live")
        page.get_by_label("The console's password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#connection")).to_have_text("Live")
        expect(page.locator(".play").filter(has_text="A walk")).to_have_count(1)
        (cookie,) = context.cookies()
        assert cookie.get("name") == "__Secure-playrelay"
        assert cookie.get("path") == "/video"
        page.get_by_role("navigation").get_by_role("link", name="Media").click()
        page.get_by_role("link", name="A walk").click()
        page.get_by_role("button", name="Create a link").click()
        link = page.locator("#made-link").inner_text()
        assert link.startswith(f"{address}/video/console/shared/")
        page.get_by_role("navigation").get_by_role("link", name="Embed").click()
        expect(page.locator("#snippet-text")).to_contain_text(f'src="{address}{SCRIPT}"')
        page.get_by_label("Consent").select_option("manual")
        expect(page.locator("#snippet-text")).to_contain_text('data-consent="manual"')
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("h1")).to_have_text("Sign in")
        page.goto(link)
        expect(page.locator("h1")).to_have_text("A walk")
        assert strayed == []
        context.close()
