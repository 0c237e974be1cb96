"""The console is loaded by the first request to it."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.web.console import is_for_console
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import live_relay, settings_for
from tests.system.web.test_every_route import endpoints


@pytest.mark.parametrize("first", ["/console", "/openapi.json", "/api/v1/media", "/"])
def test_the_first_request_to_the_console_loads_it(tmp_path: Path, first: str) -> None:
    """Pings, health checks, scripts and unknown paths leave it unloaded; its own paths load it."""
    with live_relay(settings_for(tmp_path, console_password="a long enough one")) as live:
        assert live.client.post(PATH, json=PLAY).status_code == 202
        for path in ("/healthz", "/readyz", "/metrics", "/playrelay.js", "/nowhere"):
            live.client.get(path)
        assert live.app.settings is not None
        live.client.get(first)
        assert live.app.settings is None
        assert live.client.get("/console/sign-in").status_code == 200


def test_the_application_alone_loads_neither_console_nor_templates() -> None:
    """What is imported to serve pings has no part of the console."""
    code = "import sys, app.cli.serve, app.web.app; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    loaded = done.stdout.split()
    assert "app.web.app" in loaded
    assert not [name for name in loaded if name.startswith(("app.console", "jinja2"))]


def test_the_openapi_document_has_the_console_interface(tmp_path: Path) -> None:
    """Asked for first, it describes pings and the console's interface alike."""
    with live_relay(settings_for(tmp_path)) as live:
        paths = live.client.get("/openapi.json").json()["paths"]
    assert {PATH, "/api/v1/media", "/healthz"} <= paths.keys()


def test_every_address_that_it_adds_loads_it(tmp_path: Path) -> None:
    """A route elsewhere would be unknown until somebody opens the console."""
    with live_relay(settings_for(tmp_path, sandbox=True)) as live:
        before = {route.path for route in endpoints(live.app.routes)}
        live.app.load_console()
        after = {route.path for route in endpoints(live.app.routes)}
    added = after - before
    assert "/console/media" in added
    assert not [path for path in added if not is_for_console(path)]
    assert [path for path in before if is_for_console(path)]  # the demo, which the console guards
