"""Claims under lease, permits from the rate window, and settlements."""

import json
import sqlite3
from collections.abc import Mapping

import msgspec

from app.domain.identity import KnownContact
from app.domain.outcome import (
    AccountNews,
    Delivered,
    Failing,
    Healthy,
    Outcome,
    Paused,
    Retry,
    Wait,
)
from app.domain.play import Play
from app.store.interface import Claim, Job, LookupClaim, Quota

FREE_PERMITS = "DELETE FROM permits WHERE frees_at <= ?"
COUNT_PERMITS = "SELECT count(*), min(frees_at) FROM permits"
TAKE_PERMIT = "INSERT INTO permits (frees_at) VALUES (?) RETURNING id"
GIVE_PERMIT = "UPDATE permits SET frees_at = ? WHERE id = ?"
DROP_PERMIT = "DELETE FROM permits WHERE id = ?"
ACCOUNT = "SELECT paused_until, failures FROM account"

# While the account is failing, one request at a time probes it.
SENDING_NOW = "SELECT min(lease_until) FROM outbox WHERE status = 'sending'"

# The oldest due event that no earlier event of the same play still stands before.
CLAIM_EVENT = """
    UPDATE outbox SET status = 'sending', lease_until = :lease_until, attempts = attempts + 1
    WHERE id = (
        SELECT o.id FROM outbox o
        WHERE o.status = 'due' AND o.due_at <= :now AND NOT EXISTS (
            SELECT 1 FROM outbox e WHERE e.play = o.play AND e.id < o.id
            AND e.status IN ('due', 'sending', 'waiting'))
        ORDER BY o.due_at, o.id LIMIT 1)
    RETURNING id, play, event, value, occurred_at, created_at, attempts
"""
NEXT_DUE = "SELECT min(due_at) FROM outbox WHERE status = 'due' AND due_at > ?"
LOAD_JOB = """
    SELECT p.state, c.asked_at IS NOT NULL, c.contact_id
    FROM plays p LEFT JOIN contacts c ON c.utk = p.utk WHERE p.id = ?
"""
# A delivery is a fact even if the lease ran out meanwhile; anything else needs the lease.
SETTLE_DELIVERED = """
    UPDATE outbox SET status = 'delivered', lease_until = NULL, due_at = NULL, settled_at = :now,
        reason = :reason, answer = :answer
    WHERE id = :id AND status IN ('sending', 'due')
"""
SETTLE = """
    UPDATE outbox SET status = :status, lease_until = NULL, due_at = :due_at,
        settled_at = :settled_at, attempts = attempts - :blameless, reason = :reason,
        answer = :answer
    WHERE id = :id AND status = 'sending' AND lease_until = :lease_until
"""
# A pause that still runs stays: the good answer may have been on its way before the pause began.
HEALTHY = """
    UPDATE account SET failures = 0, reason = CASE WHEN paused_until > ? THEN reason ELSE '' END
"""
FAILING = """
    UPDATE account SET failures = failures + 1, reason = :reason,
        paused_until = max(paused_until, coalesce(:until, 0))
"""
PAUSED = "UPDATE account SET paused_until = max(paused_until, :until), reason = :reason"
RETRY_AT_ONCE = """
    UPDATE outbox SET due_at = :now
    WHERE status = 'due' AND due_at > :now AND reason LIKE 'unavailable%'
"""
# The rest of a play waits along: due, it would stand in the way of every claim.
WAIT_ALONG = """
    UPDATE outbox SET status = 'waiting', due_at = :due_at, reason = :reason
    WHERE status = 'due' AND play = (SELECT play FROM outbox WHERE id = :id AND status = 'waiting')
"""

DUE_LOOKUPS = "SELECT utk, asked FROM contacts WHERE ask_at <= ? ORDER BY ask_at LIMIT ?"
NEXT_LOOKUP = "SELECT min(ask_at) FROM contacts WHERE ask_at > ?"
POSTPONE_LOOKUP = "UPDATE contacts SET ask_at = ? WHERE utk = ?"
KEEP_ANSWER = """
    UPDATE contacts SET contact_id = ?, asked_at = ?, asked = asked + 1, ask_at = ? WHERE utk = ?
"""
RELEASE_CONTACT = """
    UPDATE outbox SET status = 'due', due_at = :now, reason = ''
    WHERE status = 'waiting' AND play IN (SELECT id FROM plays WHERE utk = :utk)
"""
RELEASE_MAIL = RELEASE_CONTACT.replace("utk = :utk", "utk = :utk AND mail = 1")
STILL_WAITING = """
    UPDATE outbox SET reason = 'stranger'
    WHERE status = 'waiting' AND play IN (SELECT id FROM plays WHERE utk = :utk AND mail = 0)
"""

_decode = msgspec.json.Decoder(Play).decode


def claim(db: sqlite3.Connection, now: int, lease_ms: int, quota: Quota) -> Claim:
    """Lease the next event and a permit for it, or say when to ask again."""
    left, wait_until, failures = _may_send(db, now, quota)
    if wait_until is not None:
        return Claim(None, wait_until, failures, left)
    row = db.execute(CLAIM_EVENT, {"now": now, "lease_until": now + lease_ms}).fetchone()
    if row is None:
        return Claim(None, db.execute(NEXT_DUE, (now,)).fetchone()[0], failures, left)
    event_id, play_row, event, value, occurred_at, created_at, attempts = row
    state, asked, contact_id = db.execute(LOAD_JOB, (play_row,)).fetchone()
    job = Job(
        id=event_id,
        permit=_take_permit(db, now, lease_ms, quota),
        lease_until=now + lease_ms,
        event=event,
        value=value,
        occurred_at=occurred_at,
        created_at=created_at,
        attempts=attempts,
        play=_decode(state),
        known=KnownContact(contact_id) if asked else None,
    )
    return Claim(job, None, failures, left - 1)


def settle(
    db: sqlite3.Connection,
    job: Job,
    outcome: Outcome,
    account: AccountNews,
    now: int,
    quota: Quota,
) -> None:
    """Write the outcome, the account's state, and start the permit's ten seconds."""
    db.execute(GIVE_PERMIT, (now + quota.window_ms, job.permit))
    _account(db, account, now)
    answer = json.dumps({k: v for k, v in msgspec.structs.asdict(outcome).items() if v})
    given = {"id": job.id, "lease_until": job.lease_until, "now": now, "answer": answer}
    if isinstance(outcome, Delivered):
        db.execute(SETTLE_DELIVERED, given | {"reason": outcome.rung})
        return
    given |= {"reason": outcome.reason, "blameless": 0, "settled_at": None, "due_at": None}
    if isinstance(outcome, Retry):
        given |= {"status": "due", "due_at": outcome.at, "blameless": int(outcome.blameless)}
    elif isinstance(outcome, Wait):
        given |= {"status": "waiting", "due_at": outcome.until}
    else:
        given |= {"status": "rejected", "settled_at": now}
    db.execute(SETTLE, given)
    if isinstance(outcome, Wait):
        db.execute(WAIT_ALONG, given)


def release(
    db: sqlite3.Connection, job: Job, now: int, quota: Quota, *, sent: bool, wait: str
) -> None:
    """Put a job back as it was. A permit that was not used is free at once."""
    if sent:
        db.execute(GIVE_PERMIT, (now + quota.window_ms, job.permit))
    else:
        db.execute(DROP_PERMIT, (job.permit,))
    given = {"id": job.id, "lease_until": job.lease_until, "reason": wait, "answer": "{}"}
    given |= {"status": "waiting", "due_at": None} if wait else {"status": "due", "due_at": now}
    given |= {"settled_at": None, "blameless": int(not sent)}
    db.execute(SETTLE, given)
    if wait:
        db.execute(WAIT_ALONG, given)


def claim_lookup(
    db: sqlite3.Connection, now: int, limit: int, lease_ms: int, quota: Quota
) -> LookupClaim:
    """Take the usertokens that are due; their next look-up stands at the lease's end meanwhile."""
    _, wait_until, failures = _may_send(db, now, quota)
    if wait_until is not None:
        return LookupClaim((), {}, 0, wait_until, failures)
    due = db.execute(DUE_LOOKUPS, (now, limit)).fetchall()
    if not due:
        return LookupClaim((), {}, 0, db.execute(NEXT_LOOKUP, (now,)).fetchone()[0], failures)
    db.executemany(POSTPONE_LOOKUP, [(now + lease_ms, utk) for utk, _ in due])
    permit = _take_permit(db, now, lease_ms, quota)
    return LookupClaim(tuple(utk for utk, _ in due), dict(due), permit, None, failures)


def settle_lookup(
    db: sqlite3.Connection,
    permit: int,
    answers: Mapping[str, int | None],
    ask_again: Mapping[str, int],
    account: AccountNews,
    now: int,
    quota: Quota,
) -> int:
    """Keep the answers; release what they settle."""
    db.execute(GIVE_PERMIT, (now + quota.window_ms, permit))
    _account(db, account, now)
    released = 0
    for utk, contact_id in answers.items():
        db.execute(KEEP_ANSWER, (contact_id, now, ask_again.get(utk), utk))
        given = {"utk": utk, "now": now}
        query = RELEASE_MAIL if contact_id is None else RELEASE_CONTACT
        released += db.execute(query, given).rowcount
        if contact_id is None:
            db.execute(STILL_WAITING, given)
    for utk in ask_again.keys() - answers.keys():
        db.execute(POSTPONE_LOOKUP, (ask_again[utk], utk))
    return released


def _may_send(db: sqlite3.Connection, now: int, quota: Quota) -> tuple[int, int | None, int]:
    """Permits left, until when to hold still (None: go on), and failures in a row."""
    db.execute(FREE_PERMITS, (now,))
    used, frees_at = db.execute(COUNT_PERMITS).fetchone()
    paused_until, failures = db.execute(ACCOUNT).fetchone()
    left = quota.rate - used
    if paused_until > now:
        return left, paused_until, failures
    if left <= 0:
        return 0, frees_at, failures
    if failures:
        (probing_until,) = db.execute(SENDING_NOW).fetchone()
        if probing_until is not None and probing_until > now:
            return left, probing_until, failures
    return left, None, failures


def _take_permit(db: sqlite3.Connection, now: int, lease_ms: int, quota: Quota) -> int:
    """Held from before the request leaves until a whole window after its answer came.

    The request reaches HubSpot at some instant in between, so no window at the receiving side can
    hold more requests than there are permits, whatever the network does. A permit whose holder
    died frees itself a window after the lease.
    """
    row = db.execute(TAKE_PERMIT, (now + lease_ms + quota.window_ms,)).fetchone()
    return int(row[0])


def _account(db: sqlite3.Connection, news: AccountNews, now: int) -> None:
    if isinstance(news, Healthy):
        (_, failures) = db.execute(ACCOUNT).fetchone()
        if failures:
            db.execute(RETRY_AT_ONCE, {"now": now})
            db.execute(HEALTHY, (now,))
    elif isinstance(news, Failing):
        db.execute(FAILING, {"reason": news.reason, "until": news.paused_until})
    elif isinstance(news, Paused):
        db.execute(PAUSED, {"reason": news.reason, "until": news.until})
