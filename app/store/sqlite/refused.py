"""Media that HubSpot refused: now and then one event of theirs asks again, the rest are spared."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import RefusedMedium, Rejected
from app.store.insights import REFUSED_FOR_MS, Refusal
from app.store.rules.settling import answer_of, spared, sparing
from app.store.rules.showing import refusal

REFUSAL = "SELECT try_at, answer FROM refused_media WHERE medium = ?"
TRY = "UPDATE refused_media SET refusals = refusals + 1, try_at = :until WHERE medium = :medium"
REFUSE = """
    INSERT INTO refused_media (medium, refusals, try_at, answer) VALUES (:medium, 1, 0, :answer)
    ON CONFLICT (medium) DO UPDATE SET answer = excluded.answer
    RETURNING refusals
"""
SPARE = "UPDATE refused_media SET try_at = :until WHERE medium = :medium"
ACCEPT = "DELETE FROM refused_media WHERE medium = ?"
ACCEPT_ALL = "DELETE FROM refused_media"
ACCEPT_NEW = """
    DELETE FROM refused_media WHERE medium IN (SELECT value FROM json_each(:ids))
    AND NOT EXISTS (SELECT 1 FROM known_media WHERE id = :id AND about = :about)
"""
_TOLD = "SELECT medium, refusals, try_at, answer FROM refused_media"
AT_PRESENT = f"{_TOLD} WHERE try_at > ? ORDER BY try_at DESC LIMIT ?"
AMONG = f"{_TOLD} WHERE medium IN (SELECT value FROM json_each(?))"  # noqa: S608 - ours


def refusal_of(
    db: sqlite3.Connection, medium: Medium, now: int, lease_ms: int, *, strained: bool
) -> Rejected | None:
    """What becomes of an event of the medium without asking; None: it may ask.

    Then no other may until it has its answer. While the account is `strained`, none may.
    """
    row = db.execute(REFUSAL, (medium.ids,)).fetchone()
    if row is None:
        return None
    try_at, answer = row
    if strained or try_at > now:
        return spared(answer)
    db.execute(TRY, {"medium": medium.ids, "until": now + lease_ms})
    return None


def refuse(db: sqlite3.Connection, medium: Medium, said: RefusedMedium, now: int) -> None:
    """HubSpot will not have it."""
    given = {"medium": medium.ids, "answer": answer_of(said)}
    (refusals,) = db.execute(REFUSE, given).fetchone()
    db.execute(SPARE, {"medium": medium.ids, "until": now + sparing(refusals)})


def accept(db: sqlite3.Connection, medium: Medium) -> None:
    """HubSpot has it now."""
    db.execute(ACCEPT, (medium.ids,))


def accept_all(db: sqlite3.Connection) -> None:
    """A person says that the cause is mended: each may be tried at once."""
    db.execute(ACCEPT_ALL)


def accept_new(db: sqlite3.Connection, found: Iterable[tuple[KnownMedium, bytes]]) -> None:
    """HubSpot has these objects, and on the shelf (as JSON) they are new or stand otherwise."""
    given = [
        {"ids": json.dumps(each.meant_by), "id": each.bridge_id, "about": about}
        for each, about in found
    ]
    db.executemany(ACCEPT_NEW, given)


def refused_media(db: sqlite3.Connection, now: int, limit: int) -> list[Refusal]:
    """Those of the present."""
    return [refusal(*row) for row in db.execute(AT_PRESENT, (now - REFUSED_FOR_MS, limit))]


def refusals(db: sqlite3.Connection, media: Sequence[Medium]) -> dict[str, Refusal]:
    """Those of these media."""
    rows = db.execute(AMONG, (json.dumps([each.ids for each in media]),))
    return {row[0]: refusal(*row) for row in rows}
