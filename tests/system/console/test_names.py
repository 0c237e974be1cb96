"""Contacts' names in the console: off unless wanted, kept sealed, and erased with the contact."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from app.sandbox.app import create_sandbox
from app.sandbox.config import EVENTS_SCOPE, SandboxConfig
from tests.system.console.setting import HTML, PASSWORD, sign_in
from tests.system.live.relay import Live, live_relay, settings_for
from tests.unit.sandbox.live import LiveSandbox

T = TypeVar("T")

KEY = "k" * 43 + "="
KNOWN = "0" * 32
NAMES = {"sandbox": True, "console_names": ("name", "email"), "secret_key": KEY}


def until(found: Callable[[], T]) -> T:
    """Ask until there is an answer; each question takes its time, so none is slept."""
    for _ in range(20_000):
        if answer := found():
            return answer
    raise AssertionError("it never came")


def watched(live: Live) -> tuple[str, str]:
    """A contact plays something; its number, and the first page that lists it."""
    live.client.headers.update(HTML)
    ping = {"sessionId": "one", "externalId": "film", "contactUtk": KNOWN, "playedPercent": 60}
    page = {"pageUrl": "https://x.test/a", "duration": 90}
    assert live.client.post("/v1/progress", json={**ping, **page}).status_code == 202
    listed = re.compile(r'/console/people/(\d+)"')
    text = until(lambda: text if listed.search(text := who_watched(live)) else "")
    return listed.findall(text)[0], text


def who_watched(live: Live) -> str:
    """The list."""
    return live.client.get("/console/people?medium=1").text


def test_names_are_off_unless_wanted(tmp_path: Path) -> None:
    """Numbers alone, and nobody is asked."""
    with live_relay(settings_for(tmp_path, sandbox=True)) as live:
        contact, text = watched(live)
        store = next(iter(live.app.state.relay.accounts.values()))
        asked = store.metrics.registry.get_sample_value(
            "playrelay_hubspot_budget_total", {"use": "names"}
        )
    assert f">Contact {contact}</a>" in text
    assert "<code>PLAYRELAY_CONSOLE_NAMES=name</code>" in text
    assert not asked


def test_names_show_once_hubspot_has_told_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names show in the list and on both pages, but in no file, address, log or store."""
    with live_relay(settings_for(tmp_path, **NAMES)) as live:
        contact, text = watched(live)
        assert "Names are being loaded from HubSpot" in text
        shown = re.compile(rf'/console/people/{contact}">(\w+ \w+) \((\S+@sandbox\.example)\)<')
        name, email = until(lambda: shown.findall(who_watched(live)))[0]
        page = live.client.get(f"/console/people/{contact}").text
        assert f"<h1>{name} ({email})</h1>" in page
        assert f"Contact {contact}. What this contact has watched" in page
        assert name in live.client.get("/console/media/1").text
        assert name not in live.client.get("/console/people.csv").text
        assert "Contact 9" in live.client.get("/console/people/9").text
    with closing(sqlite3.connect(next(tmp_path.glob("*.db")))) as db:
        kept = db.execute("SELECT contact FROM contact_names").fetchall()
    assert kept == [(int(contact),)], "of who watched nothing no name is asked for"
    for file in tmp_path.iterdir():
        assert name.encode() not in file.read_bytes()
        assert email.encode() not in file.read_bytes()
    said = "".join(capfd.readouterr())
    assert name not in said
    assert email not in said


def test_without_the_scope_it_is_said_what_to_add(tmp_path: Path) -> None:
    """Contacts stand under their numbers, as without the setting."""
    world = SandboxConfig(scopes=frozenset({EVENTS_SCOPE}))
    with LiveSandbox(create_sandbox(world, time.time)) as hubspot:
        settings = settings_for(
            tmp_path,
            hubspot_access_token=world.credentials.access_token,
            hubspot_base_url=hubspot.url,
            allowed_origins=("*",),
            identity="passthrough",
            console_password=PASSWORD,
            console_names=("name",),
            secret_key=KEY,
        )
        with live_relay(settings) as live:
            live.client.headers.update(HTML)
            sign_in(live.client)
            contact, _ = watched(live)
            until(lambda: "give the app the scope crm.objects.contacts.read" in who_watched(live))
            assert f">Contact {contact}</a>" in who_watched(live)
