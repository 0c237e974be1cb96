"""What time alone does: leases end, waits end, strangers are given up, old rows go.

Every replica does this; rows that another has in hand are left to it.
"""

from app.domain.figures import DAY_MS
from app.store.postgres.db import Db
from app.store.rules.asking import PATIENCE_MS, last_ask
from app.store.values import Retention, Upkeep

_FREE = "LIMIT $2 FOR UPDATE SKIP LOCKED"

GIVE_BACK = f"""
    UPDATE playrelay.outbox
    SET status = 'due', due_at = $1, lease_until = NULL, reason = 'lease_expired'
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'sending' AND lease_until <= $1 {_FREE})
"""  # noqa: S608 - ours
WAKE = f"""
    UPDATE playrelay.outbox SET status = 'due', due_at = $1
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'waiting' AND due_at <= $1 {_FREE})
"""  # noqa: S608 - ours
# A stranger whose time is nearly up is asked about once more, in company, unless that was lately.
ASK_ONCE_MORE = """
    UPDATE playrelay.contacts SET ask_at = $1, ask_by = $1 + $5::bigint WHERE utk IN (
        SELECT c.utk FROM playrelay.outbox o
        JOIN playrelay.plays p ON p.id = o.play JOIN playrelay.contacts c ON c.utk = p.utk
        WHERE o.status = 'waiting' AND o.created_at <= $3::bigint + $4::bigint
        AND c.contact_id IS NULL AND c.asked_at < o.created_at + $6::bigint
        AND c.ask_by > $1 + $5::bigint
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
# Not before HubSpot has answered that, unless it does not answer at all.
GIVE_UP = """
    UPDATE playrelay.outbox SET status = 'unattributed', settled_at = $1, due_at = NULL
    WHERE id IN (
        SELECT o.id FROM playrelay.outbox o WHERE o.status = 'waiting' AND o.created_at <= $3
        AND (o.created_at <= $3::bigint - $5::bigint OR NOT EXISTS (
            SELECT 1 FROM playrelay.plays p JOIN playrelay.contacts c ON c.utk = p.utk
            WHERE p.id = o.play AND c.ask_by IS NOT NULL
            AND coalesce(c.asked_at, 0) < o.created_at + $4::bigint))
        LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
"""
PRUNE_SETTLED = f"""
    DELETE FROM playrelay.outbox WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status IN ('delivered', 'unattributed', 'discarded') AND settled_at <= $1 {_FREE})
"""  # noqa: S608 - ours
PRUNE_REJECTED = f"""
    DELETE FROM playrelay.outbox WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'rejected' AND settled_at <= $1 {_FREE})
"""  # noqa: S608 - ours
PRUNE_PLAYS = """
    DELETE FROM playrelay.plays WHERE id IN (SELECT id FROM playrelay.plays p
        WHERE received_at <= $1
        AND NOT EXISTS (SELECT 1 FROM playrelay.outbox o WHERE o.play = p.id)
        LIMIT $2 FOR UPDATE OF p SKIP LOCKED)
"""
# Nobody waits for the answer any more, and the visitor has not been seen since.
PRUNE_CONTACTS = """
    DELETE FROM playrelay.contacts WHERE utk IN (SELECT utk FROM playrelay.contacts c
        WHERE asked_at <= $1 AND NOT EXISTS (SELECT 1 FROM playrelay.plays p WHERE p.utk = c.utk)
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
# A stranger none of whose events may yet wait for the answer is not worth a request.
REST_LOOKUPS = """
    UPDATE playrelay.contacts SET ask_at = NULL, ask_by = NULL WHERE utk IN (
        SELECT c.utk FROM playrelay.contacts c WHERE c.ask_at <= $1 AND c.asked_at IS NOT NULL
        AND c.contact_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM playrelay.plays p JOIN playrelay.outbox o ON o.play = p.id
            WHERE p.utk = c.utk AND o.status IN ('waiting', 'due', 'sending'))
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
PRUNE_MAILS = f"""
    DELETE FROM playrelay.mails
    WHERE mail IN (SELECT mail FROM playrelay.mails WHERE sent_at <= $1 {_FREE})
"""  # noqa: S608 - ours
PRUNE_FIGURES = """
    DELETE FROM playrelay.figures WHERE (medium, day) IN (
        SELECT medium, day FROM playrelay.figures WHERE day < $1 LIMIT $2)
"""
PRUNE_PAGES = """
    DELETE FROM playrelay.figure_pages WHERE (medium, day, page) IN (
        SELECT medium, day, page FROM playrelay.figure_pages WHERE day < $1 LIMIT $2)
"""
PRUNE_MEDIA = f"""
    DELETE FROM playrelay.media
    WHERE id IN (SELECT id FROM playrelay.media WHERE last_day < $1 {_FREE})
"""  # noqa: S608 - ours
PRUNE_DAYS = "DELETE FROM playrelay.days WHERE day < $1"
PRUNE_AUDIT = "DELETE FROM playrelay.audit WHERE at < $1"
PRUNE_QUARANTINE = f"""
    DELETE FROM playrelay.quarantine
    WHERE id IN (SELECT id FROM playrelay.quarantine WHERE received_at <= $1 {_FREE})
"""  # noqa: S608 - ours
PRUNE_REFUSED_MEDIA = "DELETE FROM playrelay.refused_media WHERE try_at <= $1"


async def tend(db: Db, now: int, retention: Retention, limit: int) -> Upkeep:
    """One round, `limit` rows of each kind, so that no round holds anybody up for long."""
    last = last_ask(retention.park_ms)
    parked = now - retention.park_ms
    oldest = (now - retention.figures_ms) // DAY_MS
    for figures in (PRUNE_PAGES, PRUNE_FIGURES, PRUNE_MEDIA):
        await db.change(figures, oldest, limit)
    await db.change(PRUNE_DAYS, oldest)
    await db.change(PRUNE_AUDIT, now - retention.figures_ms)
    await db.change(PRUNE_REFUSED_MEDIA, parked)
    await db.change(REST_LOOKUPS, now, limit)
    await db.change(ASK_ONCE_MORE, now, limit, parked, last.notice, last.company, last.old_enough)
    given_back = await db.change(GIVE_BACK, now, limit)
    woken = await db.change(WAKE, now, limit)
    unattributed = await db.change(GIVE_UP, now, limit, parked, last.old_enough, PATIENCE_MS)
    pruned = 0
    for query, before in (
        (PRUNE_SETTLED, now - retention.settled_ms),
        (PRUNE_REJECTED, parked),
        (PRUNE_PLAYS, now - retention.plays_ms),
        (PRUNE_CONTACTS, now - retention.plays_ms),
        (PRUNE_MAILS, now - retention.plays_ms),
        (PRUNE_QUARANTINE, parked),
    ):
        pruned += await db.change(query, before, limit)
    return Upkeep(leases_expired=given_back, woken=woken, unattributed=unattributed, pruned=pruned)
