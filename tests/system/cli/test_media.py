"""`media` against a real store and a HubSpot stand-in: listed, matched, registered, used."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes.relay import CONTACT, Relay
from tests.processes.sandbox import TOKEN, Sandbox
from tests.processes.waiting import until

OBJECTS = "/media-bridge/2026-09/objects"
APP = ("--app-id", "4242002")
FILM = "https://cdn.example.com/film.mp4"


@pytest.fixture
def hubspot(tmp_path: Path) -> Iterator[Sandbox]:
    """A HubSpot of the test's own, for media stay in it."""
    with Sandbox(tmp_path / "hubspot") as sandbox:
        sandbox.start()
        sandbox.up()
        yield sandbox


@pytest.fixture
def relay(tmp_path: Path, hubspot: Sandbox) -> Iterator[Relay]:
    """A relay in front of it."""
    with Relay(tmp_path / "relay", hubspot.address, identity="passthrough").started() as relay:
        yield relay


def make(hubspot: Sandbox, **fields: object) -> int:
    """An object that stands at HubSpot already."""
    body = {"mediaType": "VIDEO", **fields}
    headers = {"authorization": f"Bearer {TOKEN}"}
    answer = httpx.post(f"{hubspot.address}{OBJECTS}", json=body, headers=headers)
    return int(answer.raise_for_status().json()["id"])


def objects(hubspot: Sandbox, kind: str = "VIDEO") -> list[dict[str, Any]]:
    """The media objects that HubSpot has now."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    address = f"{hubspot.address}{OBJECTS}/{kind}"
    found = httpx.get(address, params={"limit": "100"}, headers=headers).raise_for_status().json()
    return list(found["results"])


def watch(relay: Relay, session: str, percent: int = 30, **fields: object) -> None:
    """A play that has been folded, of a medium of which the page says only these."""
    body = {
        "sessionId": session,
        "mediaType": "VIDEO",
        "contactUtk": CONTACT,
        "pageUrl": "https://www.example.com/",
        "pageName": "Page",
        "playedPercent": percent,
        **fields,
    }
    assert relay.post(body).status_code == httpx.codes.ACCEPTED
    until("it is folded", relay.idle)


def sent(hubspot: Sandbox, session: str) -> dict[str, Any]:
    """The body of what HubSpot got last of a session."""
    bodies = [kept["body"] for kept in hubspot.events() if kept["body"]["sessionId"] == session]
    return dict(bodies[-1])


def test_listed_matched_and_used(relay: Relay, hubspot: Sandbox) -> None:
    """Media match by externalId, address and name, and the running fold uses the result."""
    launch = make(hubspot, title="The launch", externalId="launch")
    film = make(hubspot, title="The film", fileUrl=FILM)
    talk = make(hubspot, title="The talk")
    make(hubspot, title="Never played")
    watch(relay, "s1", externalId="launch")
    watch(relay, "s2", mediaUrl=FILM)
    watch(relay, "s3", externalId="talk-1", mediaName="The talk")
    watch(relay, "s4", externalId="nobodys", mediaName="Nobody's")
    assert "mediaBridgeId" not in sent(hubspot, "s1")

    synced = relay.verb("media", "sync")
    assert (synced.returncode, synced.stderr) == (0, "")
    assert "HubSpot has 4 media objects; of 4 media that pages reported 3 matched" in synced.stdout
    assert "Nobody's  → unmatched: externalId nobodys" in synced.stdout

    listed = relay.verb("media", "list").stdout
    assert f"→ {launch} The launch (by externalId)" in listed
    assert f"→ {film} The film (by url)" in listed
    assert f"→ {talk} The talk (by name)" in listed
    assert "Never played: never played" in listed
    listing = json.loads(relay.verb("media", "list", "--unmatched", "--json").stdout)
    assert [each["medium"]["name"] for each in listing["reported"]] == ["Nobody's"]
    assert len(listing["known"]) == 4

    relay.says('"count": 4')
    watch(relay, "s5", mediaUrl=FILM)
    assert sent(hubspot, "s5")["mediaBridgeId"] == film
    assert sent(hubspot, "s5")["mediaName"] == "The film"
    watch(relay, "s6", externalId="launch")
    assert sent(hubspot, "s6")["mediaBridgeId"] == launch


def test_the_operators_file_wins(tmp_path: Path, hubspot: Sandbox) -> None:
    """From the first fold after a start on, the file's word goes before HubSpot's."""
    launch = make(hubspot, title="As HubSpot has it", externalId="launch")
    file = tmp_path / "media.toml"
    file.write_text('[[media]]\nexternalId = "launch"\nmediaName = "As the file has it"\n')
    with Relay(
        tmp_path / "relay", hubspot.address, identity="passthrough", catalogue=str(file)
    ) as relay:
        assert relay.verb("media", "sync").returncode == 0
        relay.started()
        watch(relay, "s1", externalId="launch")
        body = sent(hubspot, "s1")
    assert (body["mediaBridgeId"], body["mediaName"]) == (launch, "As the file has it")


def test_nothing_is_registered_unasked(relay: Relay, hubspot: Sandbox) -> None:
    """Neither sync nor register registers media without permission; with it, each one once."""
    make(hubspot, title="Namesake")
    watch(relay, "s1", externalId="film-1", mediaName="The film", mediaUrl=FILM, duration=60)
    watch(relay, "s2", externalId="talk-1", mediaName="The talk")
    watch(relay, "s3", mediaUrl="https://cdn.example.com/namesake.mp4")
    watch(relay, "s4", mediaBridgeId=999)
    said = relay.verb("media", "register")
    assert said.returncode == 0
    assert "2 media can be registered at HubSpot: playrelay media register --yes" in said.stdout
    assert "is it" in said.stdout
    assert "unknown: HubSpot has no object 999" in said.stdout
    assert len(objects(hubspot)) == 1

    done = relay.verb("media", "register", "--yes", "--limit", "1")
    assert done.stdout.count("registered The ") == 1
    done = relay.verb("media", "sync", PLAYRELAY_MEDIA_REGISTER="true")
    assert done.stdout.count("registered The ") == 1
    made = {each.get("externalId"): each for each in objects(hubspot)}
    assert made.keys() == {None, "film-1", "talk-1"}
    assert made["film-1"]["fileUrl"] == FILM
    assert made["film-1"]["duration"] == 60_000
    relay.says('"count": 3')
    watch(relay, "s5", externalId="talk-1")
    assert sent(hubspot, "s5")["mediaBridgeId"] == int(made["talk-1"]["id"])


def test_media_that_hubspot_refuses_are_told_and_mended(relay: Relay, hubspot: Sandbox) -> None:
    """With its words and what to do; once they are registered, the next event goes out at once."""
    hubspot.world(unknown_media="refuse")
    watch(relay, "s1", externalId="film-1", mediaName="The film")
    watch(relay, "s2", externalId="film-1", mediaName="The film")
    assert relay.metric("playrelay_refused_media") == 1
    refused = [each for each in hubspot.requests() if each["status"] == 400]
    listed = relay.verb("media", "list").stdout
    (line,) = [line for line in listed.splitlines() if "The film" in line]
    assert "unmatched: externalId film-1. HubSpot refuses it: " in line
    assert "Tried again at " in line
    assert "HubSpot refuses 1 medium: register it (playrelay media register) or create it" in listed
    (reported,) = json.loads(relay.verb("media", "list", "--json").stdout)["reported"]
    assert reported["refusal"]["medium"] == "/film-1"
    assert reported["refusal"]["said"] in line

    made = relay.verb("media", "register", "--yes").stdout
    assert "registered The film as " in made
    assert "can be sent now: playrelay outbox requeue --rejected" in made
    assert relay.metric("playrelay_refused_media") == 0
    assert "HubSpot refuses" not in relay.verb("media", "list").stdout
    watch(relay, "s3", externalId="film-1", mediaName="The film")
    assert {kept["body"]["sessionId"] for kept in hubspot.events()} == {"s3"}
    assert relay.verb("outbox", "requeue", "--rejected").returncode == 0
    until("all is sent", relay.idle)
    assert {kept["body"]["sessionId"] for kept in hubspot.events()} == {"s1", "s2", "s3"}
    assert [each for each in hubspot.requests() if each["status"] == 400] == refused


@pytest.mark.parametrize("status", [404, 410])
def test_media_are_crm_objects_where_hubspot_serves_no_media_objects(
    relay: Relay, hubspot: Sandbox, status: int
) -> None:
    """Listed, matched and made among them; what lacks a property that they need is named."""
    launch = make(hubspot, title="The launch", externalId="launch")
    hubspot.faults({"path": "/media-bridge/*/objects*", "status": status})
    watch(relay, "s1", externalId="launch")
    watch(
        relay,
        "s2",
        externalId="talk-1",
        mediaName="The talk",
        mediaUrl="https://vimeo.com/76979871",
    )
    watch(relay, "s3", externalId="film-1", mediaName="The film", mediaUrl=FILM)

    refused = relay.verb("media", "sync")
    assert refused.returncode == 1
    assert f"HubSpot serves none here (HTTP {status}): trying CRM objects" in refused.stdout
    assert "PLAYRELAY_HUBSPOT_DEVELOPER_KEY" in refused.stderr

    key = {"PLAYRELAY_HUBSPOT_DEVELOPER_KEY": "sandbox-developer-key"}
    hubspot.world(provider_auth="key")
    assert "give its id with --app-id" in relay.verb("media", "sync", **key).stderr
    synced = relay.verb("media", "sync", *APP, **key)
    assert (synced.returncode, synced.stderr) == (0, "")
    assert "HubSpot has 1 media object; of 3 media that pages reported 1 matched" in synced.stdout
    assert "The film can't be registered: hs_oembed_url missing" in synced.stdout
    assert "1 medium can be registered at HubSpot" in synced.stdout
    relay.says('"count": 1')
    watch(relay, "s4", externalId="launch")
    assert sent(hubspot, "s4")["mediaBridgeId"] == launch

    made = relay.verb("media", "register", "--yes", *APP, **key)
    assert made.stdout.count("registered The talk as ") == 1
    hubspot.faults()
    (talk,) = [each for each in objects(hubspot) if each.get("externalId") == "talk-1"]
    assert talk["detailsPageLink"] == "https://vimeo.com/76979871"
    assert talk["oembedUrl"].startswith("https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo")


def test_without_credentials_there_is_nobody_to_ask(relay: Relay) -> None:
    """The sandbox inside a relay is another process's: exit status 2."""
    ended = relay.verb("media", "sync", PLAYRELAY_HUBSPOT_ACCESS_TOKEN="")
    assert ended.returncode == 2
    assert ended.stderr.startswith("PLAYRELAY_HUBSPOT_ACCESS_TOKEN: ")
