"""The bodies of the three events, held against HubSpot's published request schemas."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.domain.media import Medium
from app.domain.media_url import MEDIA_TYPES
from app.domain.page import Page
from app.hubspot.bodies import Occurrence, Subject, attention_body, percent_body, played_body
from tests.unit.sandbox.spec import load

SPECS = ["media-bridge-events.v1.openapi.json", "media-bridge.2026-03.openapi.json"]

CONTACT = Subject(contact_id=51)
SITE = Page(url="https://www.example.com/launch", name="Launch", context="EXTERNAL_PAGE")
CLIP = Medium(type="VIDEO", bridge_id=42, name="Launch film", duration=93.4)
OCCURRENCE = Occurrence(CONTACT, SITE, CLIP, "s-1", 1_790_000_000_000)


@pytest.fixture(scope="module", params=SPECS)
def spec(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The published schemas of each version of the events API."""
    return load(request.param)


def check(spec: dict[str, Any], schema: str, body: dict[str, object]) -> None:
    """Valid, and without a field that HubSpot does not know."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": spec["components"]}
    sent = json.loads(json.dumps(body))
    Draft202012Validator(root).validate(sent)
    assert set(sent) <= set(spec["components"]["schemas"][schema]["properties"])


ids = st.integers(1, 2**63 - 1)
words = st.text(min_size=1, max_size=20)
optional_words = st.none() | words
subjects = (
    st.builds(Subject, contact_id=ids)
    | st.builds(Subject, contact_utk=words)
    | st.builds(Subject, hsenc=words)
)
pages = st.builds(
    Page,
    page_id=st.none() | ids,
    url=optional_words,
    name=optional_words,
    context=st.sampled_from([None, "EMAIL", "EXTERNAL_PAGE"]),
)
media = st.builds(
    Medium,
    type=st.none() | st.sampled_from(MEDIA_TYPES),
    bridge_id=st.none() | ids,
    external_id=optional_words,
    name=optional_words,
    url=optional_words,
    duration=st.none() | st.floats(0.001, 1e12),
)
occurrences = st.builds(Occurrence, subjects, pages, media, words, st.integers(0, 2**50))


@given(
    occurrence=occurrences,
    percent=st.integers(0, 100),
    spans=st.lists(st.integers(0, 2**40), min_size=1, max_size=100),
)
def test_every_body_is_valid_by_the_published_schema(
    spec: dict[str, Any], occurrence: Occurrence, percent: int, spans: list[int]
) -> None:
    """HubSpot's own schema of each event accepts every body, whatever is known of the play."""
    check(spec, "MediaPlayedEventRequest", played_body(occurrence, "STARTED"))
    check(spec, "MediaPlayedPercentageEventRequest", percent_body(occurrence, percent))
    attention = attention_body(occurrence, spans)
    check(spec, "AttentionSpanEventRequest", attention)
    counts = [*json.loads(json.dumps(attention))["rawDataMap"].values()]
    assert max(counts) < 2**31


def test_a_played_body_says_who_where_what_and_when() -> None:
    """The whole body of a play on another site, with what is known and nothing else."""
    assert played_body(OCCURRENCE, "VIEWED") == {
        "sessionId": "s-1",
        "occurredTimestamp": 1_790_000_000_000,
        "mediaType": "VIDEO",
        "mediaBridgeId": 42,
        "mediaName": "Launch film",
        "contactId": 51,
        "pageUrl": "https://www.example.com/launch",
        "pageName": "Launch",
        "externalPlayContext": "EXTERNAL_PAGE",
        "state": "VIEWED",
    }


def test_a_percent_body_carries_the_milestone() -> None:
    """The quartile event is the common body and its percentage."""
    body = percent_body(OCCURRENCE, 25)
    assert body.pop("playedPercent") == 25
    assert body == {k: v for k, v in played_body(OCCURRENCE, "STARTED").items() if k != "state"}


def test_a_hubspot_page_goes_by_its_id_alone() -> None:
    """HubSpot knows its own pages: no address, no title; only that a mail led there."""
    page = Page(page_id=123, url="https://example.com/x", name="X", context="EMAIL")
    body = percent_body(Occurrence(CONTACT, page, CLIP, "s", 1), 25)
    assert body["pageId"] == 123
    assert body["externalPlayContext"] == "EMAIL"
    assert not {"pageUrl", "pageName"} & set(body)


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        (Subject(contact_id=51), ("contactId", 51)),
        (Subject(contact_utk="u"), ("contactUtk", "u")),
        (Subject(hsenc="h"), ("_hsenc", "h")),
    ],
)
def test_a_body_carries_one_identity(subject: Subject, field: tuple[str, object]) -> None:
    """Which identity HubSpot would prefer is unknown, so it gets exactly one."""
    body = percent_body(Occurrence(subject, SITE, CLIP, "s", 1), 25)
    assert {(k, v) for k, v in body.items() if k in {"contactId", "contactUtk", "_hsenc"}} == {
        field
    }


def test_a_subject_is_exactly_one_identity() -> None:
    """No identity and two identities are mistakes of the caller's."""
    with pytest.raises(ValueError, match="exactly one"):
        Subject()
    with pytest.raises(ValueError, match="exactly one"):
        Subject(contact_id=51, contact_utk="u")


def test_a_subject_does_not_show_who_it_is() -> None:
    """Usertokens and mail tokens are personal data: they must not slip into a log."""
    shown = repr(Occurrence(Subject(hsenc="p2ANqtz-x"), SITE, CLIP, "s", 1))
    assert "Subject(hsenc=…)" in shown
    assert "p2ANqtz" not in shown


def test_an_attention_body_counts_every_span() -> None:
    """HubSpot's published example: five of ten spans watched, the first two of them twice."""
    medium = Medium(type="VIDEO", bridge_id=42, duration=10.0)
    spans = [2, 2, 1, 1, 1, 0, 0, 0, 0, 0]
    body = attention_body(Occurrence(CONTACT, SITE, medium, "s", 1), spans)
    assert body["rawDataString"] == "0=2;1=2;2=1;3=1;4=1;5=0;6=0;7=0;8=0;9=0;"
    assert body["rawDataMap"] == dict(zip("0123456789", spans, strict=True))
    assert body["derivedValues"] == {"totalPercentPlayed": 0.5, "totalSecondsPlayed": 5}


@pytest.mark.parametrize(
    ("duration", "seconds"), [(93.4, 47), (5.0, 3), (3.0, 2), (0.4, 0), (1e12, 2**31 - 1)]
)
def test_seconds_played_are_the_share_of_the_duration(duration: float, seconds: int) -> None:
    """HubSpot's formula, share x duration, rounded half up to an int32."""
    medium = Medium(type="VIDEO", bridge_id=42, duration=duration)
    body = attention_body(Occurrence(CONTACT, SITE, medium, "s", 1), [0, 9])
    assert body["derivedValues"] == {"totalPercentPlayed": 0.5, "totalSecondsPlayed": seconds}


@pytest.mark.parametrize("duration", [None, float("inf"), float("nan")])
def test_derived_values_need_a_duration(duration: float | None) -> None:
    """Both or neither: without a duration there are no seconds, so HubSpot derives the share."""
    medium = Medium(type="VIDEO", bridge_id=42, duration=duration)
    assert "derivedValues" not in attention_body(Occurrence(CONTACT, SITE, medium, "s", 1), [1, 0])


def test_an_attention_span_needs_spans() -> None:
    """An empty map says nothing and has no share: a mistake of the caller's."""
    with pytest.raises(ValueError, match="at least one span"):
        attention_body(OCCURRENCE, [])
