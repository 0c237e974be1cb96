"""The account's state: permits of the rate window, pauses, failures, the day's errors.

Permits are counted by the clock that all replicas share, `Tx.clock_ahead` of the caller's.
"""

from app.domain.outcome import AccountUpdate, Failing, Healthy, Paused, Unasked, was_asked
from app.domain.streak import REFUSED_ALL
from app.domain.timestamps import DAY_MS
from app.store.policy import Quota
from app.store.records import Permit
from app.store.rules.send_decision import (
    AccountState,
    SendDecision,
    Window,
    decide_sending,
    wait_for_spare,
)
from app.store.transactions.destinations import END_ALL
from app.store.tx import Tx

FREE_PERMITS = "DELETE FROM playrelay.permits WHERE frees_at <= $1"
COUNT_PERMITS = """
    SELECT count(*) AS used, min(frees_at) AS frees_at, coalesce(max(id), 0) AS latest
    FROM playrelay.permits
"""
TAKE_PERMIT = "INSERT INTO playrelay.permits (frees_at) VALUES ($1) RETURNING id"
FREE_PERMIT_AT = "UPDATE playrelay.permits SET frees_at = $1 WHERE id = $2"
DROP_PERMIT = "DELETE FROM playrelay.permits WHERE id = $1"
ACCOUNT = """
    SELECT paused_until, failures, day, requests, errors, refusals, reason,
        (SELECT min(lease_until) FROM playrelay.outbox WHERE status = 'sending') AS sending_until
    FROM playrelay.account
"""
COUNT_REQUEST = """
    UPDATE playrelay.account SET day = $1,
        requests = 1 + CASE WHEN day = $1 THEN requests ELSE 0 END,
        errors = $2 + CASE WHEN day = $1 THEN errors ELSE 0 END,
        refusals = $3 + CASE WHEN day = $1 THEN refusals ELSE 0 END
"""
# A pause that has not ended stays: the good answer may be older than the pause.
HEALTHY = """
    UPDATE playrelay.account
    SET failures = 0, reason = CASE WHEN paused_until > $1 THEN reason ELSE '' END
    WHERE failures > 0
"""
# Look-ups and media may succeed while all events are refused.
HEALTHY_BUT_FOR_EVENTS = f"{HEALTHY} AND reason <> '{REFUSED_ALL}'"
FAILING = """
    UPDATE playrelay.account SET failures = failures + 1, reason = $1,
        paused_until = greatest(paused_until, coalesce($2::bigint, 0))
"""
RETRY_AT_ONCE = """
    UPDATE playrelay.outbox SET due_at = $1
    WHERE status = 'due' AND due_at > $1
    AND (reason LIKE 'unavailable%' OR reason = 'refused_all')
"""
CLEAR_PAUSE = """
    UPDATE playrelay.account SET paused_until = 0, reason = ''
    WHERE reason IN
        ('bad_token', 'reinstall_needed', 'missing_scope', 'not_connected', 'refused_all')
"""


async def send_decision(tx: Tx, quota: Quota, now: int) -> SendDecision:
    """What the account allows; other transactions wait for this one to end.

    So two replicas can't take the last permit. The lock is advisory: a row lock would be held until
    the commit is on disk, even if there is nothing to take.
    """
    await tx.lock("claim")
    ahead = tx.clock_ahead
    await tx.change(FREE_PERMITS, now + ahead)
    used, frees_at, latest = await tx.one(COUNT_PERMITS)
    window = Window(used, None if frees_at is None else frees_at - ahead, latest)
    *account, sending_until = await tx.one(ACCOUNT)
    return decide_sending(AccountState(*account), window, sending_until, now, quota)


async def take_permit(tx: Tx, quota: Quota, now: int, lease_ms: int) -> int:
    """Held from before the request is sent until a full window after its answer.

    The request reaches HubSpot at some moment in between, so no window at HubSpot can contain more
    requests than there are permits, whatever the network does. If the holder dies, its permit
    becomes free one window after the lease.
    """
    return int(await tx.value(TAKE_PERMIT, now + tx.clock_ahead + lease_ms + quota.window_ms))


async def return_permit(tx: Tx, quota: Quota, permit: int, now: int, *, used: bool) -> None:
    """Return a permit: free one window after the answer, or at once if nothing was sent."""
    if used:
        await tx.change(FREE_PERMIT_AT, now + tx.clock_ahead + quota.window_ms, permit)
    else:
        await tx.change(DROP_PERMIT, permit)


async def record_account(
    tx: Tx, update: AccountUpdate, now: int, *, only_counted: bool = False
) -> None:
    """Save and count what an answer says about the account. Call it before changing any event.

    `only_counted`: the answer says nothing about the account.
    """
    if isinstance(update, Unasked):
        return
    was_error = isinstance(update, Paused) or update.was_error
    refused = isinstance(update, Healthy) and update.uncertain_refused
    if was_asked(update):
        await tx.change(COUNT_REQUEST, now // DAY_MS, int(was_error), int(refused))
    if only_counted:
        return
    if isinstance(update, Healthy):
        if await tx.change(HEALTHY if update.of_event else HEALTHY_BUT_FOR_EVENTS, now):
            await tx.change(RETRY_AT_ONCE, now)
    elif isinstance(update, Failing):
        await tx.change(FAILING, update.reason, update.paused_until)
    else:
        await pause(tx, update.reason, update.until)


async def pause(tx: Tx, reason: str, until: int) -> None:
    """Pause until then; afterwards one request at a time tests whether that was long enough."""
    await tx.change(FAILING, reason, until)


async def take_spare_permit(tx: Tx, quota: Quota, now: int, lease_ms: int, spare: int) -> Permit:
    """A permit for a request without an event, if more than `spare` remain."""
    wait_until = wait_for_spare(await send_decision(tx, quota, now), now, quota, spare)
    if wait_until is not None:
        return Permit(None, wait_until)
    return Permit(await take_permit(tx, quota, now, lease_ms), now)


async def settle_permit(tx: Tx, quota: Quota, permit: int, update: AccountUpdate, now: int) -> None:
    """Return the permit: the request was answered, or will not be."""
    await return_permit(tx, quota, permit, now, used=True)
    await record_account(tx, update, now)


async def clear_operator_pause(tx: Tx) -> None:
    """End pauses that only a person can end, of the account and of its destinations."""
    await tx.change(CLEAR_PAUSE)
    await tx.change(END_ALL)
