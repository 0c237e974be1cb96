"""Decides when HubSpot is asked about a usertoken, and when again."""

import msgspec

from app.domain.identity import IdentityMode, is_signed
from app.domain.play import Play

FIRST_LOOKUP_AFTER_MS = 1_000
"""A new usertoken waits this long for others: one request looks up to a hundred of them up."""

GATHER_MS = 2_000
"""And this much longer for each permit in use, so that fewer requests are made when busy."""

LONGEST_GATHER_MS = 30_000
"""The longest that a new usertoken waits for others."""

SOON_MS = 2_000
"""The longest wait of a visitor who has just been identified: one request in this time at most."""

ASKED_JUST_NOW_MS = 10_000
"""A visitor who was asked about within this time is not asked about again for that."""

STRANGER_PAUSE_MS = 60_000
"""A stranger who starts another play is asked about at once, but not more often than this."""

BUSY_PAUSE_MS = 20_000
"""Each permit in use makes that pause longer by this much."""

LONGEST_PAUSE_MS = 600_000
"""The longest pause before a stranger who is back is asked about again."""

RECHECK_AFTER_MS = 24 * 60 * 60 * 1000
"""HubSpot merges contacts: an answer older than this is used, and asked for again."""

GATHER_SHARE = 4
"""A look-up that is due waits for others for a quarter of the time since the last one."""

YIELD_MS = 60 * 60 * 1000
"""The longest that events go before look-ups of strangers who were asked about before."""

NOTICE_MS = 6 * 60 * 60 * 1000
"""How long before an event is given up its stranger is asked about for the last time."""

RECENT_MS = 18 * 60 * 60 * 1000
"""An answer that came this long before that counts as the last one."""

LATE_ANSWER_MS = 2 * 24 * 60 * 60 * 1000
"""How long after that time the last answer is waited for."""


def to_ask(before: Play | None, play: Play, mode: IdentityMode) -> str | None:
    """The usertoken to look up when a play is new, or has just got one.

    Nobody is looked up for a play of which nothing is to be sent: for want of attention.
    """
    if mode != "lookup" or play.utk is None or play.short_of or is_signed(play):
        return None
    is_new = before is None or before.utk != play.utk or bool(before.short_of)
    return play.utk[1] if is_new else None


def gather_time(permits_in_use: int) -> int:
    """How long a new usertoken waits for others, in ms."""
    return min(FIRST_LOOKUP_AFTER_MS + permits_in_use * GATHER_MS, LONGEST_GATHER_MS)


class LastAsk(msgspec.Struct, frozen=True):
    """When a stranger is asked about for the last time, in ms.

    From `notice` before an event is given up, and then within `gather`; unless HubSpot has answered
    when the event was `old_enough`.
    """

    notice: int
    gather: int
    old_enough: int


def last_ask(park_ms: int) -> LastAsk:
    """For events that are kept so long."""
    notice = min(NOTICE_MS, park_ms // 4)
    recent = min(RECENT_MS, park_ms // 8)
    return LastAsk(notice, notice // GATHER_SHARE, park_ms - notice - recent)


def pause(permits_in_use: int) -> tuple[int, int]:
    """How long after the last look-up, in ms, a stranger who is back may be, and must be, asked."""
    shortest = min(STRANGER_PAUSE_MS + permits_in_use * BUSY_PAUSE_MS, LONGEST_PAUSE_MS)
    return shortest, shortest + shortest // GATHER_SHARE


def latest_ask(at: int | None, now: int) -> int | None:
    """When a usertoken must be asked about that may be asked about from `at` on."""
    return None if at is None else at + max(0, at - now) // GATHER_SHARE
