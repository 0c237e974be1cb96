"""The snapshot of HubSpot's media objects."""

from collections.abc import Sequence

import msgspec

from app.domain.known import KnownMedium
from app.store.records import MediaSnapshot
from app.store.transactions.refused_media import accept_media
from app.store.tx import Tx

SNAPSHOT = "SELECT revision, listed_at FROM playrelay.listing"
MEDIA = "SELECT about FROM playrelay.known_media ORDER BY id"
KNOWN = "SELECT id, about FROM playrelay.known_media WHERE id = ANY ($1::bigint[])"
SAVE = """
    INSERT INTO playrelay.known_media (id, listing, about) VALUES ($1, $2, $3::json)
    ON CONFLICT (id) DO UPDATE SET listing = excluded.listing, about = excluded.about
"""
CLEAR = "DELETE FROM playrelay.known_media WHERE listing <> $1"
FINISH = "UPDATE playrelay.listing SET revision = revision + 1, listed_at = $1"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(KnownMedium).decode


async def snapshot(tx: Tx) -> MediaSnapshot:
    """The last complete snapshot."""
    return MediaSnapshot(*await tx.one(SNAPSHOT))


async def known_media(tx: Tx) -> list[KnownMedium]:
    """Its objects."""
    return [_decode(about) for (about,) in await tx.rows(MEDIA)]


async def save_media(tx: Tx, media: Sequence[KnownMedium], number: int) -> None:
    """Save a portion of a snapshot. Refused media that are new or changed may be sent again."""
    objects = {each.bridge_id: each for each in media}
    known = {row: _decode(about) for row, about in await tx.rows(KNOWN, sorted(objects))}
    await accept_media(tx, [each for row, each in objects.items() if known.get(row) != each])
    rows = [(row, number, _encode(each).decode()) for row, each in sorted(objects.items())]
    await tx.each(SAVE, rows)


async def finish_snapshot(tx: Tx, number: int, now: int) -> None:
    """Delete the objects that the snapshot lacks: they no longer exist at HubSpot."""
    await tx.change(CLEAR, number)
    await tx.change(FINISH, now)
