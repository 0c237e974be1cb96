"""Alerts are posted as the relay's own JSON, or in the known formats of Slack and Teams."""

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec
import pytest

from app.alerts.message import Item, Message, Origin, decoded, encoded, paragraphs
from app.alerts.shapes import own, slack, teams
from app.alerts.summary import Figure, MediumMoved, Summary
from tests.places import ROOT
from tests.unit.alerts.setting import EVERY, MARKUP, STRANGE, SUMMARY, TEST, message

CARD = json.loads((files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text("utf-8"))
TEAMS_LIMIT = 28 * 1024
"""Bytes of a message that Teams takes by a webhook."""


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    """An alert is one text for simple displays, and fields for programs."""
    found = message("bad")
    assert json.loads(json.dumps(own(found, []))) == {
        "id": "0123456789abcdef",
        "kind": "alert",
        "at": "2026-09-21T16:13:20Z",
        "account": "",
        "title": "playrelay: HubSpot refuses the access token.",
        "text": "playrelay: HubSpot refuses the access token.\n"
        "HubSpot refuses the access token. For 2 hours. Make a new one.",
        "url": "https://relay.example.com/console",
        "sentences": [
            {
                "state": "bad",
                "key": "bad_token",
                "since": "2026-09-21T14:13:20Z",
                "says": "HubSpot refuses the access token.",
                "do": "Make a new one.",
                "url": "https://relay.example.com/console/doctor",
            }
        ],
        "summary": None,
    }


def test_a_summary_stands_beside_the_week_before() -> None:
    """A summary compares the weeks in words; the fields have the figures themselves."""
    assert SUMMARY.text.splitlines() == [
        "playrelay: 1,200 plays from 2026-11-16 to 2026-11-22 (+20 %)",
        "Plays: 1,200 1,000 the week before",
        "Events that wait: 3",
        f"{MARKUP} 80 plays, 20 the week before",
        "Launch film 1 play, 9 the week before",
    ]
    assert own(SUMMARY, [])["summary"]["figures"][0] == {
        "key": "plays",
        "name": "Plays",
        "value": 1200,
        "before": 1000,
    }


@pytest.mark.parametrize(
    ("states", "title"),
    [
        (("good",), "playrelay: no longer: HubSpot refuses the access token."),
        (("still",), "playrelay: still: HubSpot refuses the access token."),
        (("bad", "good", "good"), "playrelay: 1 problem, 2 problems no longer"),
        (("bad", "still"), "playrelay: 2 problems"),
    ],
)
def test_the_title_sums_up(states: tuple[str, ...], title: str) -> None:
    """It is all that a phone shows of it."""
    assert message(*states).title == title


def test_the_account_is_named_and_linked_where_there_are_several() -> None:
    """Its name may be anything."""
    found = message("bad", origin=Origin("Nord & Süd", "https://relay.example.com"))
    assert found.title.startswith("playrelay (Nord & Süd): ")
    assert found.url == "https://relay.example.com/console?account=Nord%20%26%20S%C3%BCd"


def test_without_a_public_address_there_are_no_links() -> None:
    """No shape has links without a public address."""
    found = message("bad", origin=Origin("", None))
    shapes = [shape(found, paragraphs(found)) for shape in (own, slack, teams)]
    assert "console" not in json.dumps(shapes)


@pytest.mark.parametrize("each", EVERY)
def test_a_message_is_kept_whole(each: Message) -> None:
    """A message is read from the store as it was written."""
    assert decoded(encoded(each)) == each


@pytest.mark.parametrize("each", EVERY)
def test_slack_takes_it(each: Message) -> None:
    """A fallback text, and blocks within the documented limits."""
    body = slack(each, paragraphs(each))
    assert isinstance(body["text"], str)
    blocks: list[dict[str, Any]] = body["blocks"]
    assert 1 <= len(blocks) <= 50
    assert blocks[0]["type"] == "header"
    assert blocks[0]["text"]["type"] == "plain_text"
    assert 1 <= len(blocks[0]["text"]["text"]) <= 150
    for block in blocks[1:]:
        assert block["type"] == "section"
        assert block["text"]["type"] in {"plain_text", "mrkdwn"}
        assert 1 <= len(block["text"]["text"]) <= 3_000


@pytest.mark.parametrize("each", EVERY)
def test_teams_takes_it(each: Message) -> None:
    """A message with one Adaptive Card, valid by Microsoft's own schema, and small enough."""
    body = teams(each, paragraphs(each))
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    jsonschema.validate(attachment["content"], CARD)
    assert len(msgspec.json.encode(body)) <= TEAMS_LIMIT


def test_the_schema_refuses_what_is_no_card() -> None:
    """The schema refuses it, so the test above means something."""
    card = teams(TEST, paragraphs(TEST))["attachments"][0]["content"]
    card["body"][0]["inlines"][0]["size"] = "Enormous"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(card, CARD)


def test_markup_in_texts_of_others_stays_text() -> None:
    """Slack reads none in plain text, and none that is escaped; Teams none in a run of text."""
    body = slack(STRANGE, paragraphs(STRANGE))
    assert "<!channel>" not in body["text"]
    assert all(
        "<!channel>" not in block["text"]["text"]
        for block in body["blocks"]
        if block["text"]["type"] == "mrkdwn"
    )
    assert any(MARKUP in block["text"]["text"] for block in body["blocks"])
    card = teams(STRANGE, paragraphs(STRANGE))["attachments"][0]["content"]
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert any(MARKUP in run["text"] for run in runs)


def test_every_field_is_documented() -> None:
    """docs/CONSOLE.md names each, and no other."""
    text = (ROOT / "docs" / "CONSOLE.md").read_text("utf-8")
    table = text.partition("The fields of a `json` message:")[2].partition("\n## ")[0]
    structs = (Message, Item, Summary, Figure, MediumMoved)
    fields = {name for each in structs for name in each.__struct_fields__}
    assert set(re.findall(r"`(\w+)`", table)) >= fields
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) <= fields
