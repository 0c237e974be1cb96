"""Periodic work: leases expire, waits end, events are given up, old rows are deleted.

Every replica does this; rows that another has locked are left to it.
"""

from app.domain.period import BLOCK_DAYS, SLOTS
from app.domain.timestamps import DAY_MS
from app.store.policy import Quota, Retention
from app.store.records import MaintenanceReport
from app.store.rules.lookup_times import LATE_ANSWER_MS, last_ask
from app.store.transactions.refused_all import return_rejected
from app.store.tx import Tx

_UNLOCKED = "LIMIT $2 FOR UPDATE SKIP LOCKED"

EXPIRE_LEASES = f"""
    UPDATE playrelay.outbox
    SET status = 'due', due_at = $1, lease_until = NULL, reason = 'lease_expired'
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'sending' AND lease_until <= $1 {_UNLOCKED})
"""
END_WAITS = f"""
    UPDATE playrelay.outbox SET status = 'due', due_at = $1
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'waiting' AND due_at <= $1 {_UNLOCKED})
"""
# Left from a time at which usertokens were looked up: they get no answer any more.
END_LOOKUPS = f"""
    UPDATE playrelay.outbox SET status = 'due', due_at = $1
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'waiting' AND due_at IS NULL AND reason IN ('lookup', 'stranger')
        {_UNLOCKED})
"""
# A stranger whose events are soon given up is looked up once more, unless that was recently.
ASK_ONCE_MORE = """
    UPDATE playrelay.contacts SET ask_at = $1, ask_by = $4 WHERE utk IN (
        SELECT c.utk FROM playrelay.outbox o
        JOIN playrelay.plays p ON p.id = o.play JOIN playrelay.contacts c ON c.utk = p.utk
        WHERE o.status = 'waiting' AND o.created_at <= $3
        AND c.contact_id IS NULL AND c.asked_at < o.created_at + $5 AND c.ask_by > $4
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
# Only after HubSpot has answered that look-up, unless it does not answer for long.
GIVE_UP = """
    UPDATE playrelay.outbox SET status = 'unattributed', settled_at = $1, due_at = NULL
    WHERE id IN (
        SELECT o.id FROM playrelay.outbox o WHERE o.status = 'waiting' AND o.created_at <= $3
        AND (o.created_at <= $4 OR NOT EXISTS (
            SELECT 1 FROM playrelay.plays p JOIN playrelay.contacts c ON c.utk = p.utk
            WHERE p.id = o.play AND c.ask_by IS NOT NULL
            AND coalesce(c.asked_at, 0) < o.created_at + $5))
        LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
"""
PRUNE_SETTLED = f"""
    DELETE FROM playrelay.outbox WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status IN ('delivered', 'unattributed', 'discarded') AND settled_at <= $1 {_UNLOCKED})
"""
PRUNE_REJECTED = f"""
    DELETE FROM playrelay.outbox WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status = 'rejected' AND settled_at <= $1 {_UNLOCKED})
"""
PRUNE_PLAYS = """
    DELETE FROM playrelay.plays WHERE id IN (SELECT id FROM playrelay.plays p
        WHERE received_at <= $1
        AND NOT EXISTS (SELECT 1 FROM playrelay.outbox o WHERE o.play = p.id)
        LIMIT $2 FOR UPDATE OF p SKIP LOCKED)
"""
# Nothing waits for the answer any more, and the visitor has not come back since.
PRUNE_CONTACTS = """
    DELETE FROM playrelay.contacts WHERE utk IN (SELECT utk FROM playrelay.contacts c
        WHERE asked_at <= $1 AND NOT EXISTS (SELECT 1 FROM playrelay.plays p WHERE p.utk = c.utk)
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
# No look-up for a stranger if no event waits for the answer.
STOP_ASKING = """
    UPDATE playrelay.contacts SET ask_at = NULL, ask_by = NULL WHERE utk IN (
        SELECT c.utk FROM playrelay.contacts c WHERE c.ask_at <= $1 AND c.asked_at IS NOT NULL
        AND c.contact_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM playrelay.plays p JOIN playrelay.outbox o ON o.play = p.id
            WHERE p.utk = c.utk AND o.status IN ('waiting', 'due', 'sending'))
        LIMIT $2 FOR UPDATE OF c SKIP LOCKED)
"""
PRUNE_MAILS = f"""
    DELETE FROM playrelay.mails
    WHERE mail IN (SELECT mail FROM playrelay.mails WHERE sent_at <= $1 {_UNLOCKED})
"""
PRUNE_FIGURES = """
    DELETE FROM playrelay.figures WHERE (medium, day) IN (
        SELECT medium, day FROM playrelay.figures WHERE day < $1 LIMIT $2)
"""
PRUNE_SLOTS = """
    DELETE FROM playrelay.figure_slots WHERE (medium, slot) IN (
        SELECT medium, slot FROM playrelay.figure_slots WHERE slot < $1 LIMIT $2)
"""
PRUNE_BLOCKS = """
    DELETE FROM playrelay.figure_blocks WHERE (medium, block) IN (
        SELECT medium, block FROM playrelay.figure_blocks WHERE block < $1 LIMIT $2)
"""
PRUNE_PAGES = """
    DELETE FROM playrelay.figure_pages WHERE (medium, day, page) IN (
        SELECT medium, day, page FROM playrelay.figure_pages WHERE day < $1 LIMIT $2)
"""
# The index of old days contains only what is summed up, and that happens long before.
PRUNE_TRAIT_SLOTS = """
    DELETE FROM playrelay.figure_trait_slots WHERE (trait, slot) IN (
        SELECT s.trait, s.slot FROM playrelay.figure_traits t
        JOIN playrelay.figure_trait_slots s ON s.trait = t.id WHERE t.summed AND t.day < $1
        LIMIT $2)
"""
PRUNE_TRAITS = """
    DELETE FROM playrelay.figure_traits WHERE id IN (
        SELECT t.id FROM playrelay.figure_traits t WHERE t.summed AND t.day < $1 AND NOT EXISTS (
            SELECT 1 FROM playrelay.figure_trait_slots s WHERE s.trait = t.id) LIMIT $2)
"""
PRUNE_MEDIA = f"""
    DELETE FROM playrelay.media
    WHERE id IN (SELECT id FROM playrelay.media WHERE last_day < $1 {_UNLOCKED})
"""
PRUNE_ACTIVITY = "DELETE FROM playrelay.activity WHERE slot < $1"
PRUNE_AUDIT = "DELETE FROM playrelay.audit WHERE at < $1"
PRUNE_QUARANTINE = f"""
    DELETE FROM playrelay.quarantine
    WHERE id IN (SELECT id FROM playrelay.quarantine WHERE received_at <= $1 {_UNLOCKED})
"""
# Also those that a wrong clock has left in the future.
NAMES_KEPT_MS = 24 * 60 * 60 * 1000
NAMES_LEASED_MS = 60 * 60 * 1000
PRUNE_NAMES = """
    DELETE FROM playrelay.contact_names WHERE (read_at > 0 AND read_at <= $1) OR due_at > $2
"""
PRUNE_REFUSED_MEDIA = "DELETE FROM playrelay.refused_media WHERE try_at <= $1"


RECOVER = """
    UPDATE playrelay.outbox
    SET status = 'due', due_at = $1, lease_until = NULL, reason = 'interrupted'
    WHERE status = 'sending'
"""
# A look-up that died with its sender: its usertokens were never answered.
ASK_AT_ONCE = """
    UPDATE playrelay.contacts SET ask_at = $1, ask_by = $1 WHERE asked_at IS NULL AND ask_by > $1
"""
SHORTEN_PERMITS = "UPDATE playrelay.permits SET frees_at = least(frees_at, $1)"

LAST_ARRIVAL_MS = 1_000
"""How long after its sender's death a request may still arrive."""


async def maintain(tx: Tx, retention: Retention, now: int, limit: int) -> MaintenanceReport:
    """Do one round, `limit` rows of each kind, so that no round takes long."""
    last = last_ask(retention.park_ms)
    given_up = now - retention.park_ms
    oldest_day = (now - retention.figures_ms) // DAY_MS
    for old_figures in (
        *(PRUNE_PAGES, PRUNE_TRAIT_SLOTS, PRUNE_TRAITS),
        *(PRUNE_FIGURES, PRUNE_MEDIA),
    ):
        await tx.change(old_figures, oldest_day, limit)
    await tx.change(PRUNE_SLOTS, oldest_day * SLOTS, limit)
    await tx.change(PRUNE_BLOCKS, oldest_day // BLOCK_DAYS, limit)
    await tx.change(PRUNE_ACTIVITY, oldest_day * SLOTS)
    await tx.change(PRUNE_AUDIT, now - retention.figures_ms)
    await tx.change(PRUNE_REFUSED_MEDIA, given_up)
    await tx.change(PRUNE_NAMES, now - NAMES_KEPT_MS, now + NAMES_LEASED_MS)
    await tx.change(STOP_ASKING, now, limit)
    nearly = given_up + last.notice
    await tx.change(ASK_ONCE_MORE, now, limit, nearly, now + last.gather, last.old_enough)
    unanswered = given_up - LATE_ANSWER_MS
    return MaintenanceReport(
        leases_expired=await tx.change(EXPIRE_LEASES, now, limit),
        woken=await tx.change(END_WAITS, now, limit) + await return_rejected(tx, now, limit),
        unattributed=await tx.change(GIVE_UP, now, limit, given_up, unanswered, last.old_enough),
        pruned=await _prune(tx, retention, now, limit),
    )


async def _prune(tx: Tx, retention: Retention, now: int, limit: int) -> int:
    given_up, old = now - retention.park_ms, now - retention.plays_ms
    return sum(
        [
            await tx.change(PRUNE_SETTLED, now - retention.settled_ms, limit),
            await tx.change(PRUNE_REJECTED, given_up, limit),
            await tx.change(PRUNE_PLAYS, old, limit),
            await tx.change(PRUNE_CONTACTS, old, limit),
            await tx.change(PRUNE_MAILS, old, limit),
            await tx.change(PRUNE_QUARANTINE, given_up, limit),
        ]
    )


async def end_lookups(tx: Tx, now: int, limit: int) -> int:
    """Make due what waits for a look-up; returns how many events."""
    return await tx.change(END_LOOKUPS, now, limit)


async def recover_in_flight(tx: Tx, quota: Quota, now: int) -> int:
    """Make due what a dead process was sending; HubSpot may have received it or not.

    If it has, then by now: the permits end one window from here, not from the end of the leases.
    """
    await tx.change(ASK_AT_ONCE, now)
    await tx.change(SHORTEN_PERMITS, now + quota.window_ms + LAST_ARRIVAL_MS)
    return await tx.change(RECOVER, now)
