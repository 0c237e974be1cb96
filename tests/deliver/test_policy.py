"""What each answer of HubSpot's means for the event and for the account."""

import pytest

from app.deliver.policy import (
    DAY,
    HOUR,
    MINUTE,
    DeliveryPolicy,
    Sent,
    account_news,
    ask_again,
    backoff,
    decide,
)
from app.domain.identity import Rung
from app.domain.outcome import (
    Decision,
    Delivered,
    Failing,
    Healthy,
    Paused,
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
    Unauthorized,
    Unavailable,
)

NOW = 1_790_000_000_000
POLICY = DeliveryPolicy()


def decided(
    result: SendResult,
    *,
    rung: Rung = "usertoken",
    attempts: int = 1,
    failures: int = 0,
    age: int = 0,
    chance: float = 0.5,
) -> Decision:
    """The decision on an answer to a first attempt, unless said otherwise."""
    sent = Sent(rung, attempts, NOW - age)
    return decide(result, sent, now=NOW, failures=failures, chance=chance, policy=POLICY)


def test_an_accepted_event_is_delivered() -> None:
    """On the contact HubSpot named, by the rung it was sent on."""
    assert decided(Accepted(7, 42)) == Decision(Delivered(7, 42, "usertoken"), Healthy())


@pytest.mark.parametrize("rung", ["mail", "passthrough"])
@pytest.mark.parametrize(
    "result",
    [
        Incomplete(("contactId",)),
        Refused(400, fields=("_hsenc",)),
        Refused(400, fields=("contactUtk",)),
    ],
)
def test_a_visitor_hubspot_can_not_place_waits(rung: Rung, result: SendResult) -> None:
    """A token that HubSpot blames, or leaves unanswered, is a stranger's: asked again later."""
    outcome = decided(result, rung=rung).outcome
    blamed = {"mail": "_hsenc", "passthrough": "contactUtk"}[rung]
    if isinstance(result, Refused) and blamed not in result.fields:
        assert isinstance(outcome, Rejected)
    else:
        assert outcome == Wait("stranger", NOW + MINUTE)


@pytest.mark.parametrize("rung", ["signed", "usertoken"])
def test_a_200_without_a_contact_is_no_success(rung: Rung) -> None:
    """A known contact that HubSpot does not confirm is a case for a person."""
    outcome = decided(Incomplete(("contactId",)), rung=rung).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "incomplete"
    assert "contactId" in outcome.message


@pytest.mark.parametrize("rung", ["signed", "usertoken", "mail", "passthrough"])
def test_a_200_without_a_media_object_is_no_success(rung: Rung) -> None:
    """Whoever watched, an event on no media object was not kept."""
    outcome = decided(Incomplete(("mediaBridgeId",)), rung=rung).outcome
    assert isinstance(outcome, Rejected)


def test_a_refused_event_keeps_hubspots_words() -> None:
    """Category, message and correlation id stand in the outcome; the account is well."""
    refused = Refused(400, "VALIDATION_ERROR", "no such media", "c-1")
    assert decided(refused) == Decision(
        Rejected("refused", 400, "VALIDATION_ERROR", "no such media", "c-1"), Healthy()
    )


@pytest.mark.parametrize(
    ("trouble", "reason", "rest"),
    [
        (Throttled("TEN_SECONDLY_ROLLING"), "rate_limited", 10_500),
        (Throttled("TEN_SECONDLY_ROLLING", 3), "rate_limited", 3_500),
        (Throttled("", 0), "rate_limited", 500),
        (Throttled("DAILY"), "daily_limit", HOUR),
        (Throttled("DAILY", 7200), "daily_limit", 2 * HOUR),
        (Throttled("DAILY", 1e9), "daily_limit", DAY),
        (Unauthorized(), "bad_token", 5 * MINUTE),
        (Unauthorized(final=True), "reinstall_needed", 5 * MINUTE),
        (MissingScope(("media_bridge.write",)), "missing_scope", 5 * MINUTE),
    ],
)
def test_the_accounts_trouble_costs_no_event(
    trouble: Throttled | Unauthorized | MissingScope, reason: str, rest: int
) -> None:
    """The account rests, for a reason with a name; the event is due again and has lost nothing."""
    decision = decided(trouble)
    assert decision.account == Paused(NOW + rest, reason)
    assert decision.outcome == Retry(NOW, reason, blameless=True)


def test_one_failure_is_the_events_own() -> None:
    """Up to two failures in a row only the event waits."""
    for failures in (0, 1):
        decision = decided(Unavailable("timed out"), failures=failures)
        assert decision.account == Failing("unavailable: timed out", None)
        assert decision.outcome == Retry(NOW + 1_000, "unavailable: timed out")


def test_an_outage_rests_the_account() -> None:
    """From the third failure in a row the account backs off, half a minute at most."""
    rests = []
    for failures in range(2, 12):
        news = decided(Unavailable("refused"), failures=failures, chance=0.999).account
        assert isinstance(news, Failing)
        assert news.paused_until is not None
        rests.append(news.paused_until - NOW)
    assert rests == sorted(rests)
    assert 3_000 < rests[0] < 4_000
    assert rests[-1] <= POLICY.outage_cap


def test_hubspots_own_word_on_an_outage_counts() -> None:
    """Retry-After of a 503 is honoured from the first failure on."""
    decision = decided(Unavailable("503", retry_after=20))
    assert decision.account == Failing("unavailable: 503", NOW + 20_000)
    assert decision.outcome == Retry(NOW + 20_000, "unavailable: 503")


def test_an_event_is_given_up_at_last() -> None:
    """After as long as strangers are kept, a failing event goes to a person."""
    outcome = decided(Unavailable("refused"), age=POLICY.give_up_after + 1).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "retries_exhausted"


def test_backoff_is_capped_and_fully_jittered() -> None:
    """Between nothing and the doubling step, never above the cap, for any attempt."""
    for attempt in (0, 1, 5, 50, 10_000):
        assert backoff(attempt, 1_000, 60_000, 0.0) == 0
        assert backoff(attempt, 1_000, 60_000, 0.9999) <= min(60_000, 1_000 * 2 ** min(attempt, 30))
    assert backoff(3, 1_000, 60_000, 0.5) == 4_000


def test_strangers_are_asked_about_less_and_less() -> None:
    """The intervals grow up to a day."""
    intervals = [ask_again(asked, POLICY) for asked in range(8)]
    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (MINUTE, DAY)


def test_a_look_up_in_trouble_is_the_accounts_trouble() -> None:
    """Look-ups and events share the account, so they share its rests."""
    news = account_news(Throttled("DAILY"), now=NOW, failures=0, chance=0.0, policy=POLICY)
    assert news == Paused(NOW + HOUR, "daily_limit")
