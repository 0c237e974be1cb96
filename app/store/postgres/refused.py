"""Media that HubSpot refused: now and then one event of theirs asks again, the rest are spared."""

from collections.abc import Sequence

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import RefusedMedium, Rejected
from app.store.insights import REFUSED_FOR_MS, Refusal
from app.store.postgres.db import Db
from app.store.rules.settling import answer_of, spared, sparing
from app.store.rules.showing import refusal

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
ACCEPT_NEW = """
    DELETE FROM playrelay.refused_media WHERE medium IN (
        SELECT medium FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given (medium, id, about)
        WHERE NOT EXISTS (
            SELECT 1 FROM playrelay.known_media k
            WHERE k.id = given.id AND k.about::text = given.about))
"""
_TOLD = "SELECT medium, refusals, try_at, answer FROM playrelay.refused_media"
AT_PRESENT = f"{_TOLD} WHERE try_at > $1 ORDER BY try_at DESC LIMIT $2"
AMONG = f"{_TOLD} WHERE medium = ANY ($1::text[])"


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


async def accept_new(db: Db, found: Sequence[tuple[KnownMedium, str]]) -> None:
    """HubSpot has these objects, and on the shelf (as JSON) they are new or stand otherwise."""
    given = [(ids, each.bridge_id, about) for each, about in found for ids in each.meant_by]
    columns = ([row[column] for row in given] for column in range(3))
    await db.change(ACCEPT_NEW, *columns)


async def refused_media(db: Db, now: int, limit: int) -> list[Refusal]:
    """Those of the present."""
    return [refusal(*row) for row in await db.rows(AT_PRESENT, now - REFUSED_FOR_MS, limit)]


async def refusals(db: Db, media: Sequence[Medium]) -> dict[str, Refusal]:
    """Those of these media."""
    rows = await db.rows(AMONG, [each.ids for each in media])
    return {row["medium"]: refusal(*row) for row in rows}
