"""Turns an event's outcome into its new stored state."""

import json

import msgspec
from msgspec.structs import replace

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.families import family_of
from app.domain.identity import Identity, Unknown
from app.domain.outcome import IdentityRejected, Outcome, Rejected, Retry, Status, Wait
from app.domain.play import Play
from app.domain.timestamps import DAY_MS

REFUSED_MEDIUM_MS = 60 * 60 * 1000
"""How long a medium that HubSpot refused is suspended; twice as long each further time."""

LONGEST_REFUSED_MEDIUM_MS = DAY_MS
"""The longest suspension of a medium."""

_decode_rejected = msgspec.json.Decoder(Rejected).decode


class NextState(msgspec.Struct, frozen=True):
    """The new state of a claimed event. `uncounted`: the attempt does not count."""

    status: Status
    due_at: int | None = None
    reason: str = ""
    settled_at: int | None = None
    uncounted: bool = False
    answer: str = "{}"
    family: str = ""


def state_after(
    outcome: Retry | Wait | Rejected,
    now: int,
    *,
    asked: bool,
    destination: Destination = MEDIA_BRIDGE,
) -> NextState:
    """The state by outcome. `asked`: a request was made. Each destination has its own families."""
    answer = answer_of(outcome)
    if isinstance(outcome, Retry):
        at, uncounted = outcome.at, not outcome.counts_as_attempt
        return NextState("due", at, outcome.reason, uncounted=uncounted, answer=answer)
    if isinstance(outcome, Wait):
        return NextState("waiting", outcome.until, outcome.reason, None, not asked, answer)
    family = family_of(outcome.reason, outcome.category, outcome.message, destination)
    return NextState("rejected", outcome.again_at, outcome.reason, now, not asked, answer, family)


def state_with(identity: Identity | Unknown, outcome: IdentityRejected, now: int) -> NextState:
    """The state by the next identity of its play."""
    answer = answer_of(outcome)
    if isinstance(identity, Unknown):
        return NextState("waiting", None, identity.why, uncounted=True, answer=answer)
    return NextState("due", now, outcome.reason, uncounted=True, answer=answer)


def state_released(wait: str, until: int | None, now: int, *, sent: bool) -> NextState:
    """Released without an outcome: it waits for the given reason, or is due at once."""
    if wait:
        return NextState("waiting", until, wait, uncounted=not sent)
    return NextState("due", now, uncounted=not sent)


def without_identity(play: Play, outcome: IdentityRejected) -> Play:
    """The play without the identity for which HubSpot knows no contact."""
    return replace(play, refused=play.refused | {outcome.identity})


def answer_of(outcome: Outcome) -> str:
    """HubSpot's answer, as JSON."""
    return json.dumps({k: v for k, v in msgspec.to_builtins(outcome).items() if v})


def refused_unsent(answer: bytes | str) -> Rejected:
    """The outcome of an event of a medium that HubSpot refused with that answer, as JSON.

    If HubSpot named no category, its reason is used: the family is the same.
    """
    said = _decode_rejected(answer)
    category = said.category or said.reason
    return replace(said, reason="medium_refused", category=category)


def medium_pause(refusals: int) -> int:
    """How long a medium is suspended after so many refusals in a row, in ms."""
    longer: int = REFUSED_MEDIUM_MS * 2 ** min(refusals - 1, 30)
    return min(longer, LONGEST_REFUSED_MEDIUM_MS)
