"""`events define` against a HubSpot stand-in: what is there, what is missing, what is made."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.hubspot.custom_events import NAME, PROPERTIES
from app.sandbox.config import ALL_SCOPES, DEFINITIONS_SCOPE
from app.sandbox.names import SANDBOX_EVENT
from tests.processes.relay import CONTACT, Relay
from tests.processes.sandbox import TOKEN, Sandbox
from tests.processes.waiting import until

DEFINITIONS = "/events/2026-03/event-definitions"


@pytest.fixture
def hubspot(tmp_path: Path) -> Iterator[Sandbox]:
    """A HubSpot of the test's own, for definitions stay in it."""
    with Sandbox(tmp_path / "hubspot") as sandbox:
        sandbox.start()
        sandbox.up()
        yield sandbox


@pytest.fixture
def relay(tmp_path: Path, hubspot: Sandbox) -> Iterator[Relay]:
    """A relay's settings; nothing runs."""
    with Relay(tmp_path / "relay", hubspot.address) as relay:
        yield relay


def properties(hubspot: Sandbox) -> list[str]:
    """Those of the definition that stands there now."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    found = httpx.get(f"{hubspot.address}{DEFINITIONS}/{NAME}", headers=headers)
    return [each["name"] for each in found.raise_for_status().json()["properties"]]


def test_the_definition_is_made_once(relay: Relay, hubspot: Sandbox) -> None:
    """A dry run makes nothing; then all is made; again, it says what is there and what to set."""
    dry = relay.verb("events", "define", "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert f"HubSpot has no event {NAME}" in dry.stdout
    made = relay.verb("events", "define")
    assert (made.returncode, made.stderr) == (0, "")
    assert f"event {NAME} created" in made.stdout
    assert properties(hubspot) == list(PROPERTIES)
    again = relay.verb("events", "define")
    assert again.returncode == 0
    assert "made" not in again.stdout
    assert f"set PLAYRELAY_HUBSPOT_EVENT_NAME={SANDBOX_EVENT}" in again.stdout


def test_what_it_lacks_is_added(relay: Relay, hubspot: Sandbox) -> None:
    """A definition of an earlier release, or one that somebody has changed."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    few = [{"name": "title", "label": "Title", "type": "string"}]
    body = {"label": "x", "name": NAME, "includeDefaultProperties": False}
    httpx.post(
        f"{hubspot.address}{DEFINITIONS}",
        json={**body, "propertyDefinitions": few},
        headers=headers,
    ).raise_for_status()
    assert "property percent is missing" in relay.verb("events", "define", "--dry-run").stdout
    done = relay.verb("events", "define")
    assert "property percent added" in done.stdout
    assert set(properties(hubspot)) == set(PROPERTIES)


def test_a_missing_scope_is_named(relay: Relay, hubspot: Sandbox) -> None:
    """The missing scope is reported in one line, with the one that sending needs."""
    hubspot.world(scopes=sorted(ALL_SCOPES - {DEFINITIONS_SCOPE}))
    refused = relay.verb("events", "define")
    assert refused.returncode == 1
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert f"defining needs the scope {DEFINITIONS_SCOPE}" in line


def test_a_property_of_another_type_is_left_to_a_person(relay: Relay, hubspot: Sandbox) -> None:
    """Its values may be in reports."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    odd = [{"name": "percent", "label": "Percent", "type": "string"}]
    body = {"label": "x", "name": NAME, "includeDefaultProperties": False}
    httpx.post(
        f"{hubspot.address}{DEFINITIONS}",
        json={**body, "propertyDefinitions": odd},
        headers=headers,
    ).raise_for_status()
    refused = relay.verb("events", "define")
    assert refused.returncode == 1
    assert "property percent of playrelay_media is a string, not a number" in refused.stderr
    assert properties(hubspot) == ["percent"]


def test_custom_events_need_the_definitions_name(relay: Relay) -> None:
    """A relay that delivers does not start without; the commands that lead there do their work."""
    wanted = {"PLAYRELAY_DESTINATIONS": "media-bridge,custom-events"}
    refused = relay.verb("serve", **wanted)
    assert refused.returncode != 0
    assert (
        "PLAYRELAY_HUBSPOT_EVENT_NAME: the destination custom-events needs it: playrelay events "
        "define prints it"
    ) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert relay.verb("events", "define", **wanted).returncode == 0
    assert "PLAYRELAY_HUBSPOT_EVENT_NAME is not set" in relay.verb("doctor", **wanted).stdout


def test_what_is_defined_is_sent(relay: Relay, hubspot: Sandbox) -> None:
    """With the name that the command prints, plays arrive at both destinations."""
    assert relay.verb("events", "define").returncode == 0
    relay.settings["PLAYRELAY_DESTINATIONS"] = "media-bridge,custom-events"
    relay.settings["PLAYRELAY_HUBSPOT_EVENT_NAME"] = SANDBOX_EVENT
    relay.settings["PLAYRELAY_IDENTITY"] = "passthrough"
    relay.started()
    relay.watch("s1", 30, contactUtk=CONTACT)
    until("both have both milestones", lambda: hubspot.state()["kept_custom"] == 2)
    assert hubspot.state()["kept"] == 2
    assert relay.metric("playrelay_destination_depth", destination="custom-events") == 2
    assert "custom-events: 2 of 2 events on contact" in relay.verb("why", "s1").stdout
