"""When somebody is told that something is wrong, goes on being wrong, or is good again. Pure.

A sentence must hold for a while before it is told, and be gone as long before it is said to be
good again: what comes and goes is told once. One that goes on is repeated once a day.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from app.domain.figures import DAY_MS

GAP_MS = 60_000
"""A sentence that is gone for less than this has held all the time: a look may just miss it."""

State = Literal["bad", "still", "good"]


class Sentence(msgspec.Struct, frozen=True):
    """What is wrong, and what to do. `key`: which sentence it is, whatever figures it has."""

    key: str
    says: str
    do: str = ""
    path: str = ""


class Known(NamedTuple):
    """A sentence that held lately. `reported_at`: None, not told yet; `gone_at`: None, it holds."""

    key: str
    says: str
    since: int
    reported_at: int | None = None
    gone_at: int | None = None


class Change(msgspec.Struct, frozen=True):
    """What somebody is told of a sentence. `since`: ms since the epoch."""

    state: State
    sentence: Sentence
    since: int


def decide(
    known: Sequence[Known], found: Sequence[Sentence], now: int, after_ms: int
) -> tuple[list[Known], list[Change]]:
    """What is known from now on, and what is to be told.

    `found`: what is wrong now. `after_ms`: how long that must last before it is told.
    """
    before = {each.key: each for each in known}
    kept, changes = [], []
    for sentence in found:
        entry, state = _holds(before.pop(sentence.key, None), sentence, now, after_ms)
        kept.append(entry)
        if state is not None:
            changes.append(Change(state, sentence, entry.since))
    for entry in before.values():
        gone_at = now if entry.gone_at is None else min(entry.gone_at, now)
        reported = entry.reported_at is not None
        if now - gone_at < (after_ms if reported else min(after_ms, GAP_MS)):
            kept.append(entry._replace(gone_at=gone_at))
        elif reported:
            changes.append(Change("good", Sentence(entry.key, entry.says), entry.since))
    return kept, changes


def _holds(
    entry: Known | None, sentence: Sentence, now: int, after_ms: int
) -> tuple[Known, State | None]:
    """A sentence that holds now. Times after now are of a clock that has been set back."""
    since = now if entry is None else min(entry.since, now)
    reported_at = (
        None if entry is None or entry.reported_at is None else min(entry.reported_at, now)
    )
    state: State | None = None
    if reported_at is None and now - since >= after_ms:
        state = "bad"
    elif reported_at is not None and now - reported_at >= DAY_MS:
        state = "still"
    reported_at = reported_at if state is None else now
    return Known(sentence.key, sentence.says, since, reported_at), state
