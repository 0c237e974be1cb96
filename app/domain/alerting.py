"""Decides when somebody is told that a problem began, continues or is over. Pure.

A problem must last for a while before it is reported, and be gone for the same time before it is
reported as over: a problem that comes and goes is reported once. One that continues is repeated
once a day.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from app.domain.timestamps import DAY_MS

GAP_MS = 60_000
"""A problem that is gone for less than this counts as continuous: a single check may miss it."""

State = Literal["bad", "still", "good"]


class Sentence(msgspec.Struct, frozen=True):
    """A problem and what to do. `key`: identifies the problem, whatever figures its text has."""

    key: str
    says: str
    do: str = ""
    path: str = ""


class Known(NamedTuple):
    """A recent problem. `reported_at`: None if not reported yet; `gone_at`: None while it lasts."""

    key: str
    says: str
    since: int
    reported_at: int | None = None
    gone_at: int | None = None


class Change(msgspec.Struct, frozen=True):
    """One report about a problem. `since`: ms since the epoch."""

    state: State
    sentence: Sentence
    since: int


def decide(
    known: Sequence[Known], found: Sequence[Sentence], now: int, after_ms: int
) -> tuple[list[Known], list[Change]]:
    """The problems to remember from now on, and the reports to send.

    `found`: the problems of this check. `after_ms`: how long one must last before it is reported.
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
    """A problem of this check. A time after `now` comes from a clock that was ahead."""
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
