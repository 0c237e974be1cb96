"""When progress was made, by the relay's clock, from the times of a browser's clock.

Browser clocks may be wrong by years. But the difference between the progress and the sending is
measured by one clock, so it is subtracted from the time of arrival. A time that can't be right (too
long ago, or in the future) is replaced by the time of arrival.
"""

from typing import NamedTuple

DAY_MS = 24 * 60 * 60 * 1000

TRACKER_QUEUE_MS = 23 * DAY_MS
"""How late the tracker may still repeat a ping: the limit of its queue in the browser."""

_DELAY_MS = DAY_MS  # time between sending and arriving, including clock drift

FUTURE_MS = 60_000
"""Browser clocks are often ahead by less than this: no warning for it."""

UNIT = "send milliseconds since the epoch, as Date.now() gives them"

# Milliseconds of 1970-01-12 to 1970-04-26; seconds of 2001 to 2286. The smallest wrong value for a
# clock that was never set would be eleven days of uptime, without TLS.
_SECONDS = (1e9, 1e10)


class Dated(NamedTuple):
    """When it happened, in ms since the epoch; `replaced`: the sender's time was not usable."""

    at: int
    replaced: bool = False


def longest_age(park_ms: int) -> int:
    """How long before its arrival progress may have been made, in ms.

    The tracker's queue sets the minimum. An operator who keeps strangers' plays for longer may
    receive equally old plays from other senders. `park_ms`: PLAYRELAY_PARK_DAYS.
    """
    return max(TRACKER_QUEUE_MS, park_ms) + _DELAY_MS


def date(
    occurred: float | None, sent: float | None, *, received_at: int, longest_age_ms: int
) -> Dated:
    """Date the progress. `occurred`, `sent`: by the browser's clock, in ms since the epoch."""
    if occurred is None:
        return Dated(received_at)
    age = int((received_at if sent is None else sent) - occurred)
    if age > longest_age_ms:
        return Dated(received_at, replaced=True)
    return Dated(received_at - max(0, age), replaced=age < -FUTURE_MS)


def wrong_unit(value: float | None) -> str | None:
    """The fault of a time that is given in seconds; None if there is none."""
    if value is not None and _SECONDS[0] <= value < _SECONDS[1]:
        return f"{value:.0f} is in seconds: {UNIT}"
    return None
