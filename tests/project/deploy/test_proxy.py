"""The reverse proxy, run: TLS, and of the relay no more than pages need."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.ports import free_port
from tests.processes.waiting import until
from tests.project.deploy.files import DEPLOY, checked, tool
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
    """Caddy with the file as it stands; the certificate is of its own making."""
    caddy, home, port = tool("caddy"), tmp_path_factory.mktemp("caddy"), free_port()
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "RELAY_HOST": f"https://localhost:{port}",
        "RELAY_UPSTREAM": "localhost",
        "RELAY_PORT": str(relay.port),
    }
    # Only for the test: no ports of the machine's, and no certificate authority put into it.
    given = CADDYFILE.read_text().replace(
        "admin off", "admin off\n\tauto_https disable_redirects\n\tskip_install_trust", 1
    )
    file = home / "Caddyfile"
    file.write_text(given)
    command = [caddy, "run", "--config", str(file), "--adapter", "caddyfile"]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,  # noqa: S603 - the proxy
    ):
        try:
            root = home / "caddy" / "pki" / "authorities" / "local" / "root.crt"
            until(f"{home}/log: the certificate", root.exists)
            trusting = ssl.create_default_context(cafile=str(root))
            with httpx.Client(base_url=f"https://localhost:{port}", verify=trusting) as client:
                until(f"{home}/log: it answers", lambda: _answers(client))
                yield client
        finally:
            process.terminate()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/playrelay.js").is_success
    except httpx.HTTPError:
        return False


def test_the_file_is_sound(tmp_path: Path) -> None:
    """By Caddy's own word, with the name as compose hands it over."""
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
