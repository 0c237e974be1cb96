"""What an event becomes by the answer that it got."""

import json
from dataclasses import dataclass

import msgspec

from app.domain.families import family_of
from app.domain.figures import DAY_MS
from app.domain.identity import Identity, Unknown
from app.domain.outcome import Disowned, Outcome, Rejected, Retry, Status, Wait
from app.domain.play import Play

REFUSED_MEDIUM_MS = 60 * 60 * 1000
"""So long are events of a medium that HubSpot refused spared the request; twice that next time."""

LONGEST_REFUSED_MEDIUM_MS = DAY_MS
"""But no longer than this."""

_decode_refusal = msgspec.json.Decoder(Rejected).decode


@dataclass(frozen=True, slots=True)
class Next:
    """What a claimed event becomes. `blameless`: the attempt does not count."""

    status: Status
    due_at: int | None = None
    reason: str = ""
    settled_at: int | None = None
    blameless: bool = False
    answer: str = "{}"
    family: str = ""


def settled(outcome: Retry | Wait | Rejected, now: int, *, asked: bool) -> Next:
    """By the outcome. `asked`: HubSpot was."""
    answer = answer_of(outcome)
    if isinstance(outcome, Retry):
        at, blameless = outcome.at, outcome.blameless
        return Next("due", at, outcome.reason, blameless=blameless, answer=answer)
    if isinstance(outcome, Wait):
        until, blameless = outcome.until, not asked
        return Next("waiting", until, outcome.reason, blameless=blameless, answer=answer)
    family = family_of(outcome.reason, outcome.category, outcome.message)
    return Next("rejected", None, outcome.reason, now, not asked, answer, family)


def next_rung(outcome: Disowned, identity: Identity | Unknown, now: int) -> Next:
    """By the identity that its play is left with."""
    answer = answer_of(outcome)
    if isinstance(identity, Unknown):
        return Next("waiting", None, identity.why, blameless=True, answer=answer)
    return Next("due", now, outcome.reason, blameless=True, answer=answer)


def released(wait: str, until: int | None, now: int, *, sent: bool) -> Next:
    """Unsettled: it waits for the reason given, or is due at once."""
    if wait:
        return Next("waiting", until, wait, blameless=not sent)
    return Next("due", now, blameless=not sent)


def disown(play: Play, outcome: Disowned) -> Play:
    """The play without the identity that HubSpot knows nobody by."""
    return msgspec.structs.replace(play, refused=play.refused | {outcome.identity})


def answer_of(outcome: Outcome) -> str:
    """What HubSpot said, as JSON."""
    return json.dumps({k: v for k, v in msgspec.structs.asdict(outcome).items() if v})


def spared(answer: bytes | str) -> Rejected:
    """What becomes of an event of a medium that HubSpot refused with that answer, as JSON.

    Where HubSpot named no category the reason stands for it: the family is the same.
    """
    said = _decode_refusal(answer)
    category = said.category or said.reason
    return msgspec.structs.replace(said, reason="medium_refused", category=category)


def sparing(refusals: int) -> int:
    """How long events of a medium are spared after so many refusals in a row, in ms."""
    longer: int = REFUSED_MEDIUM_MS * 2 ** min(refusals - 1, 30)
    return min(longer, LONGEST_REFUSED_MEDIUM_MS)
