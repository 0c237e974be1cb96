"""Whose plays are, by the store's own knowledge: look-ups answered, mails that vouch for others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.identity import (
    Identity,
    IdentityMode,
    KnownContact,
    Unknown,
    identity_of,
    mail_key,
)
from app.domain.play import Play
from app.store.postgres.db import Db

CONTACTS = "SELECT utk, contact_id, asked_at FROM playrelay.contacts WHERE utk = ANY ($1::text[])"
# Whoever makes an event wait for an answer holds the question meanwhile, or the answer that comes
# in between would find nothing to release.
LOCK_CONTACTS = f"{CONTACTS} ORDER BY utk FOR NO KEY UPDATE"
MAILS = "SELECT mail, utk FROM playrelay.mails WHERE mail = ANY ($1::bytea[])"
VOUCH = """
    INSERT INTO playrelay.mails AS m (mail, utk, sent_at)
    SELECT mail, utk, $3 FROM unnest($1::bytea[], $2::text[]) AS n (mail, utk) ORDER BY mail
    ON CONFLICT (mail) DO UPDATE SET sent_at = excluded.sent_at WHERE m.utk = excluded.utk
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some visitors.

    `contacts`: HubSpot's answer (None: a stranger) by usertoken, where it was asked. `listed`: the
    usertokens it is to be asked about, or was. `mails`: who the mails vouch for.
    """

    contacts: Mapping[str, int | None]
    listed: frozenset[str]
    mails: Mapping[bytes, str]

    def whose(self, play: Play, mode: IdentityMode) -> Identity | Unknown:
        """As whom the play's events are to be sent."""
        utk = play.utk[1] if play.utk else None
        known = KnownContact(self.contacts[utk]) if utk and utk in self.contacts else None
        return identity_of(play, known, mode, mail_owner=self.mail_owner(play))

    def mail_owner(self, play: Play) -> str | None:
        """The usertoken that the play's `_hsenc` vouches for, if it ever came with one."""
        return self.mails.get(mail_key(play.hsenc[1])) if play.hsenc else None


async def known_of(db: Db, plays: Iterable[Play], *, lock: bool = False) -> Known:
    """What is known of the visitors of these plays. `lock`: until the transaction's end."""
    several = list(plays)
    utks = sorted({play.utk[1] for play in several if play.utk})
    mails = sorted({mail_key(play.hsenc[1]) for play in several if play.hsenc})
    asked = await db.rows(LOCK_CONTACTS if lock else CONTACTS, utks) if utks else []
    vouched = await db.rows(MAILS, mails) if mails else []
    return Known(
        contacts={row["utk"]: row["contact_id"] for row in asked if row["asked_at"] is not None},
        listed=frozenset(row["utk"] for row in asked),
        mails={row["mail"]: row["utk"] for row in vouched},
    )


async def vouch(db: Db, plays: Iterable[Play], now: int) -> None:
    """An `_hsenc` vouches for the visitor whom it first comes with, and for no other."""
    firsts: dict[bytes, str] = {}
    for play in plays:
        if play.hsenc is not None and play.utk is not None:
            firsts.setdefault(mail_key(play.hsenc[1]), play.utk[1])
    if firsts:
        await db.change(VOUCH, list(firsts), list(firsts.values()), now)
