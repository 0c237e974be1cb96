"""Every error is a problem whose status is the answer's."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.console.setting import PASSWORD
from tests.system.live.relay import live_relay, settings_for


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A relay whose console has a password."""
    folder: Path = tmp_path_factory.mktemp("problems")
    with live_relay(settings_for(folder, console_password=PASSWORD)) as live:
        yield live.client


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/console", 401, "unauthorized"),
        ("POST", "/console/why", 401, "unauthorized"),
        ("GET", "/demo", 401, "unauthorized"),
        ("GET", "/demo/events", 401, "unauthorized"),
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/adapters/none.js", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("DELETE", "/v1/progress", 405, "method_not_allowed"),
        ("POST", "/console/sign-in", 403, "forbidden"),
    ],
)
def test_status_and_reason_agree(
    guarded: httpx.Client, method: str, path: str, status: int, reason: str
) -> None:
    """The answer and its body agree, for routes of every kind."""
    answer = guarded.request(method, path)
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["reason"]) == (status, status, reason)
    assert body["instance"] == answer.headers["x-request-id"]


def test_an_address_that_is_none(guarded: httpx.Client) -> None:
    """The answer says where pings go: most who get it have misspelt that."""
    for path in ("/progress", "//v1/progress", "/V1/progress"):
        detail = guarded.post(path, json={}).json()["detail"]
        assert detail == "there is nothing at this address: pings go to POST /v1/progress"


def test_all_faults_of_a_request_are_named_at_once(guarded: httpx.Client) -> None:
    """All faults are named with their fields, not only the first."""
    answer = guarded.post(
        "/console/why", json={"who": "", "limit": 1000, "x": 1}, auth=("", PASSWORD)
    )
    assert answer.status_code == 422
    for field in ("who", "limit", "x"):
        assert f"{field}: " in answer.json()["detail"]
