"""What people look at, and what they change of the rejected: bounded by indexes and limits."""

import sqlite3

from app.domain.identity import IdentityMode
from app.domain.outcome import STATUSES
from app.store.insights import COUNTED, Act, AuditEntry, Choice, Family, Sample
from app.store.rules.showing import counts, depths_of, entry_of
from app.store.sqlite.people import ENTRY
from app.store.sqlite.refused import accept_all
from app.store.sqlite.walks import LATEST_FIRST, PLAY, walks_of
from app.store.sqlite.whom import whose
from app.store.values import Depths, Walk

# The words of the partial indexes stand in the queries, or SQLite would not see that they fit.
_SETTLED = dict.fromkeys(
    ("delivered", "unattributed", "discarded"),
    "status IN ('delivered', 'unattributed', 'discarded') AND ",
)
ROWS: dict[str, str] = {
    "inbox": "inbox",
    "strangers": "contacts WHERE ask_at IS NOT NULL",
    "quarantined": "quarantine",
    **{each: f"outbox WHERE {_SETTLED.get(each, '')}status = '{each}'" for each in STATUSES},
}
DEPTHS = """
    SELECT {counts},
        (SELECT received_at FROM inbox ORDER BY id LIMIT 1) AS inbox_oldest,
        (SELECT min(due_at) FROM outbox WHERE status = 'due') AS oldest_due,
        (SELECT count(*) FROM permits WHERE frees_at > ?) AS quota_used,
        paused_until, reason, day, requests, errors
    FROM account
"""
LATEST = f"{PLAY} {LATEST_FIRST}"

# From each family to the next along the index, instead of over all that is rejected.
FAMILIES = """
    WITH RECURSIVE kinds (family) AS (
        SELECT min(family) FROM outbox WHERE status = 'rejected'
        UNION ALL
        SELECT (SELECT min(family) FROM outbox WHERE status = 'rejected' AND family > kinds.family)
        FROM kinds WHERE kinds.family IS NOT NULL
    )
    SELECT family FROM kinds WHERE family IS NOT NULL LIMIT ?
"""
OF_FAMILY = f"""
    SELECT count(*), max(id) FROM (
        SELECT id FROM outbox WHERE status = 'rejected' AND family = ?
        ORDER BY id DESC LIMIT {COUNTED})
"""  # noqa: S608 - ours
ONE = f"{ENTRY} WHERE o.id = ?"
REJECTED = f"""
    {ENTRY} WHERE o.status = 'rejected' AND o.family = :family AND o.id < :before
    ORDER BY o.id DESC LIMIT :n
"""
CHOSEN = {
    "family": """
        SELECT id FROM outbox WHERE status = 'rejected' AND family = :family
        AND settled_at <= :before ORDER BY id LIMIT :n
    """,
    "all": """
        SELECT id FROM outbox WHERE status = 'rejected' AND settled_at <= :before
        ORDER BY settled_at LIMIT :n
    """,
}
ACTS: dict[Act, str] = {
    "requeue": """
        UPDATE outbox SET status = 'due', due_at = :now, settled_at = NULL, attempts = 0,
            reason = 'requeued'
        WHERE id = :id AND status = 'rejected' AND settled_at <= :before
    """,
    "discard": """
        UPDATE outbox SET status = 'discarded', settled_at = :now, due_at = NULL
        WHERE id = :id AND status = 'rejected' AND settled_at <= :before
    """,
}
NOTE = """
    INSERT INTO audit (at, who, what, subject, count) VALUES (?, ?, ?, ?, ?) RETURNING id
"""
COUNT_AT_NOTE = "UPDATE audit SET count = count + ? WHERE id = ?"
AUDIT = """
    SELECT id, at, who, what, subject, count FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?
"""
_LAST = 2**62


def depths(db: sqlite3.Connection, now: int, most: int | None) -> Depths:
    """What stands where."""
    found = db.execute(DEPTHS.format(counts=counts(ROWS, most)), (now,))
    names = [name for name, *_ in found.description]
    return depths_of(dict(zip(names, found.fetchone(), strict=True)), now)


def latest(db: sqlite3.Connection, mode: IdentityMode, limit: int) -> list[Walk]:
    """The plays heard of last."""
    return walks_of(db, mode, LATEST, {"n": limit})


def families(db: sqlite3.Connection, limit: int) -> list[Family]:
    """The kinds of rejections."""
    found = []
    for (family,) in db.execute(FAMILIES, (limit,)).fetchall():
        count, last = db.execute(OF_FAMILY, (family,)).fetchone()
        found.append(Family(family, count, entry_of(db.execute(ONE, (last,)).fetchone())))
    return sorted(found, key=lambda each: -each.count)


def rejected(
    db: sqlite3.Connection, mode: IdentityMode, family: str, limit: int, before: int | None
) -> list[Sample]:
    """Of one kind, with as whom each would be sent now."""
    given = {"family": family, "before": before or _LAST, "n": limit}
    entries = [entry_of(row) for row in db.execute(REJECTED, given)]
    return [Sample(entry, whose(db, entry.play, mode)) for entry in entries]


def change_rejected(
    db: sqlite3.Connection, act: Act, choice: Choice, note: int, limit: int, now: int
) -> int:
    """A chunk of the chosen."""
    given = {"now": now, "before": choice.before, "n": limit, "family": choice.family}
    if choice.ids is not None:
        ids = list(choice.ids)
    else:
        query = CHOSEN["all" if choice.family is None else "family"]
        ids = [row for (row,) in db.execute(query, given)]
    done = sum(db.execute(ACTS[act], given | {"id": each}).rowcount for each in ids)
    if act == "requeue":
        accept_all(db)
    db.execute(COUNT_AT_NOTE, (done, note))
    return done


def make_note(
    db: sqlite3.Connection, who: str, what: str, subject: str, now: int, count: int
) -> int:
    """Write a change down."""
    return int(db.execute(NOTE, (now, who, what, subject, count)).fetchone()[0])


def audit(db: sqlite3.Connection, limit: int, before: int | None) -> list[AuditEntry]:
    """The changes, the latest first."""
    return [AuditEntry(*row) for row in db.execute(AUDIT, (before or _LAST, limit))]
