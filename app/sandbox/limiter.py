"""HubSpot's two limits: so many requests in any ten seconds, and so many a day.

Every request counts when it arrives, a refused one too, so a client that hammers stays refused.
"""

import math
from collections import Counter, deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.sandbox.config import SandboxConfig

WINDOW_SECONDS = 10

Policy = Literal["TEN_SECONDLY_ROLLING", "DAILY"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the account stands after one more request.

    `refused_by` is the limit that this request broke, `wait` the whole seconds until it gives way.
    """

    rate: int
    remaining: int
    daily_limit: int | None
    daily_remaining: int
    refused_by: Policy | None = None
    wait: int = 0

    def headers(self) -> dict[str, str]:
        """HubSpot's rate limit headers; the daily ones only where there is a daily limit."""
        headers = {
            "X-HubSpot-RateLimit-Max": str(self.rate),
            "X-HubSpot-RateLimit-Remaining": str(self.remaining),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW_SECONDS * 1000),
        }
        if self.daily_limit is not None:
            headers["X-HubSpot-RateLimit-Daily"] = str(self.daily_limit)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(self.daily_remaining)
        return headers


class Limiter:
    """Counts arrivals. `peak` is the most it ever saw within ten seconds, refused ones included.

    `refused`: how many requests each limit has refused.
    """

    def __init__(self) -> None:
        self.peak = 0
        self.refused: Counter[Policy] = Counter()
        self._window: deque[float] = deque()
        self._day: date | None = None
        self._today = 0

    def arrive(self, now: float, config: SandboxConfig) -> Standing:
        """Count one request at `now`, in seconds since the epoch, and say where that leaves us."""
        self._window.append(now)
        # A request counts for [t, t + 10 s): at t + 10 s there is room again.
        while self._window[0] <= now - WINDOW_SECONDS:
            self._window.popleft()
        self.peak = max(self.peak, len(self._window))

        local = datetime.fromtimestamp(now, ZoneInfo(config.time_zone))
        if local.date() != self._day:
            self._day, self._today = local.date(), 0
        self._today += 1

        daily_limit = config.daily_limit
        refused_by: Policy | None = None
        wait = 0.0
        if daily_limit is not None and self._today > daily_limit:
            refused_by, wait = "DAILY", _until_midnight(local)
        elif len(self._window) > config.rate:
            # Room for one more comes when all but `rate` - 1 of these have left the window.
            last_to_leave = self._window[len(self._window) - max(config.rate, 1)]
            refused_by, wait = "TEN_SECONDLY_ROLLING", last_to_leave + WINDOW_SECONDS - now
        if refused_by is not None:
            self.refused[refused_by] += 1
        return Standing(
            rate=config.rate,
            remaining=max(0, config.rate - len(self._window)),
            daily_limit=daily_limit,
            daily_remaining=max(0, (daily_limit or 0) - self._today),
            refused_by=refused_by,
            wait=math.ceil(wait),
        )


def _until_midnight(local: datetime) -> float:
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return midnight.timestamp() - local.timestamp()
