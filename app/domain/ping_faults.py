"""Why a play can't be accepted: all faults at once, each with its field and what it accepts."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from app.domain.coverage import MAX_SPANS
from app.domain.timestamps import UNIT

WANTED: Mapping[str, str] = {
    "sessionId": "send text of 1 to 255 characters, the same in all pings of a view",
    "mediaType": "send AUDIO, DOCUMENT, IMAGE, OTHER or VIDEO as text",
    "mediaBridgeId": "send the whole number of HubSpot's media object",
    "externalId": "send text of at most 255 characters",
    "mediaName": "send text of at most 16384 characters",
    "mediaUrl": "send the medium's http(s) address, at most 16384 characters",
    "duration": "send a number of seconds; omit it for a live stream",
    "occurredTimestamp": UNIT,
    "watched": (
        "send a list of [times watched, how many spans] in whole numbers, such as "
        f"[[1, 40], [0, 60]], with at most {MAX_SPANS} spans in all"
    ),
    "playedPercent": "send a number from 0 to 100",
    "ended": "send true or false",
    "sentAt": UNIT,
    "contactUtk": "send the 32 hex digits of the hubspotutk cookie as text",
    "_hsenc": "send the value from the link in a HubSpot email as text",
    "contactId": "send the whole number of a contact, and its contactSignature",
    "contactSignature": "send the signature as text",
    "pageUrl": "send the page's http(s) address, at most 16384 characters",
    "pageName": "send text of at most 16384 characters",
    "pageId": "send the whole number of a HubSpot page",
    "externalPlayContext": "send EMAIL or EXTERNAL_PAGE as text",
    "campaign": "send the utm_ parameters of the address that the visitor arrived on, at most "
    "16384 characters",
    "identified": "send true when the visitor has just submitted a form, otherwise omit it",
    "site": "send the key of one of the relay's sites, at most 255 characters",
    "plays": "send a list of plays",
}
"""What each field accepts, by its name on the wire."""

_MAY_HOLD_CONTROLS = re.compile(rb'\\(?!["/\\])|\x7f|\xc2[\x80-\x9f]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")  # white space is folded
_IDS = ("session_id", "sessionId"), ("external_id", "externalId")
_TEXTS = (
    ("media_name", "mediaName"),
    ("media_url", "mediaUrl"),
    ("page_name", "pageName"),
    ("page_url", "pageUrl"),
)

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def wrong_fields(raw: bytes | msgspec.Raw, kind: type[msgspec.Struct]) -> dict[str, str]:
    """Every field of an object that is not valid, by name: what to send instead."""
    found: dict[str, str] = {}
    given = _fields.decode(raw)
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name not in given:
            if field.required:
                found[name] = "this field is required"
            continue
        try:
            msgspec.json.decode(given[name], type=field.type, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found[name] = WANTED[name]
    return found


def may_hold_controls(body: bytes) -> bool:
    """Whether a body can contain control characters in its texts: JSON writes them as escapes.

    Nearly every body lacks all three bytes, and searching for these takes a tenth of the time.
    """
    if b"\\" in body or b"\xc2" in body or b"\x7f" in body:
        return _MAY_HOLD_CONTROLS.search(body) is not None
    return False


def control_faults(play: msgspec.Struct) -> Iterator[str]:
    """Fields with control characters: engines store them differently, and terminals obey them."""
    for names, forbidden in ((_IDS, _CONTROL), (_TEXTS, _CONTROL_IN_TEXT)):
        for attribute, name in names:
            text = getattr(play, attribute)
            if text is not None and (found := forbidden.search(text)):
                yield f"{name}: leave out the control character U+{ord(found[0]):04X}"
