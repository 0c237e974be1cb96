"""What each of HubSpot's answers means: a pure function from result to outcome."""

from http import HTTPStatus

import msgspec
from msgspec.structs import replace

from app.deliver.delays import DAY, MINUTE, DeliveryPolicy, ask_again, backoff, doubled
from app.deliver.destination import MEDIA_BRIDGE_NAMES, Names
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
from app.domain.streak import REFUSED_ALL
from app.hubspot.results import (
    Accepted,
    Incomplete,
    MissingScope,
    NotConnected,
    Refused,
    SendResult,
    Taken,
    Throttled,
    Trouble,
    Unauthorized,
)
from app.store.rules.lookup_times import last_ask


class Sent(msgspec.Struct, frozen=True):
    """The request of an answer: its identity, the attempt, and the age of its event.

    `names`: the destination's names for what it may refuse.
    """

    identity: Identity
    attempts: int
    created_at: int
    names: Names = MEDIA_BRIDGE_NAMES


class Health(msgspec.Struct, frozen=True):
    """The account's state when the event was claimed.

    `failures`: how many in a row. `strained`: the day's errors are close to HubSpot's limit.
    `refused_all`: HubSpot refused the last events identically, and this one tests whether it still
    does.
    """

    failures: int = 0
    strained: bool = False
    refused_all: bool = False


UNSURE: frozenset[IdentitySource] = frozenset({"mail", "passthrough"})
"""Sources for which only HubSpot can say whether they lead to a contact."""


def decide(
    result: SendResult,
    sent: Sent,
    *,
    now: int,
    health: Health,
    chance: float,
    policy: DeliveryPolicy,
) -> Decision:
    """Decide the event's outcome and the account's update. `chance`: 0 ≤ random < 1, for jitter."""
    if isinstance(result, Accepted):
        source = sent.identity.source
        return Decision(Delivered(result.contact_id, result.media_bridge_id, source), Healthy())
    if isinstance(result, Taken):
        identity = sent.identity
        return Decision(Delivered(identity.contact_id, None, identity.source), Healthy())
    if isinstance(result, Incomplete):
        return Decision(_incomplete(result, sent, now, policy), Healthy())
    if isinstance(result, Refused):
        return _about_refusal(_refused(result, sent, now, policy), sent, now, health, policy)
    return _troubled(result, sent, now, health, chance, policy)


def _about_refusal(
    outcome: Wait | IdentityRejected | Rejected,
    sent: Sent,
    now: int,
    health: Health,
    policy: DeliveryPolicy,
) -> Decision:
    """Decide about a refusal that names neither identity nor medium: it may be the account's fault.

    The store decides that from the refusals before it. If it is, one event is sent as a test after
    each pause; the pauses grow, because each test may be one more error of the day.
    """
    if type(outcome) is not Rejected:
        uncertain = sent.identity.source in UNSURE and not isinstance(outcome, Rejected)
        return Decision(outcome, Healthy(was_error=True, uncertain_refused=uncertain))
    rest = doubled(policy.account_trouble, health.failures, policy.refused_cap)
    if not health.refused_all or now - sent.created_at > policy.give_up_after:
        once_more = _once_more(outcome, sent, now, policy)
        return Decision(once_more, Healthy(was_error=True, alike_until=now + rest, of_event=False))
    # A minute later than the others, so that the next test uses another event.
    again = Retry(now + rest + MINUTE, REFUSED_ALL, counts_as_attempt=False)
    return Decision(again, Paused(now + rest, REFUSED_ALL))


def _once_more(outcome: Rejected, sent: Sent, now: int, policy: DeliveryPolicy) -> Rejected:
    """A plain 403 may be the account's fault; with few plays, no series of refusals can show it."""
    if (
        outcome.http_status != HTTPStatus.FORBIDDEN
        or now - sent.created_at >= policy.forbidden_again
    ):
        return outcome
    return replace(outcome, again_at=now + policy.forbidden_again)


def account_update(
    trouble: Trouble, *, now: int, health: Health, chance: float, policy: DeliveryPolicy
) -> Failing | Paused:
    """How long the account pauses, and why.

    A daily limit ends at midnight in the account's time zone, which the relay does not know. Almost
    everywhere, midnight falls on a full or half hour UTC, so that is when to try again.
    """
    if isinstance(trouble, Throttled):
        if trouble.policy == "DAILY":
            grid = policy.daily_limit
            rest = _seconds(trouble.retry_after, grid - now % grid, DAY)
            return Paused(now + rest + int(chance * 1_000), "daily_limit")
        rest = _seconds(trouble.retry_after, policy.throttled, policy.retry_after_cap)
        return Paused(now + rest + int(chance * 1_000), "rate_limited")
    if isinstance(trouble, Unauthorized | MissingScope | NotConnected):
        asked = not isinstance(trouble, NotConnected)
        return Paused(now + policy.account_trouble, _for_a_person(trouble), asked)
    if health.failures + 1 < policy.failing_after and trouble.retry_after is None:
        return Failing(f"unavailable: {trouble.reason}", was_error=trouble.answered)
    cap = policy.strained_cap if health.strained else policy.outage_cap
    rest = backoff(health.failures, policy.retry_first, cap, chance)
    until = now + max(rest, _seconds(trouble.retry_after, 0, policy.retry_after_cap))
    return Failing(f"unavailable: {trouble.reason}", until, was_error=trouble.answered)


def _for_a_person(trouble: Unauthorized | MissingScope | NotConnected) -> str:
    """The reason that only a person can fix, as docs/DELIVERY.md names it."""
    if isinstance(trouble, Unauthorized):
        return "reinstall_needed" if trouble.final else "bad_token"
    return "missing_scope" if isinstance(trouble, MissingScope) else "not_connected"


def _incomplete(
    result: Incomplete, sent: Sent, now: int, policy: DeliveryPolicy
) -> Wait | IdentityRejected | Rejected:
    if result.unread and "contactId" not in result.missing:
        what = " and ".join(result.unread)
        message = (
            f"HubSpot answered 200 with {what} in a form that the relay can't read: it has "
            "probably kept the event, so look at the contact before you requeue it"
        )
        return Rejected("unread_answer", 200, message=message)
    what = " and ".join(result.missing)
    said = Refused(200, message=f"HubSpot answered 200 without {what}: nothing kept")
    # An answer that names neither may be about the medium: no reason to doubt a known contact.
    sure = sent.identity.contact_id is not None
    if result.missing == ("contactId",) or ("contactId" in result.missing and not sure):
        return _identity_rejected(said, sent, now, policy)
    kind = Rejected if "contactId" in result.missing else RefusedMedium
    return kind("incomplete", 200, message=said.message)


def _refused(
    result: Refused, sent: Sent, now: int, policy: DeliveryPolicy
) -> Wait | IdentityRejected | Rejected:
    if sent.names.identities.get(sent.identity.source) in result.fields:
        return _identity_rejected(result, sent, now, policy)
    kind = RefusedMedium if sent.names.medium.intersection(result.fields) else Rejected
    return kind("refused", result.status, result.category, result.message, result.correlation_id)


def _identity_rejected(
    said: Refused, sent: Sent, now: int, policy: DeliveryPolicy
) -> Wait | IdentityRejected:
    """Wait if the source was the usertoken, which may still become a contact's; else use the next.

    Like the look-up of a stranger, a usertoken is tried once more in the last hours.
    """
    if sent.identity.source == "passthrough":
        again = now + ask_again(sent.attempts - 1, policy)
        end = sent.created_at + policy.give_up_after
        last = end - last_ask(policy.give_up_after).notice
        return Wait("stranger", last if now < last < again else again)
    return IdentityRejected(
        sent.identity.key,
        http_status=said.status,
        category=said.category,
        message=said.message,
        correlation_id=said.correlation_id,
    )


def _troubled(
    trouble: Trouble, sent: Sent, now: int, health: Health, chance: float, policy: DeliveryPolicy
) -> Decision:
    update = account_update(trouble, now=now, health=health, chance=chance, policy=policy)
    if isinstance(update, Paused):
        return Decision(Retry(now, update.reason, counts_as_attempt=False), update)
    if now - sent.created_at > policy.give_up_after:
        return Decision(Rejected("retries_exhausted", message=update.reason), update)
    if update.paused_until is not None:  # not the event's fault: it may be the next test
        return Decision(Retry(update.paused_until, update.reason), update)
    rest = backoff(sent.attempts, policy.retry_first, policy.retry_cap, chance)
    return Decision(Retry(now + rest, update.reason), update)


def _seconds(retry_after: float | None, otherwise: int, most: int) -> int:
    """The requested delay in ms, up to `most`; `otherwise` if none is requested."""
    return otherwise if retry_after is None else min(int(retry_after * 1000), most)
