"""What time alone does: leases end, waits end, strangers are given up, old rows go."""

import sqlite3
from dataclasses import asdict

from app.domain.figures import DAY_MS
from app.store.rules.asking import PATIENCE_MS, last_ask
from app.store.values import Quota, Retention, Upkeep

GIVE_BACK = """
    UPDATE outbox SET status = 'due', due_at = :now, lease_until = NULL, reason = 'lease_expired'
    WHERE id IN (SELECT id FROM outbox WHERE status = 'sending' AND lease_until <= :before LIMIT :n)
"""
TAKE_OVER = """
    UPDATE outbox SET status = 'due', due_at = ?, lease_until = NULL, reason = 'interrupted'
    WHERE status = 'sending'
"""
# A look-up that died with its sender: known by usertokens that were never answered for.
ASK_AT_ONCE = """
    UPDATE contacts SET ask_at = :now, ask_by = :now WHERE asked_at IS NULL AND ask_by > :now
"""
SHORTEN_PERMITS = "UPDATE permits SET frees_at = min(frees_at, ?)"
LAST_ARRIVAL_MS = 1_000
"""How long after its sender's death a request may still arrive."""

WAKE = """
    UPDATE outbox SET status = 'due', due_at = :now
    WHERE id IN (SELECT id FROM outbox WHERE status = 'waiting' AND due_at <= :now LIMIT :n)
"""
# A stranger whose time is nearly up is asked about once more, in company, unless that was lately.
ASK_ONCE_MORE = """
    UPDATE contacts SET ask_at = :now, ask_by = :now + :company WHERE utk IN (
        SELECT c.utk FROM outbox o JOIN plays p ON p.id = o.play JOIN contacts c ON c.utk = p.utk
        WHERE o.status = 'waiting' AND o.created_at <= :before + :notice
        AND c.contact_id IS NULL AND c.asked_at < o.created_at + :old_enough
        AND c.ask_by > :now + :company LIMIT :n)
"""
# Not before HubSpot has answered that, unless it does not answer at all.
GIVE_UP = """
    UPDATE outbox SET status = 'unattributed', settled_at = :now, due_at = NULL
    WHERE id IN (
        SELECT o.id FROM outbox o WHERE o.status = 'waiting' AND o.created_at <= :before
        AND (o.created_at <= :before - :patience OR NOT EXISTS (
            SELECT 1 FROM plays p JOIN contacts c ON c.utk = p.utk WHERE p.id = o.play
            AND c.ask_by IS NOT NULL
            AND coalesce(c.asked_at, 0) < o.created_at + :old_enough))
        LIMIT :n)
"""
PRUNE_SETTLED = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE status IN ('delivered', 'unattributed', 'discarded')
        AND settled_at <= :before LIMIT :n)
"""
PRUNE_REJECTED = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE status = 'rejected' AND settled_at <= :before LIMIT :n)
"""
PRUNE_PLAYS = """
    DELETE FROM plays WHERE id IN (
        SELECT id FROM plays p WHERE received_at <= :before
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.play = p.id) LIMIT :n)
"""
# Nobody waits for the answer any more, and the visitor has not been seen since.
PRUNE_CONTACTS = """
    DELETE FROM contacts WHERE utk IN (
        SELECT utk FROM contacts c WHERE asked_at <= :before
        AND NOT EXISTS (SELECT 1 FROM plays p WHERE p.utk = c.utk) LIMIT :n)
"""
# A stranger none of whose events may yet wait for the answer is not worth a request.
REST_LOOKUPS = """
    UPDATE contacts SET ask_at = NULL, ask_by = NULL WHERE utk IN (
        SELECT c.utk FROM contacts c WHERE c.ask_at <= :now AND c.asked_at IS NOT NULL
        AND c.contact_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM plays p JOIN outbox o ON o.play = p.id
            WHERE p.utk = c.utk AND o.status IN ('waiting', 'due', 'sending')) LIMIT :n)
"""
PRUNE_MAILS = """
    DELETE FROM mails WHERE mail IN (SELECT mail FROM mails WHERE sent_at <= :before LIMIT :n)
"""
PRUNE_FIGURES = """
    DELETE FROM figures WHERE (medium, day) IN (
        SELECT medium, day FROM figures WHERE day < :before LIMIT :n)
"""
PRUNE_PAGES = """
    DELETE FROM figure_pages WHERE (medium, day, page) IN (
        SELECT medium, day, page FROM figure_pages WHERE day < :before LIMIT :n)
"""
PRUNE_MEDIA = """
    DELETE FROM media WHERE id IN (SELECT id FROM media WHERE last_day < :before LIMIT :n)
"""
PRUNE_DAYS = "DELETE FROM days WHERE day < :before"
PRUNE_AUDIT = "DELETE FROM audit WHERE at < :before"
PRUNE_QUARANTINE = "DELETE FROM quarantine WHERE received_at <= :before"
PRUNE_REFUSED_MEDIA = "DELETE FROM refused_media WHERE try_at <= :before"


def tend(db: sqlite3.Connection, now: int, retention: Retention, limit: int) -> Upkeep:
    """One round, `limit` rows of each kind, so that no round holds up the pings for long."""
    given = {"now": now, "n": limit, "patience": PATIENCE_MS}
    given |= asdict(last_ask(retention.park_ms))

    def change(query: str, before: int) -> int:
        return db.execute(query, given | {"before": before}).rowcount

    oldest = (now - retention.figures_ms) // DAY_MS
    for figures in (PRUNE_PAGES, PRUNE_FIGURES, PRUNE_MEDIA, PRUNE_DAYS):
        change(figures, oldest)
    change(PRUNE_AUDIT, now - retention.figures_ms)
    change(PRUNE_REFUSED_MEDIA, now - retention.park_ms)
    change(REST_LOOKUPS, now)
    change(ASK_ONCE_MORE, now - retention.park_ms)
    return Upkeep(
        leases_expired=change(GIVE_BACK, now),
        woken=change(WAKE, now),
        unattributed=change(GIVE_UP, now - retention.park_ms),
        pruned=change(PRUNE_SETTLED, now - retention.settled_ms)
        + change(PRUNE_REJECTED, now - retention.park_ms)
        + change(PRUNE_PLAYS, now - retention.plays_ms)
        + change(PRUNE_CONTACTS, now - retention.plays_ms)
        + change(PRUNE_MAILS, now - retention.plays_ms)
        + change(PRUNE_QUARANTINE, now - retention.park_ms),
    )


def take_over(db: sqlite3.Connection, now: int, quota: Quota) -> int:
    """What a dead predecessor had in flight is due again: it may or may not have arrived.

    If it did, then by now: its permits run from here, not from the end of its leases.
    """
    db.execute(ASK_AT_ONCE, {"now": now})
    db.execute(SHORTEN_PERMITS, (now + quota.window_ms + LAST_ARRIVAL_MS,))
    return db.execute(TAKE_OVER, (now,)).rowcount
