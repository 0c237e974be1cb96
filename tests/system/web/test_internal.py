"""Operators' addresses on a port of their own: the public one does not know them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.ports import free_port
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import Live, live_relay, settings_for

OPERATORS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/console",
    "/console/audit",
    "/demo",
)


@pytest.fixture(scope="module")
def port() -> int:
    """The internal one."""
    return free_port()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Live]:
    """A relay with both ports."""
    folder: Path = tmp_path_factory.mktemp("internal")
    with live_relay(settings_for(folder, internal_port=port)) as relay:
        yield relay


@pytest.mark.parametrize("path", OPERATORS)
def test_operators_addresses_are_on_the_internal_port_alone(
    live: Live, port: int, path: str
) -> None:
    """The public port does not answer them, by whatever Host; the internal one does."""
    for host in ("localhost", f"localhost:{port}"):
        public = live.client.get(path, headers={"host": host})
        assert public.status_code == 404
        assert public.json()["reason"] == "not_found"
    assert httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200


def test_what_pages_need_stays_public(live: Live) -> None:
    """The script and the pings."""
    assert live.client.get("/playrelay.js").status_code == 200
    assert live.client.post(PATH, json=PLAY).status_code == 202


def test_without_an_internal_port_the_public_one_answers(tmp_path: Path) -> None:
    """Without an internal port the public port answers them."""
    with live_relay(settings_for(tmp_path)) as live:
        assert {live.client.get(path).status_code for path in OPERATORS} == {200}
