"""The classification of answers, as tables."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.hubspot.answers import MESSAGE_LIMIT, Answer
from app.hubspot.classify import contacts_result, event_result
from app.hubspot.results import (
    Accepted,
    Contacts,
    Incomplete,
    LookupGone,
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
ERROR = {"status": "error", "correlationId": "c0ffee"}
"""What makes an error HubSpot's own."""


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    """An answer at noon; anything but bytes becomes JSON, underscores in names become hyphens."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, payload, NOON
    )


def test_a_200_with_both_ids_is_accepted() -> None:
    """HubSpot keeps an event on a contact and a media object, and says which."""
    body = {"contactId": 51, "mediaBridgeId": 2**62, "portalId": 7}
    assert event_result(answer(200, body)) == Accepted(51, 2**62, account_id=7)


@pytest.mark.parametrize(
    "written", [51, "51", " 51 ", 51.0], ids=["number", "text", "text with spaces", "float"]
)
def test_an_id_is_read_however_it_is_written(written: object) -> None:
    """An event that HubSpot has kept is never called unkept for the form of a number."""
    body = {"contactId": written, "mediaBridgeId": written}
    assert event_result(answer(200, body)) == Accepted(51, 51)
    assert event_result(answer(200, {**body, "contactId": str(2**62)})) == Accepted(2**62, 51)


@pytest.mark.parametrize("nothing", [None, 0, -1, "0", "-1", "", False])
def test_a_200_without_an_id_is_no_success(nothing: object) -> None:
    """An id that is missing, or stands for none, means that HubSpot kept nothing."""
    no_contact = {"contactId": nothing, "mediaBridgeId": 9}
    no_medium = {"contactId": 51, "mediaBridgeId": nothing}
    assert event_result(answer(200, no_contact)) == Incomplete(("contactId",))
    assert event_result(answer(200, no_medium)) == Incomplete(("mediaBridgeId",))
    silent = Incomplete(("contactId", "mediaBridgeId"))
    assert event_result(answer(200, {"portalId": 7})) == silent


@pytest.mark.parametrize("odd", [[51], {}, {"id": 51}, "fifty-one", True, 51.5, 2**63, "9" * 30])
def test_an_id_in_an_unknown_form_is_not_called_missing(odd: object) -> None:
    """HubSpot names somebody or something: it may have kept the event."""
    body = {"contactId": odd, "mediaBridgeId": 9}
    assert event_result(answer(200, body)) == Incomplete(unread=("contactId",))
    body = {"contactId": odd, "mediaBridgeId": None}
    assert event_result(answer(200, body)) == Incomplete(("mediaBridgeId",), ("contactId",))


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


STATUSES = [
    *(200, 201, 202, 203, 204, 206, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406),
    *(407, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 423, 425, 426, 428, 431, 444, 451),
    *(477, 495, 499, 500, 502, 503, 504, 511, 521, 530, 599, 600, 999),
]
WALLS = {name: body for name, body in NOT_HUBSPOTS.items() if body} | {
    "another API's": b'{"message": "Forbidden"}',
    "a gateway's": b'{"error": "access_denied", "status": 403, "path": "/"}',
    "a filter's": b'{"category": "Web proxies", "action": "blocked"}',
    "a firewall's": b'{"success": false, "errors": [{"code": 10000, "message": "blocked"}]}',
    "a status page's": b'{"status": "ok"}',
}


@pytest.mark.parametrize("body", WALLS.values(), ids=WALLS.keys())
@pytest.mark.parametrize("status", STATUSES)
def test_what_stands_before_hubspot_costs_no_event_anything(status: int, body: bytes) -> None:
    """A wall of any status and body is trouble, and never a refusal, a success or a stranger."""
    wall = answer(status, body, content_type="text/html; charset=utf-8")
    for result in (event_result(wall), contacts_result(wall, ["utk"])):
        assert isinstance(result, Unavailable | LookupGone)
        assert result.answered is (500 <= status < 600)


def test_an_empty_object_is_no_answer_to_an_event() -> None:
    """HubSpot's 200 says what it kept; to a look-up an empty object means that it knows nobody."""
    assert isinstance(event_result(answer(200, {})), Unavailable)
    assert contacts_result(answer(200, {}), ["utk"]) == Contacts()
    assert isinstance(event_result(answer(400, {})), Unavailable)


@pytest.mark.parametrize("status", [200, 302, 403, 404])
def test_silence_is_not_hubspots_everywhere(status: int) -> None:
    """An empty body of these comes from a wall; of any other 4xx it is HubSpot's."""
    assert isinstance(event_result(answer(status)), Unavailable)


def test_a_wall_is_named_with_what_it_sent() -> None:
    """The operator learns status and type, which tell a proxy's page from HubSpot's JSON."""
    result = event_result(answer(405, PAGE, content_type="text/html; charset=utf-8"))
    assert isinstance(result, Unavailable)
    assert result.reason.startswith("HTTP 405 that is not HubSpot's (text/html)")
    odd = event_result(answer(200, PAGE, content_type="\x00" * 500))
    assert isinstance(odd, Unavailable)
    assert odd.reason.startswith("HTTP 200 that is not HubSpot's (of no type)")


@pytest.mark.parametrize("status", [408, 423, 425, 477, 500, 502, 503, 504, 521, 530])
def test_what_passes_is_unavailable(status: int) -> None:
    """A fault of the moment is never held against the event, and its Retry-After is kept."""
    body = ERROR | {"message": "…", "category": "VALIDATION_ERROR"}
    for result in (
        event_result(answer(status, body, retry_after="7")),
        contacts_result(answer(status, body, retry_after="7"), ["utk"]),
    ):
        assert result == Unavailable(f"HTTP {status}", 7.0, answered=True)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"correlationId": "c0ffee"}, id="a correlation id"),
        pytest.param({"category": "VALIDATION_ERROR", "message": "no"}, id="category, message"),
        pytest.param({"status": "error", "category": "OBJECT_NOT_FOUND"}, id="status, category"),
        pytest.param({"status": "error", "errorType": "RATE_LIMIT"}, id="status, errorType"),
    ],
)
def test_hubspots_errors_are_known_by_their_envelope(body: dict[str, str]) -> None:
    """Any two of its usual fields, or its correlation id, make an error HubSpot's own."""
    assert isinstance(event_result(answer(400, body)), Refused)


def test_a_header_makes_other_json_hubspots() -> None:
    """HubSpot's edge names each request, whatever its parts behind it say."""
    result = event_result(answer(400, {"message": "no"}, x_hubspot_correlation_id="c0ffee"))
    assert result == Refused(400, message="no", correlation_id="c0ffee")


def test_a_429_names_its_policy() -> None:
    """A daily limit and the ten-second one call for different patience."""
    body = {"errorType": "RATE_LIMIT", "policyName": "DAILY"}
    assert event_result(answer(429, body)) == Throttled("DAILY", None)
    assert event_result(answer(429, PAGE, retry_after="3")) == Throttled("", 3.0)


DATE = "Thu, 01 Oct 2026 12:00:00 GMT"
AHEAD = "Thu, 01 Oct 2026 12:02:00 GMT"
BEHIND = "Thu, 01 Oct 2026 11:58:00 GMT"


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("10", "", 10.0),
        (" 3.5 ", "", 3.5),
        ("0", "", 3.0),
        ("0.2", "", 3.0),
        ("-3", "", 3.0),
        ("1000000000", "", 86_400.0),
        ("9" * 400, "", 86_400.0),
        ("Thu, 01 Oct 2026 12:01:30 GMT", "", 90.0),
        ("Thu, 01 Oct 2026 12:01:30 -0000", "", 90.0),
        ("Thu, 01 Oct 2026 11:00:00 GMT", "", 3.0),
        ("Thu, 01 Oct 2126 11:00:00 GMT", "", 86_400.0),
        ("Thu, 01 Oct 2026 12:01:30 GMT", DATE, 90.0),
        ("Thu, 01 Oct 2026 12:03:30 GMT", AHEAD, 90.0),
        ("Thu, 01 Oct 2026 11:59:30 GMT", BEHIND, 90.0),
        (BEHIND, BEHIND, 3.0),
        ("Thu, 01 Oct 2026 12:01:30 GMT", "yesterday", 90.0),
        ("", "", None),
        ("soon", "", None),
        ("inf", "", None),
        ("nan", "", None),
        ("1e9", "", None),
        ("٣", "", None),
        ("Thu, 99 Oct 2026 12:01:30 GMT", "", None),
        ("Thu, 01 Oct 99999999999 12:01:30 GMT", "", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, date: str, seconds: float | None) -> None:
    """Seconds, or a date by the answer's own clock: no less than three, no more than a day."""
    throttled = event_result(answer(429, {}, retry_after=header, date=date))
    assert throttled == Throttled("", seconds)


def test_a_401_is_about_the_token() -> None:
    """A refused token is no fault of the event's."""
    message = "The OAuth token used to make this call expired 5 minute(s) ago."
    assert event_result(answer(401, ERROR | {"message": message})) == Unauthorized(message)
    assert contacts_result(answer(401), ["utk"]) == Unauthorized("")


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
    result = event_result(answer(403, ERROR | body))
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
def test_a_refusal_needs_no_body(status: int) -> None:
    """A 4xx of the request's own making is a refusal even if it says nothing."""
    headers = {"x_hubspot_correlation_id": "c0ffee"}
    assert event_result(answer(status, b" ", **headers)) == Refused(status, correlation_id="c0ffee")


def test_hubspots_words_are_kept_as_one_short_printable_line() -> None:
    """Words go to logs, pages and databases: no NUL, no line break, no novel."""
    result = event_result(answer(400, ERROR | {"message": "a\x00b\r\n\x1b[31mc" + "d" * 10_000}))
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
        "text": {"vid": "6", "canonical-vid": "", "is-contact": True},
        "no, in text": {"vid": 9, "is-contact": "false"},
        "negative": {"vid": -7, "is-contact": True},
        "list": [8],
        "null": None,
    }
    found = {"known": 1, "merged": 3, "half": 4, "text": 6}
    assert contacts_result(answer(200, body), list(body)) == Contacts(found)
    assert contacts_result(answer(200, {}), list(body)) == Contacts({})


def test_a_404_of_hubspots_says_that_it_knows_nobody() -> None:
    """None of the tokens asked about is a contact's: one request, and one error of the day."""
    nobody = ERROR | {"message": "contact does not exist", "category": "OBJECT_NOT_FOUND"}
    assert contacts_result(answer(404, nobody), ["a", "b"]) == Contacts({}, was_error=True)


@pytest.mark.parametrize(
    ("status", "body", "answered"),
    [
        pytest.param(404, ERROR | {"message": "resource not found"}, True, id="no such address"),
        pytest.param(404, ERROR | {"category": "NOT_FOUND"}, True, id="its category"),
        pytest.param(410, ERROR | {"message": "contact API is gone"}, True, id="410"),
        pytest.param(410, b"", True, id="410 without a word"),
        pytest.param(404, PAGE, False, id="a page"),
        pytest.param(404, b"", False, id="404 without a word"),
    ],
)
def test_a_lookup_that_is_gone_is_told_from_unknown_contacts(
    status: int, body: object, *, answered: bool
) -> None:
    """A 404 that is not about contacts, and a 410, make nobody a stranger."""
    assert contacts_result(answer(status, body), ["a"]) == LookupGone(status, answered)


@pytest.mark.parametrize("body", [{"status": "ok"}, {"login": {"url": "/"}}, {"utk": True}])
def test_a_look_up_that_names_none_of_the_tokens_is_not_hubspots(body: dict[str, object]) -> None:
    """Other JSON in HubSpot's place makes nobody a stranger."""
    assert isinstance(contacts_result(answer(200, body), ["utk"]), Unavailable)


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
    """Every answer gives one of the results, whatever its status, fields and types."""
    got = Answer(status, headers, body, NOON)
    assert isinstance(event_result(got), get_args(SendResult))
    assert isinstance(contacts_result(got, KEYS), get_args(LookupResult))


def test_an_answer_shows_neither_body_nor_headers() -> None:
    """A granted token or a visitor's data must not slip into a log through a repr."""
    shown = repr(answer(200, {"access_token": "s3cret"}, set_cookie="s3cret"))
    assert "s3cret" not in shown
