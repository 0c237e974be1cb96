"""Which event goes next: leases, with a permit of the rate window.

What was earned in the last minutes goes first, so that a backlog never delays what happens now;
every tenth permit is the backlog's all the same, so that it always moves.
"""

import sqlite3
from dataclasses import replace

from app.domain.identity import Identity, IdentityMode
from app.store.rules.account import FRESH_MS
from app.store.rules.states import UNREADABLE, readable
from app.store.sqlite import figures
from app.store.sqlite.account import allowance, take_permit
from app.store.sqlite.refused import refusal_of
from app.store.sqlite.whom import whose
from app.store.values import Claim, Job, Quota

# No earlier event of the same play stands before it: in flight, waiting, or put off.
_UNBLOCKED = """
    NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.play = o.play AND e.id < o.id
        AND (e.status IN ('sending', 'waiting') OR e.status = 'due' AND e.due_at > :now))
"""
FRESH = f"""
    SELECT o.play FROM outbox o
    WHERE o.status = 'due' AND o.created_at > :fresh AND o.due_at <= :now AND {_UNBLOCKED}
    ORDER BY o.created_at, o.id LIMIT 1
"""  # noqa: S608 - ours
LONGEST_DUE = f"""
    SELECT o.play FROM outbox o
    WHERE o.status = 'due' AND o.due_at <= :now AND {_UNBLOCKED}
    ORDER BY o.due_at, o.id LIMIT 1
"""  # noqa: S608 - ours
# The play's first: a fresh event may have late ones of its own play before it.
LEASE = """
    UPDATE outbox SET status = 'sending', lease_until = :lease_until, attempts = attempts + 1
    WHERE id = (SELECT min(id) FROM outbox WHERE play = :play AND status = 'due')
    RETURNING id, event, value, occurred_at, created_at, attempts
"""
NEXT_DUE = "SELECT min(due_at) FROM outbox WHERE status = 'due' AND due_at > ?"
# What can't be read can't be sent, and must not hold up the others.
SET_ASIDE = """
    UPDATE outbox SET status = 'rejected', due_at = NULL, settled_at = :now, reason = 'unreadable',
        family = 'unreadable', answer = :answer
    WHERE play = :play AND status = 'due'
"""
LOAD_PLAY = "SELECT state FROM plays WHERE id = ?"
PROVEN = "SELECT 1 FROM outbox WHERE play = ? AND status = 'delivered' AND reason = ? LIMIT 1"


def claim(
    db: sqlite3.Connection, mode: IdentityMode, now: int, lease_ms: int, quota: Quota
) -> Claim:
    """Lease the next event and a permit for it, or say when to ask again."""
    account = allowance(db, now, quota)
    none = account.nothing()
    if account.wait_until is not None:
        return none
    play_row = _next_play(db, now, backlogs_turn=account.backlogs_turn)
    if play_row is None:
        return replace(none, next_at=db.execute(NEXT_DUE, (now,)).fetchone()[0])
    play = readable(db.execute(LOAD_PLAY, (play_row,)).fetchone()[0])
    if play is None:
        set_aside = {"play": play_row, "now": now, "answer": UNREADABLE}
        figures.count_day(db, now, rejected=db.execute(SET_ASIDE, set_aside).rowcount)
        return replace(none, next_at=now)
    leased = {"play": play_row, "lease_until": now + lease_ms}
    event_id, event, value, occurred_at, created_at, attempts = db.execute(LEASE, leased).fetchone()
    identity = whose(db, play, mode)
    proven, refusal = False, None
    if isinstance(identity, Identity):
        proven = db.execute(PROVEN, (play_row, identity.rung)).fetchone() is not None
        refusal = refusal_of(db, play.medium, now, lease_ms, strained=account.strained)
    job = Job(
        id=event_id,
        permit=take_permit(db, now, lease_ms, quota),
        lease_until=now + lease_ms,
        event=event,
        value=value,
        occurred_at=occurred_at,
        created_at=created_at,
        attempts=attempts,
        play=play,
        identity=identity,
        proven=proven,
        refusal=refusal,
    )
    return replace(none, job=job, quota_left=account.left - 1)


def _next_play(db: sqlite3.Connection, now: int, *, backlogs_turn: bool) -> int | None:
    """The play whose first due event is next."""
    given = {"now": now, "fresh": now - FRESH_MS}
    for query in (LONGEST_DUE,) if backlogs_turn else (FRESH, LONGEST_DUE):
        row = db.execute(query, given).fetchone()
        if row is not None:
            return int(row[0])
    return None
