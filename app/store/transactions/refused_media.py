"""Media that HubSpot refused: one event at a time is sent as a test, the others are rejected."""

from collections.abc import Sequence

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import RefusedMedium, Rejected
from app.store.event_reports import REFUSED_FOR_MS, MediumRefusal
from app.store.rules.outcomes import answer_of, medium_pause, refused_unsent
from app.store.rules.presenting import medium_refusal
from app.store.tx import Tx

REFUSAL = "SELECT try_at, answer FROM playrelay.refused_media WHERE medium = $1"
TRY = """
    UPDATE playrelay.refused_media SET refusals = refusals + 1, try_at = $2 WHERE medium = $1
"""
REFUSE = """
    INSERT INTO playrelay.refused_media AS m (medium, refusals, try_at, answer)
    VALUES ($1, 1, 0, $2)
    ON CONFLICT (medium) DO UPDATE SET answer = excluded.answer
    RETURNING refusals
"""
PAUSE = "UPDATE playrelay.refused_media SET try_at = $2 WHERE medium = $1"
ACCEPT = "DELETE FROM playrelay.refused_media WHERE medium = $1"
ACCEPT_ALL = "DELETE FROM playrelay.refused_media"
_REFUSALS = "SELECT medium, refusals, try_at, answer FROM playrelay.refused_media"
AT_PRESENT = f"{_REFUSALS} WHERE try_at > $1 ORDER BY try_at DESC LIMIT $2"
AMONG = f"{_REFUSALS} WHERE medium = ANY ($1::text[])"


async def refusal_of(
    tx: Tx, medium: Medium, now: int, lease_ms: int, *, strained: bool
) -> Rejected | None:
    """The outcome of an event of the medium without a request; None: it may be sent.

    If it may be sent, no other may until its answer arrives. While the account is `strained`, none
    may.
    """
    row = await tx.row(REFUSAL, medium.ids)
    if row is None:
        return None
    try_at, answer = row
    if strained or try_at > now:
        return refused_unsent(answer)
    await tx.change(TRY, medium.ids, now + lease_ms)
    return None


async def refuse(tx: Tx, medium: Medium, outcome: RefusedMedium, now: int) -> None:
    """Record that HubSpot refuses the medium."""
    refusals = await tx.value(REFUSE, medium.ids, answer_of(outcome))
    await tx.change(PAUSE, medium.ids, now + medium_pause(int(refusals)))


async def accept(tx: Tx, medium: Medium) -> None:
    """Record that HubSpot accepts the medium."""
    await tx.change(ACCEPT, medium.ids)


async def accept_all(tx: Tx) -> None:
    """Let each refused medium be tried at once: an operator says that the cause is fixed."""
    await tx.change(ACCEPT_ALL)


async def accept_media(tx: Tx, media: Sequence[KnownMedium]) -> None:
    """Let media be tried whose objects are new or changed at HubSpot."""
    await tx.each(ACCEPT, [(ids,) for medium in media for ids in sorted(medium.meant_by)])


async def refused_media(tx: Tx, now: int, limit: int) -> list[MediumRefusal]:
    """The media that are refused at present."""
    return [medium_refusal(*row) for row in await tx.rows(AT_PRESENT, now - REFUSED_FOR_MS, limit)]


async def refusals(tx: Tx, media: Sequence[Medium]) -> dict[str, MediumRefusal]:
    """The refusals of these media."""
    rows = await tx.rows(AMONG, [each.ids for each in media])
    return {row["medium"]: medium_refusal(*row) for row in rows}
