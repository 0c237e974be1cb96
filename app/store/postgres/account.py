"""The account's standing: permits of the rate window, pauses, failures, the day's errors."""

from dataclasses import dataclass, replace

from app.domain.figures import DAY_MS
from app.domain.outcome import AccountNews, Failing, Healthy, Paused, Unasked, was_asked
from app.store.postgres.db import Db
from app.store.rules.account import Allowance, Books, Window, allowed
from app.store.values import Quota

# One claim at a time looks at the account, of all replicas: so no two take the last permit. An
# advisory lock, for a row's would have to wait for the disk even where nothing was to be had.
TAKE_TURN = "SELECT pg_advisory_xact_lock($1)"
FREE_PERMITS = "DELETE FROM playrelay.permits WHERE frees_at <= $1"
COUNT_PERMITS = """
    SELECT count(*) AS used, min(frees_at) AS frees_at, coalesce(max(id), 0) AS latest
    FROM playrelay.permits
"""
TAKE_PERMIT = "INSERT INTO playrelay.permits (frees_at) VALUES ($1) RETURNING id"
GIVE_PERMIT = "UPDATE playrelay.permits SET frees_at = $1 WHERE id = $2"
DROP_PERMIT = "DELETE FROM playrelay.permits WHERE id = $1"
ACCOUNT = """
    SELECT paused_until, failures, day, requests, errors, refusals,
        (SELECT min(lease_until) FROM playrelay.outbox WHERE status = 'sending') AS sending_until
    FROM playrelay.account
"""
COUNT_REQUEST = """
    UPDATE playrelay.account SET day = $1,
        requests = 1 + CASE WHEN day = $1 THEN requests ELSE 0 END,
        errors = $2 + CASE WHEN day = $1 THEN errors ELSE 0 END,
        refusals = $3 + CASE WHEN day = $1 THEN refusals ELSE 0 END
"""
# A pause that still runs stays: the good answer may have been on its way before the pause began.
HEALTHY = """
    UPDATE playrelay.account
    SET failures = 0, reason = CASE WHEN paused_until > $1 THEN reason ELSE '' END
    WHERE failures > 0
"""
FAILING = """
    UPDATE playrelay.account SET failures = failures + 1, reason = $1,
        paused_until = greatest(paused_until, coalesce($2::bigint, 0))
"""
RETRY_AT_ONCE = """
    UPDATE playrelay.outbox SET due_at = $1
    WHERE status = 'due' AND due_at > $1 AND reason LIKE 'unavailable%'
"""


@dataclass(frozen=True, slots=True)
class Gate:
    """The way to the permits, which stand in the server's time.

    `key`: of the account's advisory lock. `ahead`: ms that the server's clock is ahead of ours.
    """

    quota: Quota
    key: int
    ahead: int = 0


async def allowance(db: Db, gate: Gate, now: int) -> Allowance:
    """What the account allows; nobody else finds out before this transaction ends."""
    await db.value(TAKE_TURN, gate.key)
    await db.change(FREE_PERMITS, now + gate.ahead)
    window = Window(**await db.figures(COUNT_PERMITS))
    if window.frees_at is not None:
        window = replace(window, frees_at=window.frees_at - gate.ahead)
    books = await db.figures(ACCOUNT)
    sending_until = books.pop("sending_until")
    return allowed(Books(**books), window, sending_until, now, gate.quota)


async def take_permit(db: Db, gate: Gate, now: int, lease_ms: int) -> int:
    """Held from before the request leaves until a whole window after its answer came.

    The request reaches HubSpot at some instant in between, so no window at the receiving side can
    hold more requests than there are permits, whatever the network does. A permit whose holder
    died frees itself a window after the lease.
    """
    return int(await db.value(TAKE_PERMIT, now + gate.ahead + lease_ms + gate.quota.window_ms))


async def used_permit(db: Db, gate: Gate, permit: int, now: int) -> None:
    """The answer has come: the permit's last window begins."""
    await db.change(GIVE_PERMIT, now + gate.ahead + gate.quota.window_ms, permit)


async def return_permit(db: Db, gate: Gate, permit: int, now: int, *, used: bool) -> None:
    """Used it is free after its last window; if nothing was sent, at once."""
    if used:
        await used_permit(db, gate, permit, now)
    else:
        await db.change(DROP_PERMIT, permit)


async def hear(db: Db, news: AccountNews, now: int) -> None:
    """Keep what an answer says of the account, and count it. Before any event is touched."""
    if isinstance(news, Unasked):
        return
    erred = isinstance(news, Paused) or news.erred
    refused = isinstance(news, Healthy) and news.unlucky
    if was_asked(news):
        await db.change(COUNT_REQUEST, now // DAY_MS, int(erred), int(refused))
    if isinstance(news, Healthy):
        if await db.change(HEALTHY, now):
            await db.change(RETRY_AT_ONCE, now)
    elif isinstance(news, Failing):
        await db.change(FAILING, news.reason, news.paused_until)
    elif isinstance(news, Paused):
        # One request alone finds out whether the pause was long enough.
        await db.change(FAILING, news.reason, news.until)
