"""How long delivery waits: before a retry, during a pause, until the next look-up."""

import msgspec

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class DeliveryPolicy(msgspec.Struct, frozen=True):
    """Delays in ms. docs/DELIVERY.md publishes what an operator sees of them."""

    retry_first: int = 1_000
    retry_cap: int = 15 * MINUTE
    failing_after: int = 3
    """Failures in a row after which HubSpot or the relay is at fault, not an event."""
    outage_cap: int = 30_000
    strained_cap: int = 2 * MINUTE
    throttled: int = 10_000
    retry_after_cap: int = 15 * MINUTE
    daily_limit: int = 30 * MINUTE
    account_trouble: int = 5 * MINUTE
    refused_cap: int = HOUR
    forbidden_again: int = DAY
    gone_first: int = MINUTE
    gone_cap: int = HOUR
    give_up_after: int = 30 * DAY
    ask_identified: int = 15_000
    ask_strangers: tuple[int, ...] = (10 * MINUTE, DAY, 6 * DAY, 22 * DAY)


def backoff(attempt: int, first: int, cap: int, chance: float) -> int:
    """Capped exponential backoff with full jitter: ms, from 0 up to `first` × 2^attempt."""
    return int(chance * doubled(first, attempt, cap))


def doubled(first: int, times: int, cap: int) -> int:
    """A delay in ms that doubles so many times, up to `cap`."""
    longer: int = first * 2 ** min(times, 30)
    return min(longer, cap)


def ask_again(asked: int, policy: DeliveryPolicy) -> int:
    """The time until a stranger is looked up again, in ms, after so many look-ups."""
    if asked < 0:  # just identified: HubSpot may need a moment
        return policy.ask_identified
    return policy.ask_strangers[min(asked, len(policy.ask_strangers) - 1)]
