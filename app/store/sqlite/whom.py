"""Whose a play is, by the store's own knowledge: look-ups answered, mails that vouch for others."""

import sqlite3

from app.domain.identity import (
    Identity,
    IdentityMode,
    KnownContact,
    Unknown,
    identity_of,
    mail_key,
)
from app.domain.play import Play

KNOWN_CONTACT = "SELECT contact_id FROM contacts WHERE utk = ? AND asked_at IS NOT NULL"
MAIL_OWNER = "SELECT utk FROM mails WHERE mail = ?"
VOUCH = """
    INSERT INTO mails (mail, utk, sent_at) VALUES (:mail, :utk, :now)
    ON CONFLICT (mail) DO UPDATE SET sent_at = excluded.sent_at WHERE utk = excluded.utk
"""


def whose(db: sqlite3.Connection, play: Play, mode: IdentityMode) -> Identity | Unknown:
    """As whom the play's events are to be sent."""
    utk = play.utk[1] if play.utk else None
    known = db.execute(KNOWN_CONTACT, (utk,)).fetchone() if utk else None
    return identity_of(
        play, KnownContact(known[0]) if known else None, mode, mail_owner=mail_owner(db, play)
    )


def mail_owner(db: sqlite3.Connection, play: Play) -> str | None:
    """The usertoken that the play's `_hsenc` vouches for, if it ever came with one."""
    if play.hsenc is None:
        return None
    row = db.execute(MAIL_OWNER, (mail_key(play.hsenc[1]),)).fetchone()
    return row[0] if row else None


def vouch(db: sqlite3.Connection, play: Play, now: int) -> None:
    """An `_hsenc` vouches for the visitor whom it first comes with, and for no other."""
    if play.hsenc is not None and play.utk is not None:
        given = {"mail": mail_key(play.hsenc[1]), "utk": play.utk[1], "now": now}
        db.execute(VOUCH, given)
