"""Encodes and decodes plays and pings as they are stored."""

import re
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from app.domain.figures import medium_key
from app.domain.folding import Folded
from app.domain.identity import usertoken
from app.domain.media import Medium
from app.domain.milestones import reached
from app.domain.page import Page
from app.domain.period import SLOT_MS
from app.domain.ping import BadJsonError, InvalidPingError
from app.domain.ping_parser import parse
from app.domain.play import Play
from app.domain.traits import digest_of
from app.store.records import FoldRules

encode_play = msgspec.json.Encoder().encode
decode_play = msgspec.json.Decoder(Play).decode

HUNDREDTHS = 100
"""Coverage is stored in hundredths of a percent, so that it is a whole number."""

UNREADABLE_PLAY = Play("?", Medium(name="a play that can't be read"), (0, 0, Page()), 0)
UNREADABLE = '{"message": "its play can\'t be read: a fault of the relay\'s, please report it"}'


def columns_of(play: Play, received: Sequence[int], settle_ms: int) -> tuple[object, ...]:
    """The columns beside a play's state after so many more pings.

    session, pings, begun_at, received_at, settles_at, utk, contact_id, mail, medium, covered,
    started, viewer, trait
    """
    return (
        play.session_id,
        len(received),
        min(received),
        max(received),
        max(received) + settle_ms if any(play.spans) else None,
        play.utk[1] if play.utk else None,
        play.contact_id[1] if play.contact_id else None,
        play.hsenc is not None and "mail" not in play.refused,
        *watched(play),
        play.started_at // SLOT_MS,
        viewer(play),
        digest_of(play),
    )


def viewer(play: Play) -> int:
    """Identifies the visitor: by the usertoken, or else the contact, or else the session."""
    if play.utk:
        identity = f"u{play.utk[1]}"
    elif play.contact_id:
        identity = f"c{play.contact_id[1]}"
    else:
        identity = f"s{play.site}\0{play.session_id}"
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest(), "big", signed=True)


def watched(play: Play) -> tuple[str, int]:
    """The medium's key, and its coverage in hundredths of a percent."""
    return medium_key(play.medium), int(reached(play) * HUNDREDTHS)


def readable(state: bytes | str) -> Play | None:
    """The play; None if this release can't read its state: that must not affect other plays."""
    try:
        return decode_play(state)
    except (msgspec.DecodeError, ValueError):
        return None


def shown(state: bytes | str) -> Play:
    """The play for people to look at, or a stand-in that says that it can't be read."""
    return readable(state) or UNREADABLE_PLAY


def close_play(
    rules: FoldRules, state: bytes | str, quiet_since: int
) -> tuple[Play, Folded] | None:
    """A silent play and the result of closing it; None if that fails, so that others go on."""
    try:
        play = decode_play(state)
        return play, rules.close(play, quiet_since)
    except Exception:  # noqa: BLE001 - whatever it is, it is this play's alone
        return None


def carries_identity(
    body: bytes, referer: str | None, utks: Sequence[str], contact_id: int | None
) -> bool:
    """Whether a ping carries one of the identities. An unreadable ping is searched as text."""
    try:
        plays = parse(body, referer).plays
    except (BadJsonError, InvalidPingError):
        plays = []
    by_contact = contact_id is not None and any(play.contact_id == contact_id for play in plays)
    by_utk = any(
        play.contact_utk and (usertoken(play.contact_utk) or play.contact_utk.strip()) in utks
        for play in plays
    )
    return by_contact or by_utk or any(_as_a_word(utk).search(body) for utk in utks)


def _as_a_word(utk: str) -> re.Pattern[bytes]:
    """Not as a part of a longer one, which would be another visitor's."""
    return re.compile(rb"(?<![\w-])" + re.escape(utk.encode()) + rb"(?![\w-])")
