"""Whether a request may be made, by the permits in use, the pause and the day's errors."""

from dataclasses import dataclass

from app.domain.figures import DAY_MS
from app.store.values import Claim, Quota

FRESH_MS = 5 * 60 * 1000
"""An event younger than this is fresh."""

BACKLOG_TURN = 10
"""Every so manieth permit goes to the longest due event, however much is fresh."""


@dataclass(frozen=True, slots=True)
class Books:
    """The account's row: pause, failures in a row, and the counts of `day` (since the epoch)."""

    paused_until: int
    failures: int
    day: int
    requests: int
    errors: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Window:
    """The permits in use, when the first of them frees itself, and the id of the latest (or 0)."""

    used: int
    frees_at: int | None
    latest: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a request may be made: permits left, until when to hold still (None: go on).

    `failures`: how many in a row; `strained`, `on_chance`: see `Claim`; `backlogs_turn`: the next
    permit is for what is longest due.
    """

    left: int
    wait_until: int | None
    failures: int
    strained: bool
    on_chance: bool
    backlogs_turn: bool

    def nothing(self) -> Claim:
        """A claim that has found no event."""
        return Claim(None, self.wait_until, self.failures, self.left, self.strained, self.on_chance)


def allowed(
    books: Books, window: Window, sending_until: int | None, now: int, quota: Quota
) -> Allowance:
    """What the account allows at this moment. `sending_until`: when the first lease will end."""
    requests, errors, refusals = (
        (books.requests, books.errors, books.refusals) if books.day == now // DAY_MS else (0, 0, 0)
    )
    many = max(quota.error_floor, quota.error_share * requests)
    left = max(0, quota.rate - window.used)
    wait_until: int | None = None
    if books.paused_until > now:
        wait_until = books.paused_until
    elif left == 0:
        wait_until = window.frees_at
    elif books.failures and sending_until is not None and sending_until > now:
        wait_until = sending_until  # while the account is failing, one request at a time probes it
    backlogs_turn = window.latest % BACKLOG_TURN == BACKLOG_TURN - 1
    return Allowance(
        left, wait_until, books.failures, errors >= many, refusals < many, backlogs_turn
    )


def wait_for_spare(account: Allowance, now: int, quota: Quota, spare: int) -> int | None:
    """Until when what is no event's has to wait, so that `spare` permits are left; None: go on."""
    if account.wait_until is not None:
        return account.wait_until
    return now + quota.window_ms // 10 if account.left <= spare else None
