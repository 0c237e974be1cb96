"""Decides when a usertoken is looked up at HubSpot, and when again."""

import msgspec

from app.domain.identity import IdentityMode, is_signed
from app.domain.play import Play

FIRST_LOOKUP_AFTER_MS = 1_000
"""A new usertoken waits this long for others: one request looks up to a hundred of them up."""

GATHER_MS = 2_000
"""The wait grows by this much for each permit in use, so that a busy relay makes fewer requests."""

LONGEST_GATHER_MS = 30_000
"""The longest that a new usertoken waits for others."""

SOON_MS = 2_000
"""The longest wait of a visitor who was just identified: at most one request in this time."""

ASKED_JUST_NOW_MS = 10_000
"""A visitor who was looked up within this time is not looked up again for being identified."""

STRANGER_PAUSE_MS = 60_000
"""A stranger who starts another play is looked up at once, but not more often than this."""

BUSY_PAUSE_MS = 20_000
"""That pause grows by this much for each permit in use."""

LONGEST_PAUSE_MS = 600_000
"""The longest pause before a returning stranger is looked up again."""

RECHECK_AFTER_MS = 24 * 60 * 60 * 1000
"""HubSpot merges contacts: an older answer is still used, but looked up again."""

GATHER_SHARE = 4
"""A due look-up waits for others for a quarter of the time since the last look-up."""

YIELD_MS = 60 * 60 * 1000
"""The longest time for which events go before repeated look-ups of strangers."""

NOTICE_MS = 6 * 60 * 60 * 1000
"""How long before an event is given up its visitor is looked up for the last time."""

RECENT_MS = 18 * 60 * 60 * 1000
"""An answer this recent counts as the last one."""

LATE_ANSWER_MS = 2 * 24 * 60 * 60 * 1000
"""How long to wait for the last answer after that time."""


def to_ask(before: Play | None, play: Play, mode: IdentityMode) -> str | None:
    """The usertoken to look up when a play is new, or has just got one.

    No look-up is made for a play that is not sent because it is below the minimum attention.
    """
    if mode != "lookup" or play.utk is None or play.short_of or is_signed(play):
        return None
    is_new = before is None or before.utk != play.utk or bool(before.short_of)
    return play.utk[1] if is_new else None


def gather_time(permits_in_use: int) -> int:
    """How long a new usertoken waits for others, in ms."""
    return min(FIRST_LOOKUP_AFTER_MS + permits_in_use * GATHER_MS, LONGEST_GATHER_MS)


class LastAsk(msgspec.Struct, frozen=True):
    """When a stranger is looked up for the last time, in ms.

    From `notice` before an event is given up, and then within `gather`; unless HubSpot answered
    when the event was `old_enough`.
    """

    notice: int
    gather: int
    old_enough: int


def last_ask(park_ms: int) -> LastAsk:
    """For events that are kept for so long."""
    notice = min(NOTICE_MS, park_ms // 4)
    recent = min(RECENT_MS, park_ms // 8)
    return LastAsk(notice, notice // GATHER_SHARE, park_ms - notice - recent)


def pause(permits_in_use: int) -> tuple[int, int]:
    """The earliest and latest next look-up of a returning stranger, in ms after the last one."""
    shortest = min(STRANGER_PAUSE_MS + permits_in_use * BUSY_PAUSE_MS, LONGEST_PAUSE_MS)
    return shortest, shortest + shortest // GATHER_SHARE


def latest_ask(at: int | None, now: int) -> int | None:
    """When a usertoken must be looked up that may be looked up from `at` on."""
    return None if at is None else at + max(0, at - now) // GATHER_SHARE
