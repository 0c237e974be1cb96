"""HubSpot's media objects, and permits for requests that are no event's."""

import sqlite3
from collections.abc import Sequence

import msgspec

from app.domain.known import KnownMedium
from app.domain.outcome import AccountNews
from app.store.rules.account import wait_for_spare
from app.store.shelf import Listing, Permit
from app.store.sqlite.account import allowance, hear, take_permit, used_permit
from app.store.sqlite.refused import accept_new
from app.store.values import Quota

LISTING = "SELECT revision, listed_at FROM listing"
MEDIA = "SELECT about FROM known_media ORDER BY id"
SHELVE = """
    INSERT INTO known_media (id, listing, about) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET listing = excluded.listing, about = excluded.about
"""
CLEAR = "DELETE FROM known_media WHERE listing <> ?"
END_LISTING = "UPDATE listing SET revision = revision + 1, listed_at = ?"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(KnownMedium).decode


def listing(db: sqlite3.Connection) -> Listing:
    """The last whole one."""
    return Listing(*db.execute(LISTING).fetchone())


def known_media(db: sqlite3.Connection) -> list[KnownMedium]:
    """The objects."""
    return [_decode(about) for (about,) in db.execute(MEDIA)]


def shelve(db: sqlite3.Connection, media: Sequence[KnownMedium], number: int) -> None:
    """A portion of a listing. Media that were refused and are news end their rest."""
    abouts = [_encode(each) for each in media]
    accept_new(db, zip(media, abouts, strict=True))
    rows = [(each.bridge_id, number, about) for each, about in zip(media, abouts, strict=True)]
    db.executemany(SHELVE, rows)


def end_listing(db: sqlite3.Connection, number: int, now: int) -> None:
    """What the listing did not meet is not there any more."""
    db.execute(CLEAR, (number,))
    db.execute(END_LISTING, (now,))


def permit(db: sqlite3.Connection, now: int, lease_ms: int, quota: Quota, spare: int) -> Permit:
    """A permit, if events can spare it."""
    wait_until = wait_for_spare(allowance(db, now, quota), now, quota, spare)
    if wait_until is not None:
        return Permit(None, wait_until)
    return Permit(take_permit(db, now, lease_ms, quota), now)


def used(db: sqlite3.Connection, number: int, account: AccountNews, now: int, quota: Quota) -> None:
    """The permit runs out, and the answer counts like any other."""
    used_permit(db, number, now, quota)
    hear(db, account, now)
