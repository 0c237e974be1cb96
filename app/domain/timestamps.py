"""When progress was made, by the relay's clock, from what a browser's clock says of it.

Browser clocks are wrong by anything up to years. How long ago it was when the ping left is told by
one and the same clock, so that difference is taken from the time of arrival. A time that can't be
right (too long ago, or in the future) is replaced by the time of arrival.
"""

from typing import NamedTuple

DAY_MS = 24 * 60 * 60 * 1000

TRACKER_QUEUE_MS = 23 * DAY_MS
"""How late the tracker may still repeat a ping: what its queue in the browser holds."""

_DELAY_MS = DAY_MS  # between leaving the queue and arriving, clocks that drift included

FUTURE_MS = 60_000
"""A browser's clock is often ahead by less than this: that is no fault worth a warning."""

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

    The tracker's queue sets the least. An operator who keeps the plays of strangers for longer is
    sent plays from other queues that may be as old. `park_ms`: PLAYRELAY_PARK_DAYS.
    """
    return max(TRACKER_QUEUE_MS, park_ms) + _DELAY_MS


def date(
    occurred: float | None, sent: float | None, *, received_at: int, longest_age_ms: int
) -> Dated:
    """Date progress. `occurred`, `sent`: by the browser's clock, in ms since the epoch."""
    if occurred is None:
        return Dated(received_at)
    age = int((received_at if sent is None else sent) - occurred)
    if age > longest_age_ms:
        return Dated(received_at, replaced=True)
    return Dated(received_at - max(0, age), replaced=age < -FUTURE_MS)


def wrong_unit(value: float | None) -> str | None:
    """Say what is wrong with a time that is given in seconds; None: nothing is."""
    if value is not None and _SECONDS[0] <= value < _SECONDS[1]:
        return f"{value:.0f} is in seconds: {UNIT}"
    return None
