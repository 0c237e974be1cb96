"""The classification of answers, as tables."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.hubspot.answers import MESSAGE_LIMIT, Answer, contacts_result, event_result
from app.hubspot.results import (
    Accepted,
    Contacts,
    Incomplete,
    LookupResult,
    MissingScope,
    Refused,
    SendResult,
    Throttled,
    Unauthorized,
    Unavailable,
)

NOON = 1_790_856_000_000  # Thu, 01 Oct 2026 12:00:00 GMT
PAGE = b"<!doctype html><title>Sign in to the guest network</title>"


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    """An answer at noon; anything but bytes becomes JSON, underscores in names become hyphens."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, payload, NOON
    )


def test_a_200_with_both_ids_is_accepted() -> None:
    """HubSpot keeps an event on a contact and a media object, and says which."""
    body = {"contactId": 51, "mediaBridgeId": 2**62, "portalId": 7}
    assert event_result(answer(200, body)) == Accepted(contact_id=51, media_bridge_id=2**62)


@pytest.mark.parametrize("nothing", [None, 0, -1, "51", 51.0, True, [51], {}, 2**63])
def test_a_200_without_a_usable_id_is_no_success(nothing: object) -> None:
    """An id that is missing or no positive int64 means that HubSpot kept nothing."""
    no_contact = {"contactId": nothing, "mediaBridgeId": 9}
    no_medium = {"contactId": 51, "mediaBridgeId": nothing}
    assert event_result(answer(200, no_contact)) == Incomplete(("contactId",))
    assert event_result(answer(200, no_medium)) == Incomplete(("mediaBridgeId",))
    assert event_result(answer(200, {})) == Incomplete(("contactId", "mediaBridgeId"))


NOT_HUBSPOTS = {
    "page": PAGE,
    "empty": b"",
    "list": b"[]",
    "text": b'"ok"',
    "null": b"null",
    "cut short": b'{"contactId": 51, "mediaBri',
    "latin-1": b'{"contactId": 51, "mediaName": "caf\xe9"}',
    "nested without end": b'{"a":' + b"[" * 100_000,
    "number without end": b'{"a":1' + b"0" * 5000 + b"}",
}


@pytest.mark.parametrize("body", NOT_HUBSPOTS.values(), ids=NOT_HUBSPOTS.keys())
def test_a_200_that_is_no_json_object_is_not_hubspots(body: bytes) -> None:
    """Something before HubSpot answered in its place: nothing was kept, nobody is a stranger."""
    assert isinstance(event_result(answer(200, body)), Unavailable)
    assert isinstance(contacts_result(answer(200, body)), Unavailable)


@pytest.mark.parametrize(
    "status",
    [100, 301, 302, 304, 307, 407, 408, 423, 425, 477, 500, 502, 503, 504, 521, 530, 600],
)
def test_what_passes_is_unavailable(status: int) -> None:
    """A fault of the moment is never held against the event, and its Retry-After is kept."""
    body = {"status": "error", "message": "…", "category": "VALIDATION_ERROR"}
    for result in (
        event_result(answer(status, body, retry_after="7")),
        contacts_result(answer(status, body, retry_after="7")),
    ):
        assert result == Unavailable(f"HTTP {status}", 7.0, answered=True)


@pytest.mark.parametrize("status", [403, 404])
def test_a_wall_before_hubspot_is_unavailable(status: int) -> None:
    """A 403 or 404 that is not JSON comes from a firewall or a wrong base URL, not from HubSpot."""
    assert isinstance(event_result(answer(status, PAGE)), Unavailable)


def test_a_429_names_its_policy() -> None:
    """A daily limit and the ten-second one call for different patience."""
    body = {"errorType": "RATE_LIMIT", "policyName": "DAILY"}
    assert event_result(answer(429, body)) == Throttled("DAILY", None)
    assert event_result(answer(429, PAGE, retry_after="3")) == Throttled("", 3.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("10", 10.0),
        (" 0.5 ", 0.5),
        ("-3", 0.0),
        ("Thu, 01 Oct 2026 12:01:30 GMT", 90.0),
        ("Thu, 01 Oct 2026 12:01:30 -0000", 90.0),
        ("Thu, 01 Oct 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("1e9", None),
        ("9" * 400, None),
        ("٣", None),
        ("Thu, 99 Oct 2026 12:01:30 GMT", None),
        ("Thu, 01 Oct 99999999999 12:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """Seconds or an HTTP date, never below zero; anything else counts as not said."""
    assert event_result(answer(429, {}, retry_after=header)) == Throttled("", seconds)


def test_a_401_is_about_the_token() -> None:
    """A refused token is no fault of the event's, whatever the body is."""
    said = {"message": "The OAuth token used to make this call expired 5 minute(s) ago."}
    assert event_result(answer(401, said)) == Unauthorized(said["message"])
    assert contacts_result(answer(401, PAGE)) == Unauthorized("")


MISSING_SCOPES = {
    "category": ({"category": "MISSING_SCOPES"}, ()),
    "context": ({"context": {"missingScopes": ["a", "b"]}}, ("a", "b")),
    "errors": (
        {"errors": [{"context": {"requiredScopes": ["a"], "requiredGranularScopes": ["b", "a"]}}]},
        ("a", "b"),
    ),
    "permissions": ({"message": "This oauth-token does not have proper permissions!"}, ()),
    "requires": ({"message": "You may not view this (requires one of [leads-read])"}, ()),
    "scope": ({"message": "auth request is missing required 'x' scope."}, ()),
}


@pytest.mark.parametrize(("body", "scopes"), MISSING_SCOPES.values(), ids=MISSING_SCOPES.keys())
def test_a_403_about_scopes_is_a_missing_scope(
    body: dict[str, object], scopes: tuple[str, ...]
) -> None:
    """HubSpot says it by category, by a list of scopes in one of several places, or in prose."""
    result = event_result(answer(403, body))
    assert isinstance(result, MissingScope)
    assert result.scopes == scopes


def test_any_other_403_is_the_events_own() -> None:
    """One event that may not touch a media object must not stop the others; a bad token does."""
    plain = {"message": "This media object is another app's.", "category": "BANNED"}
    assert event_result(answer(403, plain)) == Refused(403, "BANNED", plain["message"])
    expired = {"message": "Expired.", "category": "EXPIRED_AUTHENTICATION"}
    assert event_result(answer(403, expired)) == Unauthorized("Expired.")


def test_a_refusal_keeps_what_hubspot_said() -> None:
    """Category, message, correlation id and the fields at fault are there for a person to judge."""
    body = {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "Invalid input",
        "correlationId": "aeb5f871",
        "errors": [{"in": "mediaBridgeId"}, {"in": "sessionId"}, {"in": "mediaBridgeId"}, {}],
    }
    assert event_result(answer(400, body)) == Refused(
        400, "VALIDATION_ERROR", "Invalid input", "aeb5f871", ("mediaBridgeId", "sessionId")
    )


@pytest.mark.parametrize("status", [400, 405, 409, 410, 413, 414, 415, 422, 431, 451])
@pytest.mark.parametrize("body", [PAGE, b"", b"[1]"])
def test_a_refusal_needs_no_body(status: int, body: bytes) -> None:
    """A 4xx of the request's own making is a refusal even if it says nothing."""
    headers = {"x_hubspot_correlation_id": "c0ffee"}
    assert event_result(answer(status, body, **headers)) == Refused(status, correlation_id="c0ffee")


def test_hubspots_words_are_kept_as_one_short_printable_line() -> None:
    """Words go to logs, pages and databases: no NUL, no line break, no novel."""
    result = event_result(answer(400, {"message": "a\x00b\r\n\x1b[31mc" + "d" * 10_000}))
    assert isinstance(result, Refused)
    assert result.message.startswith("a b [31mcd")
    assert len(result.message) == MESSAGE_LIMIT


def test_contacts_are_found_by_usertoken() -> None:
    """The canonical id wins, `is-contact: false` is a stranger, odd entries are passed over."""
    body = {
        "known": {"vid": 1, "is-contact": True},
        "merged": {"vid": 2, "canonical-vid": 3, "merged-vids": [2], "is-contact": True},
        "half": {"vid": 4, "canonical-vid": None},
        "seen": {"vid": 5, "canonical-vid": 5, "is-contact": False},
        "text": {"vid": "6", "is-contact": True},
        "negative": {"vid": -7, "is-contact": True},
        "list": [8],
        "null": None,
    }
    assert contacts_result(answer(200, body)) == Contacts({"known": 1, "merged": 3, "half": 4})
    assert contacts_result(answer(200, {})) == Contacts({})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    *("contactId", "mediaBridgeId", "message", "category", "correlationId", "policyName"),
    *("errors", "context", "missingScopes", "in", "utk", "vid", "canonical-vid", "is-contact"),
]
BODIES = st.recursive(
    JSON,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(
    status=st.integers(100, 599),
    body=BODIES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
    headers=st.dictionaries(st.sampled_from(["retry-after", "x-other"]), st.text(), max_size=2),
)
def test_no_answer_makes_the_classification_raise(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    """Whatever the status, the fields and their types: one of the results comes out."""
    got = Answer(status, headers, body, NOON)
    assert isinstance(event_result(got), get_args(SendResult))
    assert isinstance(contacts_result(got), get_args(LookupResult))


def test_an_answer_shows_neither_body_nor_headers() -> None:
    """A granted token or a visitor's data must not slip into a log through a repr."""
    shown = repr(answer(200, {"access_token": "s3cret"}, set_cookie="s3cret"))
    assert "s3cret" not in shown
