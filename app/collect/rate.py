"""Limits how much one address may send in a minute."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

WINDOW_SECONDS = 60.0
ADDRESSES = 100_000
"""Beyond this many addresses in a minute, the oldest are dropped: memory is limited."""


class _Window:
    """The count of an address until the end of its window."""

    __slots__ = ("count", "end")

    def __init__(self, end: float) -> None:
        self.end = end
        self.count = 1


class AddressRate:
    """A fixed window per address, starting with its first request. A rate of 0 is no limit.

    Every ping passes here: a general cache with expiry took a tenth of its processor time, and the
    clock is read only when a count is above the limit. So a window that has ended counts on until
    then, and a minute may have twice the limit at most, as with any fixed windows.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._limit = per_minute
        self._clock = clock
        self._windows: OrderedDict[str, _Window] = OrderedDict()  # the first to expire comes first

    def __len__(self) -> int:
        """How many addresses are in memory."""
        return len(self._windows)

    def retry_after(self, address: str) -> int:
        """Count one request; returns 0 if it may pass, else the seconds until the window ends."""
        if not self._limit:
            return 0
        who = _network(address) if ":" in address else address  # no call, for every ping comes here
        window = self._windows.get(who)
        if window is not None:
            window.count += 1
            if window.count <= self._limit:
                return 0  # whether the window has ended makes no difference
        now = self._clock()
        if window is None or window.end <= now:
            self._open(who, now)
            return 0
        return max(1, int(window.end - now) + 1)

    def charge(self, address: str, count: int) -> None:
        """Add to the count of an accepted request, once its content is known."""
        window = self._windows.get(subscriber(address))
        if window is not None:
            window.count += count

    def _open(self, who: str, now: float) -> None:
        """Begin a window, and drop expired ones."""
        windows = self._windows
        windows.pop(who, None)
        while windows and (len(windows) >= ADDRESSES or next(iter(windows.values())).end <= now):
            windows.popitem(last=False)
        windows[who] = _Window(now + WINDOW_SECONDS)


def subscriber(address: str) -> str:
    """The rate-limited address: an IPv6 subscriber holds a /64, which counts as one address."""
    return _network(address) if ":" in address else address


@lru_cache(10_000)
def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
