"""The reverse proxy, run: TLS, and of the relay no more than pages need."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.ports import free_port
from tests.project.deploy.files import DEPLOY, checked, tool
from tests.project.deploy.proxies import caddy
from tests.system.collect.test_progress import PLAY
from tests.system.live.relay import Live, live_relay, settings_for

CADDYFILE = DEPLOY / "caddy" / "Caddyfile"
SITE = "https://www.example.com"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One ping a minute from an address, as the proxy tells it."""
    settings = settings_for(
        tmp_path_factory.mktemp("relay"),
        allowed_origins=(SITE,),
        trusted_proxies=("127.0.0.0/8", "::1"),
        pings_per_minute=1,
    )
    with live_relay(settings) as live:
        yield live


@pytest.fixture(scope="module")
def proxy(relay: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Caddy with the file as it stands."""
    home, port = tmp_path_factory.mktemp("caddy"), free_port()
    settings = {
        "RELAY_HOST": f"https://localhost:{port}",
        "RELAY_UPSTREAM": "localhost",
        "RELAY_PORT": str(relay.port),
    }
    with caddy(CADDYFILE, home, port, "/playrelay.js", **settings) as client:
        yield client


def test_the_file_is_sound(tmp_path: Path) -> None:
    """Caddy accepts the file, with the name that compose passes."""
    environment = {**os.environ, "HOME": str(tmp_path), "RELAY_HOST": "relay.example.com"}
    command = (tool("caddy"), "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    assert "Valid configuration" in checked(*command, environment=environment)


@pytest.mark.parametrize("path", ["/playrelay.js", "/adapters/frames.js"])
def test_what_pages_need_comes_through(proxy: httpx.Client, path: str) -> None:
    """The script and what it loads, compressed as the relay has it."""
    answer = proxy.get(path, headers={"accept-encoding": "br"})
    assert answer.status_code == httpx.codes.OK
    assert answer.headers["content-encoding"] == "br"


@pytest.mark.parametrize(
    "path", ["/", "/demo", "/console", "/metrics", "/readyz", "/healthz", "/openapi.json"]
)
def test_what_is_for_operators_does_not(proxy: httpx.Client, relay: Live, path: str) -> None:
    """The relay would answer; the proxy does not ask it."""
    assert relay.client.get(path).status_code != httpx.codes.NOT_FOUND
    assert proxy.get(path).status_code == httpx.codes.NOT_FOUND


def test_pings_come_through_with_whose_they_are(proxy: httpx.Client) -> None:
    """The Origin is the page's, and the rate is counted by the visitor's true address."""
    headers = {"origin": SITE}
    taken = proxy.post("/v1/progress", json=PLAY, headers=headers)
    assert taken.status_code == httpx.codes.ACCEPTED
    assert taken.headers["access-control-allow-origin"] == SITE
    faked = {**headers, "x-forwarded-for": "198.51.100.7"}
    again = proxy.post("/v1/progress", json=PLAY, headers=faked)
    assert again.status_code == httpx.codes.TOO_MANY_REQUESTS


@pytest.mark.parametrize(
    "console", [None, "", "/console /console/*"], ids=["closed", "empty", "opened"]
)
def test_the_console_is_opened_on_purpose(tmp_path: Path, console: str | None) -> None:
    """RELAY_CONSOLE names the paths that lead to the internal port; without it there are none."""
    environment = {**os.environ, "HOME": str(tmp_path)}
    if console is not None:
        environment["RELAY_CONSOLE"] = console
    command = (tool("caddy"), "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    adapted = checked(*command, environment=environment)
    paths = re.findall(r'"path":(\[[^]]*\])', adapted)
    opened = [each for each in map(json.loads, paths) if "/v1/progress" not in each]
    assert opened == [["/-", *(console or "").split()]]
    assert '"port":"8001"' in adapted
