"""Resolves plays to identities, from answered look-ups and the owners of mail links."""

from collections.abc import Iterable, Mapping

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import (
    Identity,
    IdentityMode,
    KnownContact,
    Unknown,
    identity_of,
    is_forwarded,
    mail_key,
)
from app.domain.play import Play
from app.store.policy import StorePolicy
from app.store.rules.turns import asks_media_bridge
from app.store.tx import Tx

_CONTACTS = "SELECT utk, contact_id, asked_at FROM playrelay.contacts"
CONTACT = f"{_CONTACTS} WHERE utk = $1"
CONTACTS = f"{_CONTACTS} WHERE utk = ANY ($1::text[])"
# A transaction that makes an event wait for a look-up locks the contact; otherwise an answer that
# arrives in between would find nothing to release.
LOCK_CONTACTS = f"{CONTACTS} ORDER BY utk FOR NO KEY UPDATE"
MAILS = "SELECT mail, utk FROM playrelay.mails WHERE mail = $1"
NAMED = """
    SELECT contact_id FROM playrelay.outbox
    WHERE play = $1 AND destination = 'media-bridge' AND status = 'delivered'
    AND contact_id IS NOT NULL AND reason <> $2 ORDER BY id DESC LIMIT 1
"""
BIND_MAIL = """
    INSERT INTO playrelay.mails AS m (mail, utk, sent_at) VALUES ($1, $2, $3)
    ON CONFLICT (mail) DO UPDATE SET sent_at = excluded.sent_at WHERE m.utk = excluded.utk
"""


class Visitors(msgspec.Struct, frozen=True):
    """What is known of some visitors.

    `contacts`: HubSpot's answer (None: a stranger) by usertoken, if it was looked up. `listed`: the
    usertokens that are, or were, to be looked up. `mails`: the usertokens that email links are
    bound to.
    """

    contacts: Mapping[str, int | None]
    listed: frozenset[str]
    mails: Mapping[bytes, str]

    def resolve(
        self, play: Play, mode: IdentityMode, destination: Destination = MEDIA_BRIDGE
    ) -> Identity | Unknown:
        """The identity with which the play's events are sent to a destination."""
        utk = play.utk[1] if play.utk else None
        known = KnownContact(self.contacts[utk]) if utk and utk in self.contacts else None
        owner = self.mail_owner(play)
        return identity_of(play, known, mode, mail_owner=owner, destination=destination)

    def mail_owner(self, play: Play) -> str | None:
        """The usertoken that the play's `_hsenc` is bound to, if it ever arrived with one."""
        return self.mails.get(mail_key(play.hsenc[1])) if play.hsenc else None


async def load_visitors(tx: Tx, plays: Iterable[Play], *, lock: bool = False) -> Visitors:
    """What is known of the visitors of these plays. `lock`: until the transaction's end."""
    several = list(plays)
    utks = sorted({play.utk[1] for play in several if play.utk})
    mails = sorted({mail_key(play.hsenc[1]) for play in several if play.hsenc})
    if len(utks) == 1 and not lock:  # a single claim: SQLite is slow with a list
        contacts = await tx.rows(CONTACT, utks[0])
    else:
        contacts = await tx.rows(LOCK_CONTACTS if lock else CONTACTS, utks) if utks else []
    owners = await tx.each_row(MAILS, [(mail,) for mail in mails]) if mails else []
    return Visitors(
        contacts={utk: contact for utk, contact, asked_at in contacts if asked_at is not None},
        listed=frozenset(utk for utk, _, _ in contacts),
        mails={mail: utk for mail, utk in owners},  # noqa: C416 - rows are no pairs
    )


async def identity_at(
    tx: Tx, policy: StorePolicy, row: int, play: Play, visitors: Visitors, destination: Destination
) -> Identity | Unknown:
    """The identity with which the play's events are sent to a destination. `row`: the play's."""
    identity = visitors.resolve(play, policy.identity, destination)
    if not asks_media_bridge(identity, destination, policy.destinations):
        return identity
    # The reason of a delivery is its identity source. An email link may have been bound to another
    # usertoken since.
    doubted = "mail" if is_forwarded(play, visitors.mail_owner(play)) else ""
    contact = await tx.value(NAMED, row, doubted)
    named = None if contact is None else Identity("media-bridge", contact_id=contact)
    if named is not None and named.key not in play.refused:
        return named
    return identity if isinstance(identity, Unknown) else Unknown("stranger")


async def bind_mails(tx: Tx, plays: Iterable[Play], now: int) -> None:
    """Bind each `_hsenc` to the usertoken with which it first arrives, and to no other."""
    firsts: dict[bytes, str] = {}
    for play in plays:
        if play.hsenc is not None and play.utk is not None:
            firsts.setdefault(mail_key(play.hsenc[1]), play.utk[1])
    if firsts:
        await tx.each(BIND_MAIL, [(mail, firsts[mail], now) for mail in sorted(firsts)])
