"""What people look at, and what they change of the rejected: bounded by indexes and limits."""

from app.domain.identity import IdentityMode
from app.domain.outcome import STATUSES
from app.store.insights import COUNTED, Act, AuditEntry, Choice, Family, Sample
from app.store.postgres.db import Db
from app.store.postgres.people import ENTRY
from app.store.postgres.refused import accept_all
from app.store.postgres.walks import PLAY, walks_of
from app.store.postgres.whom import known_of
from app.store.rules.showing import counts, depths_of, entry_of
from app.store.values import Depths, Walk

ROWS: dict[str, str] = {
    "inbox": "playrelay.inbox",
    "strangers": "playrelay.contacts WHERE ask_at IS NOT NULL",
    "quarantined": "playrelay.quarantine",
    **{each: f"playrelay.outbox WHERE status = '{each}'" for each in STATUSES},
}
DEPTHS = """
    SELECT {counts},
        (SELECT received_at FROM playrelay.inbox ORDER BY id LIMIT 1) AS inbox_oldest,
        (SELECT min(due_at) FROM playrelay.outbox WHERE status = 'due') AS oldest_due,
        (SELECT count(*) FROM playrelay.permits WHERE frees_at > $1) AS quota_used,
        paused_until, reason, day, requests, errors
    FROM playrelay.account
"""
LATEST = f"{PLAY} ORDER BY p.received_at DESC, p.id DESC LIMIT $1"

# From each family to the next along the index, instead of over all that is rejected.
FAMILIES = """
    WITH RECURSIVE kinds (family) AS (
        SELECT min(family) FROM playrelay.outbox WHERE status = 'rejected'
        UNION ALL
        SELECT (SELECT min(family) FROM playrelay.outbox
            WHERE status = 'rejected' AND family > kinds.family)
        FROM kinds WHERE kinds.family IS NOT NULL
    )
    SELECT family FROM kinds WHERE family IS NOT NULL LIMIT $1
"""
OF_FAMILY = f"""
    SELECT count(*) AS count, max(id) AS latest FROM (
        SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND family = $1
        ORDER BY id DESC LIMIT {COUNTED}) AS found
"""  # noqa: S608 - ours
ONE = f"{ENTRY} WHERE o.id = $1"
REJECTED = f"""
    {ENTRY} WHERE o.status = 'rejected' AND o.family = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3
"""
CHOSEN_FAMILY = """
    SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND family = $3
    AND settled_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
CHOSEN = """
    SELECT id FROM playrelay.outbox WHERE status = 'rejected' AND settled_at <= $1
    ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
ACTS: dict[Act, str] = {
    "requeue": """
        UPDATE playrelay.outbox SET status = 'due', due_at = $1, settled_at = NULL, attempts = 0,
            reason = 'requeued'
        WHERE id = ANY ($2::bigint[]) AND status = 'rejected' AND settled_at <= $3
    """,
    "discard": """
        UPDATE playrelay.outbox SET status = 'discarded', settled_at = $1, due_at = NULL
        WHERE id = ANY ($2::bigint[]) AND status = 'rejected' AND settled_at <= $3
    """,
}
NOTE = """
    INSERT INTO playrelay.audit (at, who, what, subject, count) VALUES ($1, $2, $3, $4, $5)
    RETURNING id
"""
COUNT_AT_NOTE = "UPDATE playrelay.audit SET count = count + $1 WHERE id = $2"
AUDIT = """
    SELECT id, at, who, what, subject, count FROM playrelay.audit
    WHERE id < $1 ORDER BY id DESC LIMIT $2
"""
_LAST = 2**62


async def depths(db: Db, now: int, most: int | None) -> Depths:
    """What stands where."""
    return depths_of(await db.figures(DEPTHS.format(counts=counts(ROWS, most)), now), now)


async def latest(db: Db, mode: IdentityMode, limit: int) -> list[Walk]:
    """The plays heard of last."""
    return await walks_of(db, mode, LATEST, limit)


async def families(db: Db, limit: int) -> list[Family]:
    """The kinds of rejections."""
    found = []
    for (family,) in await db.rows(FAMILIES, limit):
        kind = await db.figures(OF_FAMILY, family)
        entry = await db.row(ONE, kind["latest"])
        if entry is not None:
            found.append(Family(family, kind["count"], entry_of(entry)))
    return sorted(found, key=lambda each: -each.count)


async def rejected(
    db: Db, mode: IdentityMode, family: str, limit: int, before: int | None
) -> list[Sample]:
    """Of one kind, with as whom each would be sent now."""
    rows = await db.rows(REJECTED, family, before or _LAST, limit)
    entries = [entry_of(row) for row in rows]
    known = await known_of(db, [entry.play for entry in entries])
    return [Sample(entry, known.whose(entry.play, mode)) for entry in entries]


async def change_rejected(db: Db, act: Act, choice: Choice, note: int, limit: int, now: int) -> int:
    """A chunk of the chosen."""
    if choice.ids is not None:
        ids = list(choice.ids)
    elif choice.family is not None:
        rows = await db.rows(CHOSEN_FAMILY, choice.before, limit, choice.family)
        ids = [row["id"] for row in rows]
    else:
        ids = [row["id"] for row in await db.rows(CHOSEN, choice.before, limit)]
    done = await db.change(ACTS[act], now, ids, choice.before)
    if act == "requeue":
        await accept_all(db)
    await db.change(COUNT_AT_NOTE, done, note)
    return done


async def make_note(db: Db, who: str, what: str, subject: str, now: int, count: int) -> int:
    """Write a change down."""
    return int(await db.value(NOTE, now, who, what, subject, count))


async def audit(db: Db, limit: int, before: int | None) -> list[AuditEntry]:
    """The changes, the latest first."""
    return [AuditEntry(*row) for row in await db.rows(AUDIT, before or _LAST, limit)]
