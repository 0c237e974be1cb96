"""Corrects times that a wrong clock has left in the future, by the rule of each kind of time.

If a clock was ahead and is set back, it leaves times that would never come: a permit that becomes
free in an hour, an event that is due tomorrow. By its rule each kind of time has a longest wait; a
time further ahead was written by another clock. The time of a past event is never in the future.
"""

from collections.abc import Iterator

from app.store.console_records import CLOCK
from app.store.policy import LongestWaits, StorePolicy
from app.store.rules.outcomes import LONGEST_REFUSED_MEDIUM_MS, REFUSED_MEDIUM_MS
from app.store.transactions.console_sessions import SESSION_MS
from app.store.tx import Tx

TOLERANCE_MS = 1_000
"""The largest difference between the clocks of replicas that counts as normal."""

HOUR_MS = 60 * 60 * 1000

# In each: $1 the latest time that the rule allows, $2 how many rows, $3 the time beyond which a row
# is brought back.
_UNLOCKED = "LIMIT $2 FOR UPDATE SKIP LOCKED"


def _events(column: str, which: str) -> str:
    return f"""
        UPDATE playrelay.outbox SET {column} = $1 WHERE id IN (SELECT id FROM playrelay.outbox
            WHERE {which} AND {column} > $3 {_UNLOCKED})
    """


LEASES = _events("lease_until", "status = 'sending'")
RETRIES = _events("due_at", "status = 'due' AND (reason = $4 OR reason LIKE $4::text || ':%')")
DUE_AT_ONCE = _events(
    "due_at",
    """status = 'due' AND reason NOT IN ('unavailable', 'refused_all')
            AND reason NOT LIKE 'unavailable:%'""",
)
STRANGERS = _events(
    "due_at", "status = 'waiting' AND reason = 'stranger' AND attempts BETWEEN $4 AND $5"
)
WAITING = _events("due_at", "status = 'waiting' AND reason <> 'stranger'")
HAPPENED = {
    # An event's turn comes when it is created, or later.
    "due": f"""
        UPDATE playrelay.outbox SET created_at = $1, turn_at = $1
        WHERE id IN (SELECT id FROM playrelay.outbox WHERE status = 'due'
            AND rank IN (0, 1) AND turn_at > $3 AND created_at > $3 {_UNLOCKED})
    """,
    "waiting": _events("created_at", "status = 'waiting'"),
    "rejected": _events("settled_at", "status = 'rejected'"),
    "done": _events("settled_at", "status IN ('delivered', 'unattributed', 'discarded')"),
    "played": f"""
        UPDATE playrelay.plays SET received_at = $1 WHERE id IN (SELECT id FROM playrelay.plays
            WHERE received_at > $3 {_UNLOCKED})
    """,
    # Looked up in the future: the next time stays as long after it as before.
    "asked": f"""
        UPDATE playrelay.contacts SET asked_at = $1,
            ask_at = ask_at - (asked_at - $1), ask_by = ask_by - (asked_at - $1)
        WHERE utk IN (SELECT utk FROM playrelay.contacts WHERE asked_at > $3 {_UNLOCKED})
    """,
}
# Never looked up. Until midnight: the day already has too many errors.
TO_ASK = f"""
    UPDATE playrelay.contacts SET ask_at = least(ask_at, $1), ask_by = $1
    WHERE utk IN (SELECT utk FROM playrelay.contacts
        WHERE asked_at IS NULL AND ask_by > $3 AND ask_at % 86400000 <> 0 {_UNLOCKED})
"""
SETTLING = f"""
    UPDATE playrelay.plays SET settles_at = $1 WHERE id IN (SELECT id FROM playrelay.plays
        WHERE settles_at > $3 {_UNLOCKED})
"""
# $1 and $3 without the suspension, which depends on how often the medium was refused in a row.
_MEDIUM_PAUSE = f"""
    least({REFUSED_MEDIUM_MS} * (1::bigint << least(refusals - 1, 5)), {LONGEST_REFUSED_MEDIUM_MS})
"""
REFUSED_MEDIA = f"""
    UPDATE playrelay.refused_media SET try_at = $1::bigint + {_MEDIUM_PAUSE}
    WHERE medium IN (SELECT medium FROM playrelay.refused_media
        WHERE try_at > $3 AND try_at > $3::bigint + {_MEDIUM_PAUSE} {_UNLOCKED})
"""
SESSIONS = f"""
    UPDATE playrelay.console_sessions SET expires_at = $1 WHERE digest IN (
        SELECT digest FROM playrelay.console_sessions WHERE expires_at > $3 {_UNLOCKED})
"""
# Somebody ended it before its time, so it has ended.
ENDED_LINKS = f"""
    UPDATE playrelay.shared_links SET stops_at = $1 WHERE link IN (
        SELECT link FROM playrelay.shared_links
        WHERE stops_at < ends_at AND stops_at > $3 {_UNLOCKED})
"""
PERMITS = "UPDATE playrelay.permits SET frees_at = $1 WHERE frees_at > $2"
PAUSED = "SELECT paused_until, reason FROM playrelay.account"
PAUSE = "UPDATE playrelay.account SET paused_until = $1 WHERE paused_until > $1"
RESTS = "UPDATE playrelay.resting SET paused_until = $1 WHERE paused_until > $2"
EXTEND_LEASES = """
    UPDATE playrelay.outbox SET lease_until = lease_until + $1 WHERE status = 'sending'
"""
NOTE = f"""
    INSERT INTO playrelay.audit (at, who, what, subject, count)
    SELECT $1::bigint, 'playrelay', '{CLOCK}', $2::text, $3::integer
    WHERE NOT EXISTS (SELECT 1 FROM playrelay.audit
        WHERE what = '{CLOCK}' AND at > $1::bigint - {HOUR_MS} AND at <= $1::bigint)
"""


async def bring_back(tx: Tx, policy: StorePolicy, now: int, limit: int, stepped: int) -> int:
    """Correct up to `limit` rows of each kind; returns how many.

    `stepped`: ms by which this process's clock has stepped since the last round. A step ahead does
    not end a lease: the request is no older than before.
    """
    if stepped > TOLERANCE_MS:
        await tx.change(EXTEND_LEASES, stepped)
    found = await _permits(tx, policy, now) + await _pause(tx, policy.longest, now)
    for sql, longest, *which in _rules(policy):
        latest = now + longest
        found += await tx.change(sql, latest, limit, latest + TOLERANCE_MS, *which)
    if found or abs(stepped) > TOLERANCE_MS:
        await tx.change(NOTE, now, _words(stepped), found)
    return found


def _rules(policy: StorePolicy) -> Iterator[tuple[str, int, *tuple[object, ...]]]:
    """Each statement, the longest wait by its rule, and which rows it is about."""
    longest = policy.longest
    yield LEASES, longest.lease
    for reason, wait in longest.retries.items():
        yield RETRIES, wait, reason
    yield DUE_AT_ONCE, 0
    last = len(longest.strangers)
    for times, wait in enumerate(longest.strangers, 1):
        yield STRANGERS, wait, times if times > 1 else 0, times if times < last else 2**30
    yield WAITING, longest.waiting
    yield TO_ASK, longest.lease
    yield SETTLING, policy.settle_ms
    yield REFUSED_MEDIA, 0
    yield SESSIONS, SESSION_MS
    yield ENDED_LINKS, 0
    for sql in HAPPENED.values():
        yield sql, 0


async def _permits(tx: Tx, policy: StorePolicy, now: int) -> int:
    """By the clock that permits are counted with."""
    latest = now + tx.clock_ahead + policy.longest.lease + policy.quota.window_ms
    return await tx.change(PERMITS, latest, latest + TOLERANCE_MS)


async def _pause(tx: Tx, longest: LongestWaits, now: int) -> int:
    until, reason = await tx.one(PAUSED)
    latest = now + longest.pauses.get(reason.partition(":")[0], longest.pause)
    back = await tx.change(PAUSE, latest) if until > latest + TOLERANCE_MS else 0
    longest_rest = now + max((longest.pause, *longest.pauses.values()))
    return back + await tx.change(RESTS, longest_rest, longest_rest + TOLERANCE_MS)


def _words(stepped: int) -> str:
    if abs(stepped) > TOLERANCE_MS:
        return f"stepped by {stepped / 1000:+.0f} s"
    return "times ahead of it were brought back"
