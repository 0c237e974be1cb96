"""Whether a request may be made, by the permits in use, the pause and the day's errors."""

import msgspec

from app.domain.streak import REFUSED_ALL
from app.domain.timestamps import DAY_MS
from app.store.policy import Quota
from app.store.records import Claim

FRESH_MS = 5 * 60 * 1000
"""An event younger than this is fresh."""

BACKLOG_EVERY = 10
"""One in ten permits goes to the oldest due event, so that a backlog always makes progress."""


class AccountState(msgspec.Struct, frozen=True):
    """The account's row: pause, failures in a row, and the counts of `day` (since the epoch).

    `reason`: of the pause, or of the last failure.
    """

    paused_until: int
    failures: int
    day: int
    requests: int
    errors: int
    refusals: int
    reason: str = ""


class Window(msgspec.Struct, frozen=True):
    """The permits in use, when the first of them becomes free, and the id of the latest (or 0)."""

    used: int
    frees_at: int | None
    latest: int


class SendDecision(msgspec.Struct, frozen=True):
    """Whether a request may be made: free permits, until when to wait (None: go on).

    `failures`: how many in a row; `strained`, `may_risk`, `refused_all`: see `Claim`;
    `is_backlog_turn`: the next permit is for the oldest due event. `turn`: counts permits.
    """

    left: int
    wait_until: int | None
    failures: int
    strained: bool
    may_risk: bool
    is_backlog_turn: bool
    refused_all: bool = False
    turn: int = 0

    def no_job(self) -> Claim:
        """A claim that found no event."""
        return Claim(
            job=None,
            next_at=self.wait_until,
            failures=self.failures,
            quota_left=self.left,
            strained=self.strained,
            may_risk=self.may_risk,
            refused_all=self.refused_all,
        )


def decide_sending(
    account: AccountState, window: Window, sending_until: int | None, now: int, quota: Quota
) -> SendDecision:
    """What the account allows at this moment. `sending_until`: when the first lease will end."""
    requests, errors, refusals = (
        (account.requests, account.errors, account.refusals)
        if account.day == now // DAY_MS
        else (0, 0, 0)
    )
    many = max(quota.error_floor, quota.error_share * requests)
    left = max(0, quota.rate - window.used)
    wait_until: int | None = None
    if account.paused_until > now:
        wait_until = account.paused_until
    elif left == 0:
        wait_until = window.frees_at
    elif account.failures and sending_until is not None and sending_until > now:
        wait_until = sending_until  # while the account is failing, one request at a time tests it
    is_backlog_turn = window.latest % BACKLOG_EVERY == BACKLOG_EVERY - 1
    return SendDecision(
        left,
        wait_until,
        account.failures,
        errors >= many,
        refusals < many,
        is_backlog_turn,
        account.reason == REFUSED_ALL,
        # Both counts, or every turn of the backlog would go to the same destination.
        window.latest + window.latest // BACKLOG_EVERY,
    )


def wait_for_spare(decision: SendDecision, now: int, quota: Quota, spare: int) -> int | None:
    """Until when a request without an event has to wait, so that `spare` permits remain.

    None: it need not wait.
    """
    if decision.wait_until is not None:
        return decision.wait_until
    return now + quota.window_ms // 10 if decision.left <= spare else None
