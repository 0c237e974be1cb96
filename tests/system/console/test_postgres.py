"""The same pages on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.browser.console_kit import PAGES
from tests.store.postgres.shared import postgres_url
from tests.system.console.setting import HTML, PASSWORD, sign_in
from tests.system.console.test_outsiders import CLOSED, Door
from tests.system.console.test_pages import until
from tests.system.live.relay import live_relay, settings_for
from tests.system.sites.town import account


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser that is signed in where a play has been folded, in a schema of its own."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    name = f"console-{uuid4().hex[:12]}"
    sites = folder / "sites.toml"
    sites.write_text(account(name, "http://127.0.0.1:9", "token"))
    given = {"database_url": postgres_url(), "sites": sites, "console_password": PASSWORD}
    with live_relay(settings_for(folder, **given)) as live:
        live.client.headers.update(HTML)
        sign_in(live.client)
        ping = {"sessionId": "s7", "externalId": "film", "mediaName": "On PostgreSQL"}
        page = f"https://www.{name}.example"
        progress = {"playedPercent": 30, "watched": [[1, 3], [0, 7]], "pageUrl": f"{page}/x"}
        sent = live.client.post("/v1/progress", json={**ping, **progress}, headers={"origin": page})
        assert sent.status_code == 202
        until(lambda: "On PostgreSQL" in live.client.get("/console/live").text)
        yield live.client


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_there(client: httpx.Client, path: str) -> None:
    """Each page answers, and pages that list plays show the play."""
    answer = client.get(path.format(family="x"))
    assert answer.status_code == 200
    if any(word in path for word in ("live", "media", "play?")):
        assert "On PostgreSQL" in answer.text


def test_a_change_is_written_down(client: httpx.Client) -> None:
    """A change is recorded even if nothing was changed."""
    everything = {"all": "yes"}
    started = client.post("/console/rejected/requeue", data=everything)
    until(lambda: "Done." in client.get(started.headers["location"]).text)
    assert "requeue rejected" in client.get("/console/audit").text


NUL = "a\0b"


@pytest.mark.parametrize("door", CLOSED, ids=" ".join)
def test_no_route_asks_postgresql_for_what_it_has_no_letter_for(
    client: httpx.Client, door: Door
) -> None:
    """Text with U+0000 is a fault of the question, and none of the store."""
    if door.path == "/console/why":
        answer = client.post(door.path, json={"who": NUL})
    elif door.method == "POST":
        answer = client.post(door.path, data={"who": NUL})
    else:
        answer = client.get(door.path, params={"session": NUL, "family": NUL})
    assert answer.status_code == 422


def test_a_program_is_told_what_to_leave_out(client: httpx.Client) -> None:
    """A program's request in JSON is refused with the field and the remedy."""
    answer = client.post("/console/why", json={"who": NUL}, headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "who: leave out the control character U+0000"
