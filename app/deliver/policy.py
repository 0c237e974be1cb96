"""What each answer of HubSpot's means: a pure function from result to outcome."""

from collections.abc import Sequence

import msgspec

from app.domain.identity import Rung
from app.domain.outcome import Decision, Delivered, Failing, Healthy, Paused, Rejected, Retry, Wait
from app.hubspot.results import (
    Accepted,
    Incomplete,
    MissingScope,
    Refused,
    SendResult,
    Throttled,
    Trouble,
    Unauthorized,
)

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class DeliveryPolicy(msgspec.Struct, frozen=True):
    """Times in ms. Published: docs/DELIVERY.md says what an operator sees of them."""

    retry_first: int = 1_000
    retry_cap: int = 15 * MINUTE
    failing_after: int = 3
    """Failures in a row after which the fault is HubSpot's or ours, not an event's."""
    outage_cap: int = 30_000
    throttled: int = 10_000
    daily_limit: int = HOUR
    account_trouble: int = 5 * MINUTE
    give_up_after: int = 30 * DAY
    ask_strangers: tuple[int, ...] = (MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY)


class Sent(msgspec.Struct, frozen=True):
    """The request an answer belongs to: which attempt, on which rung, how old its event is."""

    rung: Rung
    attempts: int
    created_at: int


def decide(
    result: SendResult,
    sent: Sent,
    *,
    now: int,
    failures: int,
    chance: float,
    policy: DeliveryPolicy,
) -> Decision:
    """The event's outcome and the account's news. `chance`: 0 ≤ random < 1, for the jitter."""
    if isinstance(result, Accepted):
        return Decision(Delivered(result.contact_id, result.media_bridge_id, sent.rung), Healthy())
    if isinstance(result, Incomplete):
        return Decision(_incomplete(result, sent, now, policy), Healthy())
    if isinstance(result, Refused):
        return Decision(_refused(result, sent, now, policy), Healthy())
    return _troubled(result, sent, now, failures, chance, policy)


def account_news(
    trouble: Trouble, *, now: int, failures: int, chance: float, policy: DeliveryPolicy
) -> Failing | Paused:
    """How long the account rests, and why."""
    if isinstance(trouble, Throttled):
        if trouble.policy == "DAILY":
            return Paused(now + _seconds(trouble.retry_after, policy.daily_limit), "daily_limit")
        rest = _seconds(trouble.retry_after, policy.throttled)
        return Paused(now + rest + int(chance * 1_000), "rate_limited")
    if isinstance(trouble, Unauthorized):
        reason = "reinstall_needed" if trouble.final else "bad_token"
        return Paused(now + policy.account_trouble, reason)
    if isinstance(trouble, MissingScope):
        return Paused(now + policy.account_trouble, "missing_scope")
    if failures + 1 < policy.failing_after and trouble.retry_after is None:
        return Failing(f"unavailable: {trouble.reason}")
    rest = backoff(failures, policy.retry_first, policy.outage_cap, chance)
    return Failing(
        f"unavailable: {trouble.reason}", now + max(rest, _seconds(trouble.retry_after, 0))
    )


def backoff(attempt: int, first: int, cap: int, chance: float) -> int:
    """Capped exponential backoff with full jitter: ms, from 0 up to `first` × 2^attempt."""
    return int(chance * min(cap, first * 2 ** min(attempt, 30)))


def ask_again(asked: int, policy: DeliveryPolicy) -> int:
    """How long until a stranger is looked up again, in ms, after so many times."""
    return policy.ask_strangers[min(asked, len(policy.ask_strangers) - 1)]


def _incomplete(
    result: Incomplete, sent: Sent, now: int, policy: DeliveryPolicy
) -> Wait | Rejected:
    if "contactId" in result.missing and sent.rung in {"mail", "passthrough"}:
        return _stranger(sent, now, policy)
    what = " and ".join(result.missing)
    return Rejected("incomplete", 200, message=f"HubSpot answered 200 without {what}: nothing kept")


def _refused(result: Refused, sent: Sent, now: int, policy: DeliveryPolicy) -> Wait | Rejected:
    blamed: Sequence[str] = {"mail": ("_hsenc",), "passthrough": ("contactUtk",)}.get(sent.rung, ())
    if any(field in blamed for field in result.fields):
        return _stranger(sent, now, policy)
    return Rejected(
        "refused", result.status, result.category, result.message, result.correlation_id
    )


def _stranger(sent: Sent, now: int, policy: DeliveryPolicy) -> Wait:
    return Wait("stranger", now + ask_again(sent.attempts - 1, policy))


def _troubled(
    trouble: Trouble, sent: Sent, now: int, failures: int, chance: float, policy: DeliveryPolicy
) -> Decision:
    news = account_news(trouble, now=now, failures=failures, chance=chance, policy=policy)
    if isinstance(news, Paused):
        return Decision(Retry(now, news.reason, blameless=True), news)
    if now - sent.created_at > policy.give_up_after:
        return Decision(Rejected("retries_exhausted", message=news.reason), news)
    rest = backoff(sent.attempts, policy.retry_first, policy.retry_cap, chance)
    return Decision(Retry(max(now + rest, news.paused_until or 0), news.reason), news)


def _seconds(retry_after: float | None, otherwise: int) -> int:
    """HubSpot's word in ms, within a day; or else."""
    return otherwise if retry_after is None else min(int(retry_after * 1000), DAY)
