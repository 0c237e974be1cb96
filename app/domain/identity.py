"""Resolves which contact a play belongs to: the identity sources, in order of precedence.

    1. contactId, signed by the site's own server
    2. the contact that HubSpot knows by the visitor's usertoken        (mode lookup)
    3. _hsenc, from the link of a marketing mail
    4. the usertoken itself, for HubSpot to convert                      (mode passthrough)

Exactly one identity is sent: which one HubSpot would prefer is not documented. If HubSpot knows no
contact by it, the next source is used.

Other destinations than the Media Bridge take no `_hsenc`, and don't say whether they know a
usertoken. Beside it they are sent the contact that it has named for the play instead of 3 and 4.

Mails are forwarded, and everyone who opens one carries the first recipient's `_hsenc`. So an
`_hsenc` is believed for one usertoken only, the first that comes with it. A visitor with another
usertoken, or with none, needs another identity from then on.
"""

import re
from hashlib import blake2b
from typing import Literal

import msgspec

from app.domain.destination import MEDIA_BRIDGE, TAKES_MAILS, Destination
from app.domain.play import Play

IdentityMode = Literal["lookup", "passthrough"]
IdentitySource = Literal["signed", "usertoken", "mail", "passthrough", "media-bridge"]

_USERTOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE)

# Encrypted bytes of any length contain a digit and a letter; template words ("undefined") don't.
_MAIL_TOKEN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_.=~-]{8,1024}", re.ASCII)


class Identity(msgspec.Struct, frozen=True, gc=False):
    """The one identity that an event is sent with, and the source that it comes from."""

    source: IdentitySource
    contact_id: int | None = None
    hsenc: str | None = None
    contact_utk: str | None = None

    @property
    def key(self) -> str:
        """The identity without its token, as `Play.refused` stores it: `usertoken:7`, `mail`."""
        return self.source if self.contact_id is None else f"{self.source}:{self.contact_id}"


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """No contact is known yet.

    `lookup`: the usertoken was not looked up yet; `stranger`: HubSpot does not know the visitor
    (yet); `anonymous`: the play has no identity; `refused`: HubSpot knows no contact with the
    play's identities.
    """

    why: Literal["lookup", "stranger", "anonymous", "refused"]


class KnownContact(msgspec.Struct, frozen=True, gc=False):
    """HubSpot's last answer about a usertoken: its contact, or None for a stranger."""

    contact_id: int | None


def identify(
    *,
    signed_contact_id: int | None,
    utk: str | None,
    hsenc: str | None,
    known: KnownContact | None,
    mode: IdentityMode,
    refused: frozenset[str] = frozenset(),
) -> Identity | Unknown:
    """The first identity that applies. `known`: None if the usertoken was not looked up yet.

    `refused`: keys of the identities for which HubSpot knows no contact.
    """
    identities: list[Identity] = []
    if signed_contact_id is not None:
        identities.append(Identity("signed", contact_id=signed_contact_id))
    if mode == "lookup" and known is not None and known.contact_id is not None:
        identities.append(Identity("usertoken", contact_id=known.contact_id))
    unasked = mode == "lookup" and utk is not None and known is None
    if hsenc is not None and not unasked:
        identities.append(Identity("mail", hsenc=hsenc))
    if mode == "passthrough" and utk is not None:
        identities.append(Identity("passthrough", contact_utk=utk))
    for identity in identities:
        if identity.key not in refused:
            return identity
    if unasked:
        return Unknown("lookup")
    if utk is not None and (known is None or known.contact_id is None):
        return Unknown("stranger")
    return Unknown("refused" if refused else "anonymous")


def identity_of(
    play: Play,
    known: KnownContact | None,
    mode: IdentityMode,
    *,
    mail_owner: str | None = None,
    destination: Destination = MEDIA_BRIDGE,
) -> Identity | Unknown:
    """Resolve the identity of a play, for a destination.

    `mail_owner`: the usertoken that the play's `_hsenc` is bound to, if any.
    """
    believed = not is_forwarded(play, mail_owner) and destination in TAKES_MAILS
    return identify(
        signed_contact_id=play.contact_id[1] if play.contact_id else None,
        utk=play.utk[1] if play.utk else None,
        hsenc=play.hsenc[1] if play.hsenc and believed else None,
        known=known,
        mode=mode,
        refused=play.refused,
    )


def is_forwarded(play: Play, mail_owner: str | None) -> bool:
    """Whether the play's `_hsenc` is bound to another usertoken than the play's."""
    return mail_owner is not None and mail_owner != (play.utk[1] if play.utk else None)


def is_signed(play: Play) -> bool:
    """Whether the site signed a contactId that HubSpot has not refused: no look-up is needed."""
    if play.contact_id is None:
        return False
    return Identity("signed", contact_id=play.contact_id[1]).key not in play.refused


def mail_key(hsenc: str) -> bytes:
    """A sixteen-byte digest of an `_hsenc`."""
    return blake2b(hsenc.encode(), digest_size=16).digest()


def usertoken(said: str | None) -> str | None:
    """The usertoken, in lower case, if it is one: templates also send "undefined" or "{{utk}}"."""
    token = said.strip() if said else ""
    return token.lower() if _USERTOKEN.fullmatch(token) else None


def mail_token(said: str | None) -> str | None:
    """The `_hsenc`, if it can be one. HubSpot publishes no form; those seen are URL-safe base64."""
    token = said.strip() if said else ""
    return token if _MAIL_TOKEN.fullmatch(token) else None
