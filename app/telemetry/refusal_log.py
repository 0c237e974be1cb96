"""One log line per reason, account and second, however many requests are refused."""

from collections.abc import Callable
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


class RefusalLog:
    """Logs the first refusal of each second, with the count of those since the line before.

    `event`: the line's name. `clock`: seconds, monotonic. `log`: what writes a line, else the log
    as it is configured. Reasons and accounts are fixed sets, so memory is bounded.
    """

    def __init__(
        self, event: str, clock: Callable[[], float], log: Callable[..., None] | None = None
    ) -> None:
        self._event = event
        self._clock = clock
        self._log = log
        self._seconds: dict[tuple[str, object], int] = {}
        self._unlogged: dict[tuple[str, object], int] = {}

    def note(self, reason: str, **fields: Any) -> None:
        """Count a refusal, and log it unless this second has a line of that reason already."""
        second = int(self._clock())
        kind = (reason, fields.get("account"))
        count = self._unlogged.get(kind, 0) + 1
        if self._seconds.get(kind) == second:
            self._unlogged[kind] = count
            return
        self._seconds[kind] = second
        self._unlogged[kind] = 0
        write = self._log or _log.info
        write(self._event, reason=reason, count=count, **fields)
