"""The account's standing: permits of the rate window, pauses, failures, the day's errors."""

import sqlite3

from app.domain.figures import DAY_MS
from app.domain.outcome import AccountNews, Failing, Healthy, Paused, Unasked, was_asked
from app.store.rules.account import Allowance, Books, Window, allowed
from app.store.values import Quota

FREE_PERMITS = "DELETE FROM permits WHERE frees_at <= ?"
COUNT_PERMITS = "SELECT count(*), min(frees_at), coalesce(max(id), 0) FROM permits"
TAKE_PERMIT = "INSERT INTO permits (frees_at) VALUES (?) RETURNING id"
GIVE_PERMIT = "UPDATE permits SET frees_at = ? WHERE id = ?"
DROP_PERMIT = "DELETE FROM permits WHERE id = ?"
ACCOUNT = "SELECT paused_until, failures, day, requests, errors, refusals FROM account"
SENDING_NOW = "SELECT min(lease_until) FROM outbox WHERE status = 'sending'"

COUNT_REQUEST = """
    UPDATE account SET day = :day,
        requests = 1 + CASE WHEN day = :day THEN requests ELSE 0 END,
        errors = :erred + CASE WHEN day = :day THEN errors ELSE 0 END,
        refusals = :refused + CASE WHEN day = :day THEN refusals ELSE 0 END
"""
# A pause that still runs stays: the good answer may have been on its way before the pause began.
HEALTHY = """
    UPDATE account SET failures = 0, reason = CASE WHEN paused_until > ? THEN reason ELSE '' END
    WHERE failures > 0
"""
FAILING = """
    UPDATE account SET failures = failures + 1, reason = :reason,
        paused_until = max(paused_until, coalesce(:until, 0))
"""
RETRY_AT_ONCE = """
    UPDATE outbox SET due_at = :now
    WHERE status = 'due' AND due_at > :now AND reason LIKE 'unavailable%'
"""


def allowance(db: sqlite3.Connection, now: int, quota: Quota) -> Allowance:
    """What the account allows at this moment."""
    db.execute(FREE_PERMITS, (now,))
    window = Window(*db.execute(COUNT_PERMITS).fetchone())
    books = Books(*db.execute(ACCOUNT).fetchone())
    (sending_until,) = db.execute(SENDING_NOW).fetchone()
    return allowed(books, window, sending_until, now, quota)


def take_permit(db: sqlite3.Connection, now: int, lease_ms: int, quota: Quota) -> int:
    """Held from before the request leaves until a whole window after its answer came.

    The request reaches HubSpot at some instant in between, so no window at the receiving side can
    hold more requests than there are permits, whatever the network does. A permit whose holder
    died frees itself a window after the lease.
    """
    row = db.execute(TAKE_PERMIT, (now + lease_ms + quota.window_ms,)).fetchone()
    return int(row[0])


def used_permit(db: sqlite3.Connection, permit: int, now: int, quota: Quota) -> None:
    """The answer has come: the permit's last window begins."""
    db.execute(GIVE_PERMIT, (now + quota.window_ms, permit))


def return_permit(
    db: sqlite3.Connection, permit: int, now: int, quota: Quota, *, used: bool
) -> None:
    """Used it is free after its last window; if nothing was sent, at once."""
    if used:
        used_permit(db, permit, now, quota)
    else:
        db.execute(DROP_PERMIT, (permit,))


def hear(db: sqlite3.Connection, news: AccountNews, now: int) -> None:
    """Keep what an answer says of the account, and count it."""
    if isinstance(news, Unasked):
        return
    erred = isinstance(news, Paused) or news.erred
    refused = isinstance(news, Healthy) and news.unlucky
    if was_asked(news):
        given = {"day": now // DAY_MS, "erred": int(erred), "refused": int(refused)}
        db.execute(COUNT_REQUEST, given)
    if isinstance(news, Healthy):
        if db.execute(HEALTHY, (now,)).rowcount:
            db.execute(RETRY_AT_ONCE, {"now": now})
    elif isinstance(news, Failing):
        db.execute(FAILING, {"reason": news.reason, "until": news.paused_until})
    elif isinstance(news, Paused):
        # One request alone finds out whether the pause was long enough.
        db.execute(FAILING, {"reason": news.reason, "until": news.until})
