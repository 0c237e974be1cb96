"""HubSpot's media objects, and permits for requests that are no event's."""

from collections.abc import Sequence

import msgspec

from app.domain.known import KnownMedium
from app.domain.outcome import AccountNews
from app.store.postgres.account import Gate, allowance, hear, take_permit, used_permit
from app.store.postgres.db import Db
from app.store.postgres.refused import accept_new
from app.store.rules.account import wait_for_spare
from app.store.shelf import Listing, Permit

LISTING = "SELECT revision, listed_at FROM playrelay.listing"
MEDIA = "SELECT about FROM playrelay.known_media ORDER BY id"
SHELVE = """
    INSERT INTO playrelay.known_media (id, listing, about)
    SELECT id, $1, about::json FROM unnest($2::bigint[], $3::text[]) AS given (id, about)
    ON CONFLICT (id) DO UPDATE SET listing = excluded.listing, about = excluded.about
"""
CLEAR = "DELETE FROM playrelay.known_media WHERE listing <> $1"
END_LISTING = "UPDATE playrelay.listing SET revision = revision + 1, listed_at = $1"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(KnownMedium).decode


async def listing(db: Db) -> Listing:
    """The last whole one."""
    return Listing(**await db.figures(LISTING))


async def known_media(db: Db) -> list[KnownMedium]:
    """The objects."""
    return [_decode(row["about"]) for row in await db.rows(MEDIA)]


async def shelve(db: Db, media: Sequence[KnownMedium], number: int) -> None:
    """A portion of a listing. Media that were refused and are news end their rest.

    Of two with the same id the last counts: one command, one word.
    """
    objects = {each.bridge_id: each for each in media}
    abouts = [_encode(each).decode() for each in objects.values()]
    await accept_new(db, [*zip(objects.values(), abouts, strict=True)])
    await db.change(SHELVE, number, [*objects], abouts)


async def end_listing(db: Db, number: int, now: int) -> None:
    """What the listing did not meet is not there any more."""
    await db.change(CLEAR, number)
    await db.change(END_LISTING, now)


async def permit(db: Db, gate: Gate, now: int, lease_ms: int, spare: int) -> Permit:
    """A permit, if events can spare it."""
    wait_until = wait_for_spare(await allowance(db, gate, now), now, gate.quota, spare)
    if wait_until is not None:
        return Permit(None, wait_until)
    return Permit(await take_permit(db, gate, now, lease_ms), now)


async def used(db: Db, gate: Gate, number: int, account: AccountNews, now: int) -> None:
    """The permit runs out, and the answer counts like any other."""
    await used_permit(db, gate, number, now)
    await hear(db, account, now)
