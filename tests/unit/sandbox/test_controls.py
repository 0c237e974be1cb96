"""Another process can see and change the sandbox over HTTP, and an app can mount it."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.sandbox.state import Sandbox
from tests.unit.sandbox.setting import PLAYED, STRANGER_UTK, Clock, percent, played, without


async def test_the_world_can_be_changed_field_by_field(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Named fields are replaced and take effect at once; the others stay."""
    event = without(played(contactUtk=STRANGER_UTK), "contactId")
    assert (await http.post(PLAYED, json=event)).status_code == 400
    changes = {"utks": {STRANGER_UTK: 5}, "merged": {"5": 6}, "rate": 50}
    changed = await http.put("/sandbox/world", json=changes)
    assert changed.status_code == 200
    assert changed.json()["rate"] == 50
    assert (await http.post(PLAYED, json=event)).json()["contactId"] == 6
    await http.put("/sandbox/world", json={"unknown_utk": "silent"})
    assert sandbox.config.utks == {STRANGER_UTK: 5}


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"rate": -1},
        {"unknown_utk": "perhaps"},
        {"time_zone": "Nowhere/Land"},
        {"merged": {"1": 2, "2": 3}},
        {"credentials": {"access_token": "mine"}},
    ],
)
async def test_an_impossible_world_is_refused(
    http: httpx.AsyncClient, sandbox: Sandbox, changes: dict[str, Any]
) -> None:
    """A wrong field is a 422, and the world stays what it was."""
    before = sandbox.config
    assert (await http.put("/sandbox/world", json=changes)).status_code == 422
    assert sandbox.config is before


async def test_no_control_shows_a_secret(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """Neither the world, the state nor the requests show a token or the client's secret."""
    await http.post(PLAYED, json=played(), params={"access_token": "sandbox-access-token"})
    shown = [await http.put("/sandbox/world", json={})]
    shown += [await http.get(f"/sandbox/{each}") for each in ("state", "requests", "events")]
    for answer in shown:
        assert answer.status_code == 200
        assert "sandbox-access-token" not in answer.text
        assert "sandbox-client-secret" not in answer.text
    assert "sandbox-client-secret" not in repr(sandbox.config)


async def test_events_are_listed_and_forgotten(http: httpx.AsyncClient, clock: Clock) -> None:
    """Kept events stand in order of arrival; `after` skips those already seen."""
    for number in range(3):
        await http.post(PLAYED, json=played() | {"sessionId": f"s{number}"})
        clock.now += 1
    listed = (await http.get("/sandbox/events")).json()
    assert listed[0] == {
        "seq": 1,
        "arrived_ms": 1_790_000_000_000,
        "event": "media-played",
        "body": played() | {"sessionId": "s0"},
        "contact_id": 7,
        "media_bridge_id": 42,
    }
    assert [each["seq"] for each in listed] == [1, 2, 3]
    newer = (await http.get("/sandbox/events", params={"after": 2})).json()
    assert newer == listed[2:]
    assert (await http.delete("/sandbox/events")).status_code == 204
    assert (await http.get("/sandbox/events")).json() == []


async def test_the_state_counts(http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock) -> None:
    """The state has what was kept, silent and answered, the peak, and how often faults struck."""
    sandbox.config = sandbox.config.changed({"unknown_utk": "silent"})
    await http.put("/sandbox/faults", json=[{"status": 503, "times": 1}])
    await http.post(PLAYED, json=played())
    clock.now += 10
    await http.post(PLAYED, json=played())
    await http.post(PLAYED, json=without(played(contactUtk=STRANGER_UTK), "contactId"))
    await http.post(PLAYED, json=percent())
    state = (await http.get("/sandbox/state")).json()
    [rule] = state.pop("faults")
    assert (rule["fault"]["status"], rule["fired"]) == (503, 1)
    assert state == {
        "kept": 1,
        "kept_custom": 0,
        "silent": 1,
        "requests": 4,
        "statuses": {"503": 1, "200": 2, "400": 1},
        "rate": 110,
        "window_seconds": 10,
        "peak_in_window": 3,
    }


async def test_the_sandbox_shows_no_documentation_pages(http: httpx.AsyncClient) -> None:
    """The sandbox serves no documentation pages, like HubSpot's API."""
    for path in ("/docs", "/redoc", "/openapi.json", "/"):
        assert (await http.get(path)).status_code == 404


async def test_the_sandbox_can_be_mounted(app: FastAPI, sandbox: Sandbox) -> None:
    """Under a prefix of another application, events, faults and controls work the same."""
    outer = FastAPI()
    outer.mount("/hubspot", app)
    headers = {"Authorization": f"Bearer {sandbox.config.credentials.access_token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(outer), base_url="http://relay/hubspot", headers=headers
    ) as http:
        await http.put("/sandbox/faults", json=[{"path": PLAYED, "status": 503, "times": 1}])
        answers = [(await http.post(PLAYED, json=played())).status_code for _ in range(2)]
        assert answers == [503, 200]
        assert (await http.get("/sandbox/state")).json()["requests"] == 2
    assert [seen.path for seen in sandbox.ledger.requests] == [PLAYED, PLAYED]
