"""`POST /console/why`, and who may ask."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.console.setting import PASSWORD
from tests.system.live.relay import live_relay, settings_for

TOKEN = {"hubspot_access_token": "token", "allowed_origins": ("https://www.example.com",)}
ASKED = {"who": "session"}
PING = {"sessionId": "session", "mediaBridgeId": 42, "pageId": 5, "playedPercent": 30}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A relay in sandbox mode, without a password."""
    with live_relay(settings_for(tmp_path_factory.mktemp("relay"))) as live:
        yield live.client


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A relay with a token and a password; HubSpot is nowhere."""
    folder = tmp_path_factory.mktemp("guarded")
    nowhere = {"hubspot_base_url": "http://127.0.0.1:9", "console_password": PASSWORD}
    with live_relay(settings_for(folder, **TOKEN, **nowhere)) as live:
        yield live.client


def test_a_play_is_told(relay: httpx.Client) -> None:
    """The same words as on the command line, as JSON that nobody keeps."""
    assert relay.post("/v1/progress", json=PING).status_code == 202
    plays = []
    for _ in range(10_000):
        if plays := relay.post("/console/why", json=ASKED).json()["plays"]:
            break
    assert plays[0]["title"] == "medium 42, on page 5 (session session)"
    assert plays[0]["verdict"].startswith(
        "2 milestones reached, but not sent: the visitor has no identity"
    )
    answer = relay.post("/console/why", json=ASKED)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "who"),
        ({"who": ""}, "who"),
        ({"who": "x", "limit": 0}, "limit"),
        ({"who": "x", "y": 1}, "y"),
        ({"who": "x", "account": "nobody's"}, "account"),
    ],
)
def test_a_bad_question(relay: httpx.Client, body: dict[str, object], field: str) -> None:
    """The answer is a problem like any other of the relay's, and names the field that is wrong."""
    answer = relay.post("/console/why", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "invalid"
    assert answer.json()["detail"].startswith(f"{field}: ")


def test_other_sites_can_not_ask(relay: httpx.Client) -> None:
    """A body that any page may send without a preflight, a form or plain text, is refused."""
    plain = relay.post(
        "/console/why", content=b'{"who": "session"}', headers={"content-type": "text/plain"}
    )
    assert plain.status_code in {415, 422}
    preflight = relay.options(
        "/console/why",
        headers={"origin": "https://evil.example", "access-control-request-method": "POST"},
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_another_name_for_this_machine_is_refused(relay: httpx.Client) -> None:
    """A page whose name was made to lead to this machine is still another's."""
    answer = relay.post("/console/why", json=ASKED, headers={"host": "evil.example"})
    assert answer.status_code == 403


def test_without_a_password_there_is_no_console(tmp_path: Path) -> None:
    """With a token and no password the answer says how to open it."""
    with live_relay(settings_for(tmp_path, **TOKEN)) as live:
        answer = live.client.post("/console/why", json=ASKED)
    assert answer.status_code == 404
    assert "PLAYRELAY_CONSOLE_PASSWORD" in answer.json()["detail"]


def test_the_password_opens(guarded: httpx.Client) -> None:
    """HTTP Basic opens it under any user name; without it, the browser asks for the password."""
    closed = guarded.post("/console/why", json=ASKED)
    assert closed.status_code == 401
    assert closed.headers["www-authenticate"].startswith("Basic ")
    opened = guarded.post("/console/why", json=ASKED, auth=("anybody", PASSWORD))
    assert opened.json() == {"plays": []}


def test_guessing_does_not_keep_the_right_password_out(guarded: httpx.Client) -> None:
    """After ten wrong passwords each attempt is delayed; the right one still passes."""
    guesses = [
        guarded.post("/console/why", json=ASKED, auth=("x", f"guess {n}")).status_code
        for n in range(11)
    ]
    assert guesses == [401] * 11
    assert guarded.post("/console/why", json=ASKED, auth=("x", PASSWORD)).status_code == 200
