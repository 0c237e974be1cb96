"""Tables of the meaning of each of HubSpot's answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deliver.delays import DAY, HOUR, MINUTE, DeliveryPolicy, ask_again, backoff
from app.deliver.policy import Health, Sent, account_update, decide
from app.domain.identity import Identity, IdentitySource
from app.domain.outcome import (
    Decision,
    Delivered,
    Failing,
    Healthy,
    IdentityRejected,
    Paused,
    RefusedMedium,
    Rejected,
    Retry,
    Wait,
)
from app.hubspot.results import (
    Accepted,
    Incomplete,
    MissingScope,
    Refused,
    SendResult,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
)

NOW = 1_790_000_000_000
SECOND = 1_000
HALF_PAST = 1_790_001_000_000
"""The next full half hour."""
POLICY = DeliveryPolicy()
REJECTED = Rejected("refused", 400, "VALIDATION_ERROR", "no", "c-1")
NO_MEDIUM = RefusedMedium("refused", 400, "VALIDATION_ERROR", "no", "c-1")


def decided(
    result: SendResult,
    source: IdentitySource = "signed",
    *,
    attempts: int = 1,
    failures: int = 0,
    strained: bool = False,
    refused_all: bool = False,
    chance: float = 0.5,
    age: int = 0,
) -> Decision:
    """The outcome of an event of that age, and the account's update."""
    identity = Identity(source, contact_id=7 if source in {"signed", "usertoken"} else None)
    sent = Sent(identity, attempts, NOW - age)
    health = Health(failures, strained, refused_all)
    return decide(result, sent, now=NOW, health=health, chance=chance, policy=POLICY)


def refused(*fields: str) -> Refused:
    """A refusal that names these fields."""
    return Refused(400, "VALIDATION_ERROR", "no", "c-1", fields)


def identity_rejected(identity: str) -> IdentityRejected:
    """HubSpot's refusal, taken as a word on the identity."""
    return IdentityRejected(identity, "refused", 400, "VALIDATION_ERROR", "no", "c-1")


NAMELESS = "HubSpot answered 200 without contactId: nothing kept"
UNREAD = (
    "HubSpot answered 200 with contactId in a form that the relay can't read: it has probably "
    "kept the event, so look at the contact before you requeue it"
)
STRANGER = Wait("stranger", NOW + 10 * MINUTE)


@pytest.mark.parametrize(
    ("result", "source", "outcome"),
    [
        pytest.param(Accepted(7, 42), "mail", Delivered(7, 42, "mail"), id="kept"),
        pytest.param(refused(), "signed", REJECTED, id="refused"),
        pytest.param(refused("pageUrl"), "mail", REJECTED, id="refused for another field"),
        pytest.param(refused("mediaBridgeId"), "mail", NO_MEDIUM, id="no such mediaBridgeId"),
        pytest.param(refused("pageUrl", "externalId"), "signed", NO_MEDIUM, id="no externalId"),
        pytest.param(
            refused("externalId", "contactId"),
            "signed",
            identity_rejected("signed:7"),
            id="neither nor",
        ),
        pytest.param(refused("contactUtk"), "passthrough", STRANGER, id="utk of no contact"),
        pytest.param(
            refused("_hsenc"), "mail", identity_rejected("mail"), id="_hsenc of no contact"
        ),
        pytest.param(refused("contactUtk"), "mail", REJECTED, id="a utk that was not sent"),
        pytest.param(
            refused("contactId"), "usertoken", identity_rejected("usertoken:7"), id="gone"
        ),
        pytest.param(
            refused("contactId"), "signed", identity_rejected("signed:7"), id="a signed nobody"
        ),
        pytest.param(Incomplete(("contactId",)), "passthrough", STRANGER, id="silent, utk"),
        pytest.param(
            Incomplete(("contactId",)),
            "mail",
            IdentityRejected("mail", http_status=200, message=NAMELESS),
            id="silent, _hsenc",
        ),
        pytest.param(
            Incomplete(("contactId",)),
            "signed",
            IdentityRejected("signed:7", http_status=200, message=NAMELESS),
            id="silent, signed",
        ),
        pytest.param(
            Incomplete(("contactId", "mediaBridgeId")),
            "usertoken",
            Rejected(
                "incomplete",
                200,
                message="HubSpot answered 200 without contactId and mediaBridgeId: nothing kept",
            ),
            id="silent about everything",
        ),
        pytest.param(
            Incomplete(("mediaBridgeId",)),
            "passthrough",
            RefusedMedium(
                "incomplete",
                200,
                message="HubSpot answered 200 without mediaBridgeId: nothing kept",
            ),
            id="silent, no media",
        ),
        pytest.param(
            Incomplete(unread=("contactId",)),
            "signed",
            Rejected("unread_answer", 200, message=UNREAD),
            id="a contact in an unknown form",
        ),
        pytest.param(
            Incomplete(("contactId",), ("mediaBridgeId",)),
            "signed",
            IdentityRejected("signed:7", http_status=200, message=NAMELESS),
            id="no contact, and a medium in an unknown form",
        ),
    ],
)
def test_answers_about_the_event(
    result: SendResult,
    source: IdentitySource,
    outcome: Delivered | Wait | IdentityRejected | Rejected,
) -> None:
    """The event's own doing ends it, or makes it wait for a contact; the account is well."""
    was_error = isinstance(result, Refused)
    uncertain = (
        was_error and source in {"mail", "passthrough"} and not isinstance(outcome, Rejected)
    )
    update = Healthy(was_error=was_error, uncertain_refused=uncertain)
    if outcome == REJECTED:  # perhaps HubSpot refuses every event
        update = Healthy(was_error=True, alike_until=NOW + 5 * MINUTE, of_event=False)
    assert decided(result, source) == Decision(outcome, update)


@pytest.mark.parametrize(
    ("result", "paused"),
    [
        pytest.param(Throttled(), Paused(NOW + 10_500, "rate_limited"), id="429"),
        pytest.param(
            Throttled("TEN_SECONDLY_ROLLING", 3), Paused(NOW + 3_500, "rate_limited"), id="3 s"
        ),
        pytest.param(
            Throttled("TEN_SECONDLY_ROLLING", 7200),
            Paused(NOW + 15 * MINUTE + 500, "rate_limited"),
            id="not for long",
        ),
        pytest.param(Throttled("DAILY"), Paused(HALF_PAST + 500, "daily_limit"), id="daily limit"),
        pytest.param(
            Throttled("DAILY", 7200), Paused(NOW + 2 * HOUR + 500, "daily_limit"), id="daily, 2 h"
        ),
        pytest.param(
            Throttled("DAILY", 1e12), Paused(NOW + DAY + 500, "daily_limit"), id="a day at most"
        ),
        pytest.param(Unauthorized(), Paused(NOW + 5 * MINUTE, "bad_token"), id="401"),
        pytest.param(
            Unauthorized(final=True),
            Paused(NOW + 5 * MINUTE, "reinstall_needed"),
            id="dead refresh",
        ),
        pytest.param(MissingScope(), Paused(NOW + 5 * MINUTE, "missing_scope"), id="scope"),
    ],
)
def test_faults_of_the_account(result: Trouble, paused: Paused) -> None:
    """No event pays for the account's trouble, however often it was tried and however old."""
    again = Retry(NOW, paused.reason, counts_as_attempt=False)
    assert decided(result, attempts=99, age=10 * 365 * DAY) == Decision(again, paused)


@pytest.mark.parametrize(
    ("failures", "retry_after", "update"),
    [
        pytest.param(0, None, Failing("unavailable: x"), id="once may be chance"),
        pytest.param(1, None, Failing("unavailable: x"), id="twice too"),
        pytest.param(2, None, Failing("unavailable: x", NOW + 2_000), id="three times is none"),
        pytest.param(50, None, Failing("unavailable: x", NOW + 15_000), id="capped"),
        pytest.param(0, 7, Failing("unavailable: x", NOW + 7_000), id="HubSpot says when"),
        pytest.param(50, 1, Failing("unavailable: x", NOW + 15_000), id="the longer counts"),
        pytest.param(0, 1e12, Failing("unavailable: x", NOW + 15 * MINUTE), id="not for long"),
    ],
)
def test_an_outage(failures: int, retry_after: float | None, update: Failing) -> None:
    """After three failures in a row the account rests, at most half a minute unless told so."""
    trouble = Unavailable("x", retry_after)
    health = Health(failures)
    assert account_update(trouble, now=NOW, health=health, chance=0.5, policy=POLICY) == update


@pytest.mark.parametrize(
    ("failures", "rest"), [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (99, 60)]
)
def test_while_everything_is_refused_one_event_asks(failures: int, rest: int) -> None:
    """The event is due again after the others, and the account pauses longer each time."""
    decision = decided(refused("pageUrl"), failures=failures, refused_all=True)
    again = Retry(NOW + (rest + 1) * MINUTE, "refused_all", counts_as_attempt=False)
    assert decision == Decision(again, Paused(NOW + rest * MINUTE, "refused_all"))


@pytest.mark.parametrize("field", ["externalId", "contactId"])
def test_a_refusal_that_names_medium_or_identity_shows_that_not_everything_is(field: str) -> None:
    """HubSpot has looked at the event: the account is well again."""
    assert decided(refused(field), failures=3, refused_all=True).account == Healthy(was_error=True)


def test_an_event_that_is_too_old_is_rejected_though_everything_is_refused() -> None:
    """No event asks for ever."""
    decision = decided(refused(), age=POLICY.give_up_after + 1, refused_all=True)
    assert decision.outcome == REJECTED


@pytest.mark.parametrize(
    ("status", "age", "again_at"),
    [(403, 0, NOW + DAY), (403, DAY - 1, NOW + DAY), (403, DAY, None), (400, 0, None)],
)
def test_a_plain_403_is_tried_once_more(status: int, age: int, again_at: int | None) -> None:
    """A plain 403 may be the account's fault: one more attempt follows a day later, no third."""
    result = Refused(status, "FORBIDDEN", "no", "c-1")
    outcome = decided(result, age=age).outcome
    assert outcome == Rejected("refused", status, "FORBIDDEN", "no", "c-1", again_at)


def test_an_outage_on_a_day_of_many_errors() -> None:
    """Near the share of errors that HubSpot allows, an outage is probed four times more seldom."""
    decision = decided(Unavailable("x"), failures=50, strained=True)
    assert decision.account == Failing("unavailable: x", NOW + 60_000)


@pytest.mark.parametrize(
    ("attempts", "failures", "at"),
    [
        pytest.param(1, 0, 1_000, id="first"),
        pytest.param(2, 0, 2_000, id="second"),
        pytest.param(5, 0, 16_000, id="fifth"),
        pytest.param(99, 0, 450_000, id="capped"),
        pytest.param(1, 9, 15_000, id="when the account's rest is over"),
        pytest.param(99, 9, 15_000, id="however often: it is not the event's fault"),
    ],
)
def test_retries_of_an_event(attempts: int, failures: int, at: int) -> None:
    """Twice as long each time, up to a quarter of an hour, half of it by the dice's word."""
    decision = decided(Unavailable("x"), attempts=attempts, failures=failures)
    assert decision.outcome == Retry(NOW + at, "unavailable: x")
    assert isinstance(decision.account, Failing)


def test_an_event_is_given_up_at_last() -> None:
    """After as long as strangers are parked, an event that never went through is rejected."""
    tired = decided(Unavailable("x"), age=POLICY.give_up_after + 1)
    assert tired.outcome == Rejected("retries_exhausted", message="unavailable: x")
    assert isinstance(decided(Unavailable("x"), age=POLICY.give_up_after).outcome, Retry)


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_full_jitter(attempt: int, chance: float) -> None:
    """Anything between nothing and the step's whole length, never more than the cap."""
    rest = backoff(attempt, 1_000, 60_000, chance)
    assert 0 <= rest <= min(60_000, 1_000 * 2 ** min(attempt, 10))
    assert backoff(attempt, 1_000, 60_000, 0) == 0


def test_strangers_are_asked_about_ever_less() -> None:
    """Each interval is many times the one before; the last ends with the time they are kept."""
    intervals = [ask_again(asked, POLICY) for asked in range(5)]
    assert intervals == [10 * MINUTE, DAY, 6 * DAY, 22 * DAY, 22 * DAY]


@pytest.mark.parametrize(("attempts", "wait"), [(1, 10 * MINUTE), (2, DAY), (9, 22 * DAY)])
def test_a_stranger_to_hubspot_waits_ever_longer(attempts: int, wait: int) -> None:
    """An event refused for its visitor's sake is tried as seldom as a stranger is looked up."""
    decision = decided(refused("contactUtk"), "passthrough", attempts=attempts)
    assert decision.outcome == Wait("stranger", NOW + wait)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        pytest.param(8 * DAY, 22 * DAY - 6 * HOUR, id="before its end"),
        pytest.param(7 * DAY, 22 * DAY, id="in its time"),
        pytest.param(30 * DAY - 5 * HOUR, 22 * DAY, id="that was it"),
    ],
)
def test_a_stranger_to_hubspot_is_tried_in_the_last_hours(age: int, wait: int) -> None:
    """A new contact is found in the last hours, although the next regular try comes too late."""
    decision = decided(refused("contactUtk"), "passthrough", attempts=4, age=age)
    assert decision.outcome == Wait("stranger", NOW + wait)


results: st.SearchStrategy[Any] = st.one_of(
    st.builds(Accepted, st.integers(1), st.integers(1)),
    st.builds(Incomplete, st.just(("contactId",)) | st.just(("contactId", "mediaBridgeId"))),
    st.builds(Refused, st.sampled_from([400, 404, 409]), st.text(), st.text(), st.text()),
    st.builds(Throttled, st.sampled_from(["", "DAILY"]), st.none() | st.floats(0, 1e15)),
    st.builds(Unauthorized, st.text(), st.booleans()),
    st.builds(MissingScope),
    st.builds(Unavailable, st.text(), st.none() | st.floats(0, 1e15)),
)


@given(
    results,
    st.sampled_from(["signed", "usertoken", "mail", "passthrough"]),
    st.integers(1, 10_000),
    st.integers(0, 10_000),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 100 * DAY),
)
def test_any_answer_has_one_outcome(
    result: SendResult,
    source: IdentitySource,
    attempts: int,
    failures: int,
    chance: float,
    age: int,
) -> None:
    """No retry lies in the past, no pause is longer than a day and a second."""
    decision = decided(result, source, attempts=attempts, failures=failures, chance=chance, age=age)
    if isinstance(decision.outcome, Retry):
        assert NOW <= decision.outcome.at <= NOW + DAY
    if isinstance(decision.account, Paused):
        assert NOW <= decision.account.until <= NOW + DAY + SECOND
    if isinstance(decision.outcome, Delivered):
        assert isinstance(result, Accepted)
