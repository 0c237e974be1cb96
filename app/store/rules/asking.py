"""When HubSpot is asked whose a usertoken is, and when again."""

from dataclasses import dataclass

from app.domain.identity import IdentityMode, is_vouched_for
from app.domain.play import Play

FIRST_LOOKUP_AFTER_MS = 1_000
"""New usertokens wait this long for company: a look-up takes a hundred at the price of one."""

COMPANY_MS = 2_000
"""And so much longer for each request that the rate window holds: the busier, the fuller."""

LONGEST_COMPANY_MS = 30_000
"""But no longer than this."""

STRANGER_PAUSE_MS = 60_000
"""A stranger who starts another play is asked about at once, but not more often than this."""

BUSY_PAUSE_MS = 20_000
"""And so much less often for each request that the rate window holds."""

LONGEST_PAUSE_MS = 600_000
"""But no less often than this."""

RECHECK_AFTER_MS = 24 * 60 * 60 * 1000
"""HubSpot merges contacts: an answer older than this is used, and asked for again."""

GATHER_SHARE = 4
"""A question that is due waits for company for a quarter of the time since it was asked last."""

YIELD_MS = 60 * 60 * 1000
"""So long, at most, do strangers who were asked about before give way to events."""

NOTICE_MS = 6 * 60 * 60 * 1000
"""How long before its end a stranger's time counts as nearly up."""

LATELY_MS = 18 * 60 * 60 * 1000
"""How long before that an answer is still good enough to be the last."""

PATIENCE_MS = 2 * 24 * 60 * 60 * 1000
"""How long after its end an answer is waited for."""


def to_ask(before: Play | None, play: Play, mode: IdentityMode) -> str | None:
    """The usertoken to ask about when a play is new, or its visitor has just become known."""
    if mode != "lookup" or play.utk is None or is_vouched_for(play):
        return None
    return play.utk[1] if before is None or before.utk != play.utk else None


def company(permits_in_use: int) -> int:
    """How long a new usertoken waits for company, in ms."""
    return min(FIRST_LOOKUP_AFTER_MS + permits_in_use * COMPANY_MS, LONGEST_COMPANY_MS)


@dataclass(frozen=True, slots=True)
class LastAsk:
    """When a stranger is asked about for the last time, in ms.

    From `notice` before the end of an event's time, and then within `company`; unless HubSpot has
    answered when the event was `old_enough`.
    """

    notice: int
    company: int
    old_enough: int


def last_ask(park_ms: int) -> LastAsk:
    """For events that are kept so long."""
    notice = min(NOTICE_MS, park_ms // 4)
    lately = min(LATELY_MS, park_ms // 8)
    return LastAsk(notice, notice // GATHER_SHARE, park_ms - notice - lately)


def pause(permits_in_use: int) -> tuple[int, int]:
    """How long after its last look-up, in ms, a stranger who is back may be, and must be, asked."""
    rest = min(STRANGER_PAUSE_MS + permits_in_use * BUSY_PAUSE_MS, LONGEST_PAUSE_MS)
    return rest, rest + rest // GATHER_SHARE


def latest_ask(at: int | None, now: int) -> int | None:
    """When a usertoken must be asked about that may be asked about from `at` on."""
    return None if at is None else at + max(0, at - now) // GATHER_SHARE
