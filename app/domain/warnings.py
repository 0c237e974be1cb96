"""The warnings of a request: accepted values that can't be used, and why.

They stand in the answer beside `accepted` and `rejected`, so that the author of a player sees
mistakes at once that would otherwise show weeks later, as a contact without plays. Warnings never
repeat a value: it may be personal.
"""

from app.domain import coverage
from app.domain.identity import mail_token, usertoken
from app.domain.notices import PingWarning, Warnings
from app.domain.ping import Parsed, PlayPing
from app.domain.signature import LONGEST_LIFE_DAYS, SignatureFault, signature_fault
from app.domain.timestamps import FUTURE_MS, UNIT, date
from app.domain.trust import TrustPolicy

_ALREADY_WATCHED = 10.0  # percent of the map above which a coverage of 0.x % contradicts it

_SIGNATURE: dict[SignatureFault, str] = {
    "unsigned": "a contactId without contactSignature is not believed: sign it on your server",
    "no_secret": "set PLAYRELAY_IDENTITY_SECRET on the relay: without it no contactId is believed",
    "malformed": 'contactSignature: send EXPIRES.HEX, as in "1790000000.0f3c…" (64 hex digits)',
    "wrong": "contactSignature does not fit contactId, expiry and site under the relay's secret",
    "expired": "contactSignature has expired: sign the contactId anew for each page",
    "endless": (
        "contactSignature must end: sign the contactId with an expiry (seconds since the epoch, "
        f"at most {LONGEST_LIFE_DAYS} days ahead)"
    ),
}


def warnings_of(
    parsed: Parsed, *, received_at: int, trust: TrustPolicy, site: str = ""
) -> list[PingWarning]:
    """List the values that can't be used. `received_at`: ms since the epoch. `site`: its key."""
    found = Warnings(parsed.warnings)
    for index, play in zip(parsed.indexes, parsed.plays, strict=True):
        if found.is_full:
            break
        _identity(found, index, play)
        _time_and_contact(found, index, play, received_at, trust, site)
        if _is_fraction(play):
            detail = "playedPercent is between 0 and 100: half of the medium is 50, not 0.5"
            found.add(index, "playedPercent", "fraction", detail)
    return found.found


def may_warn(parsed: Parsed, *, received_at: int, trust: TrustPolicy) -> bool:
    """Whether `warnings_of` could find anything: a cheap check, at which nearly every ping ends."""
    for play in parsed.plays:  # a loop: any() of a generator takes twice as long
        if _is_suspicious(play, received_at, trust):
            return True
    return bool(parsed.warnings)


def _is_suspicious(play: PlayPing, received_at: int, trust: TrustPolicy) -> bool:
    percent, occurred, utk = play.played_percent, play.occurred_timestamp, play.contact_utk
    if play.hsenc is not None or play.contact_id is not None or play.contact_signature is not None:
        return True
    if (percent is not None and 0 < percent < 1) or (utk is not None and usertoken(utk) is None):
        return True
    if occurred is None:
        return False
    age = (received_at if play.sent_at is None else play.sent_at) - occurred
    return not -FUTURE_MS <= age <= trust.longest_age_ms


def _identity(found: Warnings, index: int, play: PlayPing) -> None:
    if play.contact_utk and play.contact_utk.strip() and usertoken(play.contact_utk) is None:
        detail = "a usertoken is the 32 hex digits of the hubspotutk cookie: send that or nothing"
        found.add(index, "contactUtk", "not_an_identity", detail)
    if play.hsenc and play.hsenc.strip() and mail_token(play.hsenc) is None:
        detail = (
            "this is not an _hsenc: send the value from a HubSpot email's link, or omit the field"
        )
        found.add(index, "_hsenc", "not_an_identity", detail)


def _time_and_contact(
    found: Warnings,
    index: int,
    play: PlayPing,
    received_at: int,
    trust: TrustPolicy,
    site: str,
) -> None:
    occurred_at, replaced = date(
        play.occurred_timestamp,
        play.sent_at,
        received_at=received_at,
        longest_age_ms=trust.longest_age_ms,
    )
    if replaced:
        detail = f"too long ago or in the future, so the time of arrival is used: {UNIT}"
        found.add(index, "occurredTimestamp", "replaced_by_arrival", detail)
    if play.contact_id is None:
        if play.contact_signature:
            detail = "a contactSignature without contactId signs nothing: send both"
            found.add(index, "contactSignature", "unsigned_contact", detail)
        return
    fault = signature_fault(
        play.contact_id,
        play.contact_signature,
        trust.secrets,
        site=site,
        occurred_at=occurred_at,
        received_at=received_at,
        endless=trust.endless_signatures,
    )
    if fault is not None:
        found.add(index, "contactId", "unsigned_contact", _SIGNATURE[fault])


def _is_fraction(play: PlayPing) -> bool:
    """Whether a percentage between 0 and 1 was meant as a fraction.

    With an attention map it can be the first seconds of a long film, unless the map shows much
    more.
    """
    percent = play.played_percent
    if percent is None or not 0 < percent < 1:
        return False
    return not play.watched or coverage.percent(coverage.expand(play.watched)) > _ALREADY_WATCHED
