"""What every engine decides alike: how long things wait, and how the account stands.

Pure; times in ms since the epoch unless said otherwise.
"""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.domain.figures import BINS
from app.domain.folding import Folded
from app.domain.media import Medium
from app.domain.outcome import Outcome, Rejected
from app.domain.page import Page
from app.domain.ping import BadJsonError, InvalidPingError, parse
from app.domain.play import Play
from app.store.interface import Folding
from app.store.values import Quota

DAY_MS = 24 * 60 * 60 * 1000

MAX_ROWS_A_COMMIT = 2_000
MAX_WAITING_BYTES = 32 * 1024 * 1024
"""Beyond this the store is too slow for what arrives, and the honest answer is 503."""

FRESH_MS = 5 * 60 * 1000
"""An event younger than this is fresh."""

BACKLOG_TURN = 10
"""Every so manieth permit goes to the longest due event, however much is fresh."""

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

REFUSED_MEDIUM_MS = 60 * 60 * 1000
"""So long are events of a medium that HubSpot refused spared the request; twice that next time."""

LONGEST_REFUSED_MEDIUM_MS = DAY_MS
"""But no longer than this."""

encode_play = msgspec.json.Encoder().encode
decode_play = msgspec.json.Decoder(Play).decode
encode_medium = msgspec.json.Encoder().encode
decode_medium = msgspec.json.Decoder(Medium).decode

UNREADABLE_PLAY = Play("?", Medium(name="a play that can't be read"), (0, 0, Page()), 0)
UNREADABLE = '{"message": "its play can\'t be read: a fault of the relay\'s, please report it"}'

_decode_refusal = msgspec.json.Decoder(Rejected).decode

_packing = struct.Struct(f"<{BINS}i")


@dataclass(frozen=True, slots=True)
class Books:
    """The account's row: pause, failures in a row, and the counts of `day` (since the epoch)."""

    paused_until: int
    failures: int
    day: int
    requests: int
    errors: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Window:
    """The permits in use, when the first of them frees itself, and the id of the latest (or 0)."""

    used: int
    frees_at: int | None
    latest: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a request may be made: permits left, until when to hold still (None: go on).

    `failures`: how many in a row; `strained`, `on_chance`: see `Claim`; `latest`: the id of the
    latest permit.
    """

    left: int
    wait_until: int | None
    failures: int
    strained: bool
    on_chance: bool
    latest: int


def stand(
    books: Books, window: Window, sending_until: int | None, now: int, quota: Quota
) -> Standing:
    """How the account stands at this moment. `sending_until`: when the first lease will end."""
    requests, errors, refusals = (
        (books.requests, books.errors, books.refusals) if books.day == now // DAY_MS else (0, 0, 0)
    )
    many = max(quota.error_floor, quota.error_share * requests)
    left = max(0, quota.rate - window.used)
    wait_until: int | None = None
    if books.paused_until > now:
        wait_until = books.paused_until
    elif left == 0:
        wait_until = window.frees_at
    elif books.failures and sending_until is not None and sending_until > now:
        wait_until = sending_until  # while the account is failing, one request at a time probes it
    return Standing(
        left, wait_until, books.failures, errors >= many, refusals < many, window.latest
    )


def wait_for_spare(account: Standing, now: int, quota: Quota, spare: int) -> int | None:
    """Until when what is no event's has to wait, so that `spare` permits are left; None: go on."""
    if account.wait_until is not None:
        return account.wait_until
    return now + quota.window_ms // 10 if account.left <= spare else None


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


def readable(state: bytes | str) -> Play | None:
    """The play; None where its state says nothing to this release: others must not suffer."""
    try:
        return decode_play(state)
    except (msgspec.DecodeError, ValueError):
        return None


def shown(state: bytes | str) -> Play:
    """The play for people to look at, or one that says that it can't be read."""
    return readable(state) or UNREADABLE_PLAY


def closed(folding: Folding, state: bytes | str, quiet_since: int) -> tuple[Play, Folded] | None:
    """A silent play and what closing it comes to; None where that breaks, so that others go on."""
    try:
        play = decode_play(state)
        return play, folding.close(play, quiet_since)
    except Exception:  # noqa: BLE001 - whatever it is, it is this play's alone
        return None


def answer_of(outcome: Outcome) -> str:
    """What HubSpot said, as JSON."""
    return json.dumps({k: v for k, v in msgspec.structs.asdict(outcome).items() if v})


def spared(answer: bytes | str) -> Rejected:
    """What becomes of an event of a medium that HubSpot refused with that answer, as JSON."""
    return msgspec.structs.replace(_decode_refusal(answer), reason="medium_refused")


def sparing(refusals: int) -> int:
    """How long events of a medium are spared after so many refusals in a row, in ms."""
    longer: int = REFUSED_MEDIUM_MS * 2 ** min(refusals - 1, 30)
    return min(longer, LONGEST_REFUSED_MEDIUM_MS)


def pack_seen(counts: Iterable[int]) -> bytes:
    """How many plays saw each percent of a medium: 32-bit integers, the lowest byte first."""
    return _packing.pack(*counts)


def unpack_seen(packed: bytes) -> tuple[int, ...]:
    """The same as numbers."""
    return _packing.unpack(packed)


def page_name(page: Page) -> str:
    """What tells a page from others, for people."""
    return f"page {page.page_id}" if page.page_id else page.url or "an unknown page"


def names(body: bytes, referer: str | None, utks: Sequence[str], contact_id: int | None) -> bool:
    """Whether a ping carries one of the identities; what can't be read is searched as text."""
    try:
        plays = parse(body, referer).plays
    except (BadJsonError, InvalidPingError):
        plays = []
    by_contact = contact_id is not None and any(play.contact_id == contact_id for play in plays)
    by_utk = any(play.contact_utk and play.contact_utk.strip() in utks for play in plays)
    return by_contact or by_utk or any(utk.encode() in body for utk in utks)
