"""Custom events: the body of one, its uuid, and what each answer amounts to."""

import json
from typing import Any

import pytest

from app.domain.identity import Identity
from app.domain.media import Medium
from app.domain.milestones import EventType
from app.domain.page import Page
from app.domain.play import Play
from app.hubspot.answers import Answer
from app.hubspot.bodies import Body
from app.hubspot.custom_events import (
    PROPERTIES,
    Definition,
    EventForm,
    definition_result,
    event_body,
    event_result,
    event_uuid,
    property_result,
)
from app.hubspot.results import MissingScope, Refused, Taken, Throttled, Unauthorized, Unavailable

NOW = 1_790_000_000_123
PLAY = Play(
    session_id="s-1",
    medium=Medium(type="VIDEO", bridge_id=42, external_id="launch", name="Launch film"),
    page=(0, NOW, Page(url="https://www.example.com/launch", name="Launch")),
    started_at=NOW,
    percent=60.4,
)
KNOWN = Identity("usertoken", contact_id=9)


def body(event: EventType = "media-played-percent", value: str = "25", **fields: Any) -> Body:
    """A milestone of the play."""
    given: dict[str, Any] = {"identity": KNOWN, "play": PLAY, "form": EventForm("pe1_media")}
    return event_body(**{**given, **fields}, uuid="u", event=event, value=value, occurred_at=NOW)


def test_a_milestone_in_the_words_of_custom_events() -> None:
    """The contact as text, the time to the millisecond, each property as text."""
    assert body() == {
        "eventName": "pe1_media",
        "uuid": "u",
        "occurredAt": "2026-09-21T14:13:20.123Z",
        "objectId": "9",
        "properties": {
            "milestone": "25 %",
            "percent": "25",
            "title": "Launch film",
            "medium": "launch",
            "media_type": "VIDEO",
            "page": "https://www.example.com/launch",
            "page_title": "Launch",
            "session_id": "s-1",
        },
    }


@pytest.mark.parametrize(
    ("event", "value", "milestone", "percent"),
    [
        ("media-played", "STARTED", "started", "0"),
        ("media-played", "VIEWED", "viewed", "60"),
        ("media-played-percent", "50", "50 %", "50"),
        ("attention-span", "", "attention span", "60"),
    ],
)
def test_each_milestone_has_its_name_and_percentage(
    event: EventType, value: str, milestone: str, percent: str
) -> None:
    """A milestone without a percentage of its own has the share that was watched so far."""
    said = body(event, value)["properties"]
    assert isinstance(said, dict)
    assert (said["milestone"], said["percent"]) == (milestone, percent)


def test_only_defined_properties_are_sent() -> None:
    """A play of which little is known has fewer of them, and none that is not defined."""
    page = (0, NOW, Page(page_id=5))
    bare = Play("s", Medium(bridge_id=42), page, NOW)
    said = body(play=bare)["properties"]
    assert isinstance(said, dict)
    assert said.keys() < PROPERTIES.keys()
    assert (said["medium"], said["page"]) == ("42", "5")


def test_the_page_of_the_play_is_named_where_an_operator_allows_it() -> None:
    """The session stands in its address as text that can't become another parameter."""
    form = EventForm("pe1_media", "https://relay.example.com/console/play?session=")
    played = Play("a&b=1/ü", PLAY.medium, PLAY.page, NOW)
    said = body(form=form, play=played)["properties"]
    assert isinstance(said, dict)
    assert said["play_url"] == f"{form.play_page}a%26b%3D1%2F%C3%BC"


def test_a_usertoken_is_sent_as_it_is() -> None:
    """The usertoken is sent unchanged, for HubSpot to convert."""
    said = body(identity=Identity("passthrough", contact_utk="ab"))
    assert (said["utk"], "objectId" in said) == ("ab", False)


def test_a_mails_link_is_no_identity_here() -> None:
    """Custom events have no field for it."""
    with pytest.raises(ValueError, match="no link of a mail"):
        body(identity=Identity("mail", hsenc="p2"))


def test_an_event_has_one_uuid_for_ever_and_no_other_has_it() -> None:
    """An event keeps its uuid whatever is learnt of the play; other rows have other uuids."""
    one = event_uuid(PLAY, "media-played-percent", "25", 7)
    watched_on = Play("s-1", Medium(external_id="launch"), PLAY.page, NOW - 1, percent=90)
    assert event_uuid(watched_on, "media-played-percent", "25", 7) == one
    others = {
        event_uuid(PLAY, "media-played-percent", "50", 7),
        event_uuid(PLAY, "media-played-percent", "25", 8),
        event_uuid(Play("s-2", PLAY.medium, PLAY.page, NOW), "media-played-percent", "25", 7),
    }
    assert len(others | {one}) == 4


def answer(status: int, said: object = None, **headers: str) -> Answer:
    """An answer with this body."""
    text = b"" if said is None else said if isinstance(said, bytes) else json.dumps(said).encode()
    return Answer(status, headers, text, NOW)


def error(*fields: str, message: str = "no", category: str = "VALIDATION_ERROR") -> dict[str, Any]:
    """HubSpot's error body, about these fields."""
    details = [{"message": "bad", "in": name} for name in fields]
    return {"correlationId": "c", "category": category, "message": message, "errors": details}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(answer(204), Taken(), id="taken"),
        pytest.param(answer(400, error("uuid")), Taken(repeated=True), id="repeated, by the field"),
        pytest.param(
            answer(400, error(message="An event with this UUID exists")),
            Taken(repeated=True),
            id="repeated, in words",
        ),
        pytest.param(answer(409, error()), Taken(repeated=True), id="repeated, a conflict"),
        pytest.param(
            answer(400, error("uuid", "utk")),
            Refused(400, "VALIDATION_ERROR", "no", "c", ("uuid", "utk")),
            id="more than a repeat",
        ),
        pytest.param(
            answer(400, error("objectId")),
            Refused(400, "VALIDATION_ERROR", "no", "c", ("objectId",)),
            id="no such contact",
        ),
        pytest.param(
            answer(403, error(message="missing scope", category="MISSING_SCOPES")),
            MissingScope((), "missing scope"),
            id="a missing scope",
        ),
        pytest.param(answer(401, error()), Unauthorized("no"), id="a bad token"),
        pytest.param(answer(429), Throttled("", None), id="too many"),
    ],
)
def test_what_an_answer_amounts_to(given: Answer, expected: object) -> None:
    """A 204 says that it was taken, and so does a complaint about the uuid alone."""
    assert event_result(given) == expected


@pytest.mark.parametrize("said", [b"<h1>Please log in</h1>", b"{}", None])
def test_another_success_is_not_hubspots(said: object) -> None:
    """A page with status 200 has taken nothing."""
    assert isinstance(event_result(answer(200, said)), Unavailable)


def test_a_definition_is_read() -> None:
    """Its full name, and each property's type; what has another form is passed over."""
    listed = [{"name": "percent", "type": "number"}, "junk"]
    said = {"fullyQualifiedName": "pe1_media", "properties": listed}
    assert definition_result(answer(200, said)) == Definition("pe1_media", {"percent": "number"})
    assert definition_result(answer(200, {"fullyQualifiedName": "x"})) == Definition("x", {})
    missing = definition_result(answer(404, error(category="OBJECT_NOT_FOUND")))
    assert isinstance(missing, Refused)
    assert property_result(answer(201, {"name": "percent"})) is None
    assert isinstance(property_result(answer(400, error())), Refused)
