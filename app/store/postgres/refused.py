"""Media that HubSpot refused: now and then one event of theirs asks again, the rest are spared."""

from app.domain.media import Medium
from app.domain.outcome import RefusedMedium, Rejected
from app.store.postgres.db import Db
from app.store.rules.settling import answer_of, spared, sparing

REFUSAL = "SELECT try_at, answer FROM playrelay.refused_media WHERE medium = $1"
TRY = """
    UPDATE playrelay.refused_media SET refusals = refusals + 1, try_at = $2 WHERE medium = $1
"""
REFUSE = """
    INSERT INTO playrelay.refused_media AS m (medium, refusals, try_at, answer)
    VALUES ($1, 1, 0, $2::text::json)
    ON CONFLICT (medium) DO UPDATE SET answer = excluded.answer
    RETURNING m.refusals
"""
SPARE = "UPDATE playrelay.refused_media SET try_at = $2 WHERE medium = $1"
ACCEPT = "DELETE FROM playrelay.refused_media WHERE medium = $1"
ACCEPT_ALL = "DELETE FROM playrelay.refused_media"


async def refusal_of(
    db: Db, medium: Medium, now: int, lease_ms: int, *, strained: bool
) -> Rejected | None:
    """What becomes of an event of the medium without asking; None: it may ask.

    Then no other may until it has its answer. While the account is `strained`, none may.
    """
    row = await db.row(REFUSAL, medium.ids)
    if row is None:
        return None
    if strained or row["try_at"] > now:
        return spared(row["answer"])
    await db.change(TRY, medium.ids, now + lease_ms)
    return None


async def refuse(db: Db, medium: Medium, said: RefusedMedium, now: int) -> None:
    """HubSpot will not have it."""
    refusals = await db.value(REFUSE, medium.ids, answer_of(said))
    await db.change(SPARE, medium.ids, now + sparing(int(refusals)))


async def accept(db: Db, medium: Medium) -> None:
    """HubSpot has it now."""
    await db.change(ACCEPT, medium.ids)


async def accept_all(db: Db) -> None:
    """A person says that the cause is mended: each may be tried at once."""
    await db.change(ACCEPT_ALL)
