"""Whose play it is: the ladder from the surest identity to the last resort.

    1. contactId, signed by the site's own server
    2. the contact that HubSpot knows by the visitor's usertoken        (mode lookup)
    3. _hsenc, from the link of a marketing mail
    4. the usertoken itself, for HubSpot to convert                      (mode passthrough)

Exactly one rung is sent: which one HubSpot would prefer is not documented.
"""

import hmac
from hashlib import sha256
from typing import Literal

import msgspec

from app.domain.play import Play

IdentityMode = Literal["lookup", "passthrough"]
Rung = Literal["signed", "usertoken", "mail", "passthrough"]


class Identity(msgspec.Struct, frozen=True, gc=False):
    """The one identity an event is sent with, and the rung of the ladder that it stands on."""

    rung: Rung
    contact_id: int | None = None
    hsenc: str | None = None
    contact_utk: str | None = None


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Nobody to send to yet.

    `lookup`: HubSpot has not been asked; `stranger`: it does not know the visitor (yet);
    `anonymous`: the visitor brought nothing to be known by.
    """

    why: Literal["lookup", "stranger", "anonymous"]


class KnownContact(msgspec.Struct, frozen=True, gc=False):
    """HubSpot's last word on a usertoken: its contact, or None for a stranger."""

    contact_id: int | None


def identify(
    *,
    signed_contact_id: int | None,
    utk: str | None,
    hsenc: str | None,
    known: KnownContact | None,
    mode: IdentityMode,
) -> Identity | Unknown:
    """Climb the ladder. `known` is None as long as HubSpot was not asked about the usertoken."""
    if signed_contact_id is not None:
        return Identity("signed", contact_id=signed_contact_id)
    if mode == "lookup" and utk is not None:
        if known is None:
            return Unknown("lookup")
        if known.contact_id is not None:
            return Identity("usertoken", contact_id=known.contact_id)
    if hsenc is not None:
        return Identity("mail", hsenc=hsenc)
    if mode == "passthrough" and utk is not None:
        return Identity("passthrough", contact_utk=utk)
    return Unknown("anonymous" if utk is None else "stranger")


def identity_of(play: Play, known: KnownContact | None, mode: IdentityMode) -> Identity | Unknown:
    """Climb the ladder with all that a play's pings brought."""
    return identify(
        signed_contact_id=play.contact_id[1] if play.contact_id else None,
        utk=play.utk[1] if play.utk else None,
        hsenc=play.hsenc[1] if play.hsenc else None,
        known=known,
        mode=mode,
    )


def signature_of(contact_id: int, secret: str) -> str:
    """What a site's own server puts beside a contactId: hex HMAC-SHA256 of its decimal digits."""
    return hmac.new(secret.encode(), str(contact_id).encode(), sha256).hexdigest()


def is_signed(contact_id: int | None, signature: str | None, secret: str | None) -> bool:
    """Whether the contactId may be believed. Without a secret nothing is."""
    if contact_id is None or not signature or not secret:
        return False
    return hmac.compare_digest(
        signature.lower().encode(), signature_of(contact_id, secret).encode()
    )
