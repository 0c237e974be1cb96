"""Whose usertokens are asked about next, and what the answers release."""

import sqlite3
from collections.abc import Mapping

from app.domain.outcome import AccountNews
from app.store.rules.asking import YIELD_MS, latest_ask
from app.store.sqlite.account import allowance, hear, take_permit, used_permit
from app.store.values import LookupClaim, Quota

DUE_LOOKUPS = "SELECT utk, asked FROM contacts WHERE ask_at <= ? ORDER BY ask_by, utk LIMIT ?"
FIRST_DUE = "SELECT min(ask_by) FROM contacts WHERE ask_by IS NOT NULL"
FIRST_NEW = "SELECT min(ask_by) FROM contacts WHERE asked_at IS NULL"
GATHERED = "SELECT count(*) FROM (SELECT 1 FROM contacts WHERE ask_at <= ? LIMIT ?)"
EVENTS_DUE = "SELECT 1 FROM outbox WHERE status = 'due' AND due_at <= ? LIMIT 1"
POSTPONE_LOOKUP = "UPDATE contacts SET ask_at = :at, ask_by = :by WHERE utk = :utk"
KEEP_ANSWER = """
    UPDATE contacts SET contact_id = :contact_id, asked_at = :now, asked = asked + 1,
        ask_at = :at, ask_by = :by
    WHERE utk = :utk
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


def claim_lookup(
    db: sqlite3.Connection, now: int, limit: int, lease_ms: int, quota: Quota
) -> LookupClaim:
    """Take the usertokens that are due; their next look-up stands at the lease's end meanwhile."""
    account = allowance(db, now, quota)
    wait_until = account.wait_until
    if wait_until is None:
        wait_until = _worth_asking(db, now, limit)
    if wait_until is None or wait_until > now:
        return LookupClaim((), {}, 0, wait_until, account.failures, account.strained)
    due = db.execute(DUE_LOOKUPS, (now, limit)).fetchall()
    leased = now + lease_ms
    db.executemany(POSTPONE_LOOKUP, [{"utk": utk, "at": leased, "by": leased} for utk, _ in due])
    permit = take_permit(db, now, lease_ms, quota)
    utks = tuple(utk for utk, _ in due)
    return LookupClaim(utks, dict(due), permit, None, account.failures, account.strained)


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
    used_permit(db, permit, now, quota)
    hear(db, account, now)
    released = 0
    for utk, contact_id in answers.items():
        again = _again(utk, ask_again.get(utk), now)
        db.execute(KEEP_ANSWER, again | {"contact_id": contact_id, "now": now})
        given = {"utk": utk, "now": now}
        query = RELEASE_MAIL if contact_id is None else RELEASE_CONTACT
        released += db.execute(query, given).rowcount
        if contact_id is None:
            db.execute(STILL_WAITING, given)
    for utk in ask_again.keys() - answers.keys():
        db.execute(POSTPONE_LOOKUP, _again(utk, ask_again[utk], now))
    return released


def _worth_asking(db: sqlite3.Connection, now: int, limit: int) -> int | None:
    """When the next look-up is worth a request (now, or earlier); None: nobody is to be asked."""
    (first,) = db.execute(FIRST_DUE).fetchone()
    if first is None:
        return None
    if first > now and db.execute(GATHERED, (now, limit)).fetchone()[0] < limit:
        return int(first)
    (new,) = db.execute(FIRST_NEW).fetchone()
    anybody_new = new is not None and new <= now
    if not anybody_new and first > now - YIELD_MS and db.execute(EVENTS_DUE, (now,)).fetchone():
        return now + 1_000
    return now


def _again(utk: str, at: int | None, now: int) -> dict[str, object]:
    """When a usertoken may be asked about again, and when it must."""
    return {"utk": utk, "at": at, "by": latest_ask(at, now)}
