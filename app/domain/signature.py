"""A contactId that the site's own server has signed, so that no page can name somebody else.

    contactSignature = EXPIRES.HEX
    HEX              = HMAC-SHA256 of "CONTACT_ID.EXPIRES", or of "CONTACT_ID.EXPIRES.SITE" for a
                       site that has a key, under PLAYRELAY_IDENTITY_SECRET

EXPIRES is in seconds since the epoch, at most `LONGEST_LIFE_S` ahead. A signature that is copied is
thus good for one contact, on one site, for a limited time. The old form, the HMAC of the contactId
alone, never ends; it counts only where the operator asks for that.
"""

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Literal

LONGEST_LIFE_DAYS = 32
LONGEST_LIFE_S = LONGEST_LIFE_DAYS * 24 * 60 * 60

SignatureFault = Literal["unsigned", "no_secret", "malformed", "wrong", "expired", "endless"]
"""Why a contactId is not accepted."""

_FORM = re.compile(r"(?:([0-9]{1,12})\.)?([0-9a-f]{64})", re.ASCII | re.IGNORECASE)


def sign(contact_id: int, secret: str, *, expires: int, site: str = "") -> str:
    """Make the `contactSignature` of a contactId. `expires`: seconds since the epoch."""
    return f"{expires}.{_hmac(_message(contact_id, expires, site), secret)}"


def signature_fault(
    contact_id: int,
    signature: str | None,
    secrets: Iterable[str],
    *,
    site: str = "",
    occurred_at: int,
    received_at: int,
    endless: bool = False,
) -> SignatureFault | None:
    """Say why a contactId is not accepted; None if it is.

    `secrets`: any of them may have signed. `occurred_at`: the signature must have been valid when
    the progress was made, because a browser may hold a ping back for days; `received_at`: the start
    for "at most … ahead"; both in ms since the epoch. `endless`: whether the old form is accepted.
    """
    known = [secret for secret in secrets if secret]
    if not signature or not known:
        return "no_secret" if signature else "unsigned"
    form = _FORM.fullmatch(signature.strip())
    if form is None:
        return "malformed"
    expires = int(form[1]) if form[1] else None
    message = str(contact_id) if expires is None else _message(contact_id, expires, site)
    signed = [hmac.compare_digest(_hmac(message, secret), form[2].lower()) for secret in known]
    if not any(signed):
        return "wrong"
    if expires is not None and expires * 1000 < occurred_at:
        return "expired"
    ends = expires is not None and expires * 1000 <= received_at + LONGEST_LIFE_S * 1000
    return None if ends or (expires is None and endless) else "endless"


def _message(contact_id: int, expires: int, site: str) -> str:
    return f"{contact_id}.{expires}.{site}" if site else f"{contact_id}.{expires}"


def _hmac(message: str, secret: str) -> str:
    return hmac.new(secret.encode(), message.encode(), sha256).hexdigest()
