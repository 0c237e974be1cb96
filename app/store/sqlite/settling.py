"""What became of a claimed event: its one outcome, and what that means for the rest of its play."""

import sqlite3
from dataclasses import asdict

import msgspec

from app.domain.identity import Identity, IdentityMode, Unknown
from app.domain.outcome import (
    AccountNews,
    Delivered,
    Disowned,
    Outcome,
    RefusedMedium,
    Rejected,
    was_asked,
)
from app.store.rules.settling import Next, answer_of, disown, next_rung, released, settled
from app.store.rules.states import decode_play, encode_play
from app.store.sqlite import figures
from app.store.sqlite.account import hear, return_permit
from app.store.sqlite.refused import accept, refuse
from app.store.sqlite.whom import whose
from app.store.values import Job, Quota

# A delivery is a fact even if the lease ran out meanwhile; anything else needs the lease.
SETTLE_DELIVERED = """
    UPDATE outbox SET status = 'delivered', lease_until = NULL, due_at = NULL, settled_at = :now,
        reason = :reason, answer = :answer
    WHERE id = :id AND status IN ('sending', 'due')
    RETURNING play
"""
SETTLE = """
    UPDATE outbox SET status = :status, lease_until = NULL, due_at = :due_at,
        settled_at = :settled_at, attempts = attempts - :blameless, reason = :reason,
        answer = :answer, family = :family
    WHERE id = :id AND status = 'sending' AND lease_until = :lease_until
    RETURNING play
"""
# The rest of a play comes along: due, it would stand in the way of every claim.
COME_ALONG = """
    UPDATE outbox SET status = :status, due_at = :due_at, reason = :reason
    WHERE status = 'due' AND play = :play AND id > :id
"""
LOAD_PLAY = "SELECT state, utk FROM plays WHERE id = ?"
SAVE_STATE = "UPDATE plays SET state = ? WHERE id = ?"
DISOWN = "UPDATE plays SET state = :state, mail = mail AND :mail WHERE id = :play"
# HubSpot itself named the contact: it was merged or deleted since, so the answer is void.
ASK_AFRESH = """
    UPDATE contacts SET contact_id = NULL, asked_at = NULL, asked = 0, ask_at = :now, ask_by = :now
    WHERE utk = :utk AND contact_id = :contact_id
"""
# Nobody asked, as long as another identity was good enough; or nothing waited for the answer.
ASK_AT_LAST = """
    INSERT INTO contacts (utk, ask_at, ask_by) VALUES (:utk, :now, :now)
    ON CONFLICT (utk) DO UPDATE SET asked = 0, ask_at = :now, ask_by = :now
    WHERE contact_id IS NULL AND ask_at IS NULL
"""


def settle(
    db: sqlite3.Connection,
    mode: IdentityMode,
    job: Job,
    outcome: Outcome,
    account: AccountNews,
    now: int,
    quota: Quota,
) -> None:
    """Write the outcome, the account's state, and start the permit's ten seconds."""
    asked = was_asked(account)
    return_permit(db, job.permit, now, quota, used=asked)
    hear(db, account, now)
    if isinstance(outcome, Delivered):
        accept(db, job.play.medium)
        given = {"id": job.id, "now": now, "reason": outcome.rung, "answer": answer_of(outcome)}
        row = db.execute(SETTLE_DELIVERED, given).fetchone()
        if row is not None:
            figures.count_day(db, now, delivered=1)
            _attribute(db, row[0])
    elif isinstance(outcome, Disowned):
        _settle(db, job, _next_rung(db, mode, job, outcome, now))
    else:
        _settle(db, job, settled(outcome, now, asked=asked))
    if isinstance(outcome, Rejected):
        figures.count_day(db, now, rejected=1)
    if isinstance(outcome, RefusedMedium):
        refuse(db, job.play.medium, outcome, now)


def release(
    db: sqlite3.Connection,
    mode: IdentityMode,
    job: Job,
    now: int,
    quota: Quota,
    *,
    sent: bool,
    wait: str,
    until: int | None,
) -> None:
    """Put a job back as it was. A permit that was not used is free at once."""
    return_permit(db, job.permit, now, quota, used=sent)
    if isinstance(job.identity, Unknown) and isinstance(whose(db, job.play, mode), Identity):
        wait = ""  # the answer came between the claim and now
    _settle(db, job, released(wait, until, now, sent=sent))


def _settle(db: sqlite3.Connection, job: Job, what: Next) -> None:
    given = asdict(what) | {"id": job.id, "lease_until": job.lease_until}
    row = db.execute(SETTLE, given).fetchone()
    if row is not None and what.status != "rejected":
        db.execute(COME_ALONG, given | {"play": row[0]})


def _attribute(db: sqlite3.Connection, play_row: int) -> None:
    """The play is on a contact: the first of its events to get there counts it."""
    before = decode_play(db.execute(LOAD_PLAY, (play_row,)).fetchone()[0])
    if not before.attributed:
        after = msgspec.structs.replace(before, attributed=True)
        db.execute(SAVE_STATE, (encode_play(after), play_row))
        figures.move(db, before, after)


def _next_rung(
    db: sqlite3.Connection, mode: IdentityMode, job: Job, outcome: Disowned, now: int
) -> Next:
    """The play forgets the identity that HubSpot knows nobody by, and is due as the next one."""
    (play_row,) = db.execute("SELECT play FROM outbox WHERE id = ?", (job.id,)).fetchone() or (0,)
    stored = db.execute(LOAD_PLAY, (play_row,)).fetchone()
    if stored is None:  # erased meanwhile, and the event with it
        return next_rung(outcome, job.identity, now)
    play = disown(decode_play(stored[0]), outcome)
    by_mail = "mail" in play.refused
    db.execute(DISOWN, {"play": play_row, "state": encode_play(play), "mail": not by_mail})
    rung, _, contact_id = outcome.identity.partition(":")
    if rung == "usertoken":
        void = {"utk": stored[1], "contact_id": int(contact_id), "now": now}
        db.execute(ASK_AFRESH, void)
    identity = whose(db, play, mode)
    if isinstance(identity, Unknown) and mode == "lookup" and stored[1] is not None:
        db.execute(ASK_AT_LAST, {"utk": stored[1], "now": now})
    return next_rung(outcome, identity, now)
