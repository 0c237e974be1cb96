"""Limits how much one address may send in a minute."""

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from cachetools import TTLCache

WINDOW_SECONDS = 60.0
ADDRESSES = 100_000
"""Beyond this many addresses in a minute the oldest are forgotten: memory is bounded, not them."""


class AddressRate:
    """A fixed window per address, from its first request on. A rate of 0 is no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._limit = per_minute
        self._clock = clock
        self._windows: TTLCache[str, list[float]] = TTLCache(ADDRESSES, WINDOW_SECONDS, clock)

    def wait(self, address: str) -> int:
        """Seconds until one more may pass, without counting one; 0 if it may now."""
        window = self._windows.get(subscriber(address))
        if not self._limit or window is None or window[1] < self._limit:
            return 0
        return max(1, int(window[0] - self._clock()) + 1)

    def retry_after(self, address: str) -> int:
        """Count one request; 0 if it may pass, else the seconds until the window ends."""
        if not self._limit:
            return 0
        who = subscriber(address)
        window = self._windows.get(who)
        if window is None:
            self._windows[who] = [self._clock() + WINDOW_SECONDS, 1]
            return 0
        window[1] += 1
        if window[1] <= self._limit:
            return 0
        return max(1, int(window[0] - self._clock()) + 1)

    def charge(self, address: str, count: int) -> None:
        """Count more for a request that has passed, once its content is known."""
        window = self._windows.get(subscriber(address))
        if window is not None:
            window[1] += count


def subscriber(address: str) -> str:
    """The subscriber of an address: an IPv6 subscriber holds a /64, which counts as one address."""
    return _network(address) if ":" in address else address


@lru_cache(10_000)
def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
