"""Sample plays fill the sandbox, and nothing else."""

import re
from pathlib import Path

import httpx

from app.demo.sample import PLAYS
from tests.system.console.setting import HTML, PASSWORD, relay, sign_in
from tests.system.live.relay import live_relay, settings_for


def plays(client: httpx.Client) -> int:
    """The number of plays on the page Media."""
    found = re.search(r"<dt>Plays</dt><dd>(\d+)<", client.get("/console/media?days=90").text)
    return int(found[1]) if found else 0


def fill(client: httpx.Client) -> None:
    """Press the button, and wait until its job is done."""
    job = client.post("/console/sample", data={"x": ""}).headers["location"]
    for _ in range(2_000):  # each question takes its time, so none is slept
        if "Done." in client.get(job).text:
            return
    raise AssertionError("it was never done")


def test_the_sandbox_is_filled(tmp_path: Path) -> None:
    """The sandbox gets plays of several media; filling it again adds nothing."""
    with live_relay(settings_for(tmp_path)) as live:
        live.client.headers.update(HTML)
        assert "Fill with sample plays" in live.client.get("/console").text
        fill(live.client)
        for _ in range(2_000):
            if plays(live.client) == PLAYS:
                break
        fill(live.client)
        fresh = {"sessionId": "fresh", "externalId": "fresh", "pageUrl": "https://x.test/"}
        assert live.client.post("/v1/progress", json=fresh).status_code == 202
        for _ in range(2_000):  # what came before it is counted by then
            if "fresh" in live.client.get("/console/live").text:
                break
        assert plays(live.client) == PLAYS + 1


def test_elsewhere_there_is_no_such_thing(tmp_path: Path) -> None:
    """Sample plays never go to HubSpot."""
    with relay(tmp_path, console_password=PASSWORD) as live:
        sign_in(live.client)
        assert "sample plays" not in live.client.get("/console").text
        assert live.client.post("/console/sample", data={"x": ""}).status_code == 404
