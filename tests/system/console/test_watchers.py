"""The console's pages about people: who watched, how far, and where their records are."""

import csv
import io
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from tests.processes.sandbox import TOKEN
from tests.system.console.setting import HTML, PASSWORD, sign_in
from tests.system.live.relay import live_relay, settings_for
from tests.unit.sandbox.live import LiveSandbox

ANA, BEN, STRANGER = "a" * 32, "b" * 32, "f" * 32
ACCOUNT = 4242001
RECORDS = f"https://app.hubspot.com/contacts/{ACCOUNT}/record/0-1/"
CONFIG = SandboxConfig(portal_id=ACCOUNT, utks={ANA: 501, BEN: 502})


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser at a relay whose plays HubSpot has put on two contacts."""
    folder = tmp_path_factory.mktemp("people")
    with LiveSandbox(create_sandbox(CONFIG, time.time)) as hubspot:
        given: dict[str, Any] = {
            "hubspot_access_token": TOKEN,
            "hubspot_base_url": hubspot.url,
            "allowed_origins": ("https://x.test",),
            "console_password": PASSWORD,
        }
        with live_relay(settings_for(folder, **given)) as live:
            live.client.headers.update(HTML)
            sign_in(live.client)
            play(live.client, "one", ANA, "tour", 80)
            play(live.client, "two", BEN, "tour", 30)
            play(live.client, "three", BEN, "story", 90)
            play(live.client, "four", STRANGER, "story", 100)
            delivered(live.client, "one", "75 %")
            delivered(live.client, "two", "25 %")
            delivered(live.client, "three", "75 %")
            yield live.client


def play(client: httpx.Client, session: str, utk: str, medium: str, percent: int) -> None:
    """A ping that is acknowledged."""
    ping = {"sessionId": session, "contactUtk": utk, "externalId": medium, "duration": 90}
    page = {"playedPercent": percent, "pageUrl": "https://x.test/launch"}
    answer = client.post("/v1/progress", json={**ping, **page})
    assert answer.status_code == 202


def delivered(client: httpx.Client, session: str, milestone: str) -> None:
    """Ask until the milestone is at HubSpot; each question takes its time, so none is slept."""
    for _ in range(20_000):
        if f"{milestone}</span> delivered" in text(client, f"play?session={session}"):
            return
    raise AssertionError("it never came")


def text(client: httpx.Client, path: str) -> str:
    """A page that is there."""
    answer = client.get(f"/console/{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(client: httpx.Client, path: str) -> list[list[str]]:
    """A CSV file's rows."""
    return list(csv.reader(io.StringIO(text(client, path).removeprefix("\ufeff"))))


def media(client: httpx.Client) -> dict[str, str]:
    """The numbers of the media, by name."""
    offered = re.findall(r'value="(\d+)"[^>]*><label[^>]*>([^<]+)<', text(client, "people"))
    return {name: number for number, name in offered}


def contacts(page: str) -> list[str]:
    """The contacts of a list, in order."""
    return re.findall(r">Contact (\d+)</a>", page)


def test_nobody_is_listed_before_a_medium_is_chosen(client: httpx.Client) -> None:
    """The page says what to do."""
    page = text(client, "people")
    assert set(media(client)) == {"tour", "story"}
    assert "Choose one or several media" in page
    assert contacts(page) == []


def test_a_medium_lists_its_contacts(client: httpx.Client) -> None:
    """The furthest first, with their records at HubSpot, on its own page and as a list."""
    number = media(client)["tour"]
    for path in (f"people?medium={number}", f"media/{number}"):
        page = text(client, path)
        assert contacts(page) == ["501", "502"]
        assert f'href="{RECORDS}501" rel="noreferrer"' in page
        assert "https://x.test/launch" in page


def test_a_list_over_a_share_of_several_media(client: httpx.Client) -> None:
    """The list over several media has contacts who watched any of them, or all of them."""
    chosen = "&".join(f"medium={number}" for number in media(client).values())
    assert contacts(text(client, f"people?{chosen}&over=75")) == ["502", "501"]
    assert contacts(text(client, f"people?{chosen}&over=25&match=all")) == ["502"]
    nobody = text(client, f"people?{chosen}&over=75&match=all")
    assert "No contact has watched that much of all of them yet" in nobody


def test_the_csv_file_can_be_imported(client: httpx.Client) -> None:
    """Its first column is what HubSpot calls the contact's number."""
    chosen = "&".join(f"medium={number}" for number in media(client).values())
    head, *found = rows(client, f"people.csv?{chosen}&over=75")
    assert head[:3] == ["Record ID", "Percent watched", "Medium"]
    assert [row[:3] for row in found] == [["502", "90", "story"], ["501", "80", "tour"]]
    assert rows(client, "people.csv") == [head]


def test_a_contact_has_a_page(client: httpx.Client) -> None:
    """All that was watched, and the way to what became of each play."""
    page = text(client, "people/502")
    assert re.findall(r'/console/media/\d+">([^<]+)<', page) == ["story", "tour"]
    assert f'href="{RECORDS}502"' in page
    asked = client.post("/console/play", data={"who": "502"})
    assert asked.text.count('<article class="card">') == 2
    assert "No plays of this contact" in text(client, "people/999")


@pytest.mark.parametrize("path", ["live", "play?session=one"])
def test_a_play_leads_to_its_contact(client: httpx.Client, path: str) -> None:
    """Pages that show plays link to the contact."""
    assert 'href="/console/people/501"' in text(client, path)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("people?over=101", "over: "),
        ("people?medium=x", "medium"),
        ("people?match=some", "match: "),
        ("people?after=x", "after: "),
        ("people/0", "contact: "),
        ("people?" + "&".join(["medium=1"] * 21), "medium: "),
    ],
)
def test_a_bad_question_names_its_field(client: httpx.Client, path: str, field: str) -> None:
    """A page names the field in one line."""
    answer = client.get(f"/console/{path}")
    assert answer.status_code == 422
    assert f'<p class="lede">{field}' in answer.text


def test_the_sandbox_has_no_records_to_link_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its contacts are no contacts of HubSpot's."""
    with live_relay(settings_for(tmp_path_factory.mktemp("sandbox"))) as live:
        live.client.headers.update(HTML)
        play(live.client, "one", "0" * 32, "tour", 80)
        delivered(live.client, "one", "75 %")
        page = text(live.client, f"people?medium={media(live.client)['tour']}")
    assert len(contacts(page)) == 1
    assert "app.hubspot.com" not in page
