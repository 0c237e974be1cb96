"""Fold: what a play knows already, and what was observed since, into its state and new events."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.milestones import (
    Milestone,
    MilestonePolicy,
    due,
    due_when_quiet,
    milestone_of,
    shortfall,
)
from app.domain.observation import Observation
from app.domain.play import Play, merge


class Event(msgspec.Struct, frozen=True, gc=False):
    """A milestone with the time at which it was reached (ms since the epoch, relay's clock)."""

    milestone: Milestone
    occurred_at: int


class Folded(msgspec.Struct, frozen=True, gc=False):
    """The play afterwards, and what it newly earned, in the order in which it was earned.

    `destinations`: where each of these goes.
    """

    play: Play
    events: list[Event]
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,)


def fold(known: Play | None, seen: Sequence[Observation], policy: MilestonePolicy) -> Folded:
    """Merge observations of one view (at least one, in any order) into what is known of it."""
    play = known
    events: list[Event] = []
    for observation in sorted(seen, key=lambda observation: observation.occurred_at):
        play = observation.play if play is None else merge(play, observation.play)
        for milestone in due(play, policy):
            events.append(Event(milestone, observation.occurred_at))
            play = _handed_on(play, events[-1])
    if play is None:
        raise ValueError("fold needs at least one observation")
    short_of = shortfall(play, policy)
    if short_of != play.short_of:
        play = replace(play, short_of=short_of)
    return Folded(play, events)


def close(play: Play, quiet_since: int, policy: MilestonePolicy) -> Folded:
    """A play that has fallen silent: its attention span becomes due, once.

    It is dated to when the furthest was reached: what comes last may be an old ping that was held
    up. But not ahead of what was earned before it, as by an end. `quiet_since`: when the last ping
    arrived, for a play that was stored without that time. A play that is short of the least
    attention has none yet: it may be watched on.
    """
    events: list[Event] = []
    if play.short_of:
        return Folded(play, events)
    _, _, furthest_at = play.furthest
    for milestone in due_when_quiet(play, policy):
        events.append(Event(milestone, max(furthest_at or quiet_since, play.earned_at)))
        play = _handed_on(play, events[-1])
    return Folded(play, events)


def hold(folded: Folded) -> Folded:
    """Keep the new events within the play, so that they need no rows of their own."""
    play = folded.play
    first = len(play.held)
    held = (
        (event.occurred_at, number, event.milestone.key)
        for number, event in enumerate(folded.events, first)
    )
    return replace(folded, play=replace(play, held=(*play.held, *held)), events=[])


def let_go(folded: Folded) -> Folded:
    """Release the events that the play held back, with their own times, before the new ones."""
    play = folded.play
    if not play.held:
        return folded
    held = [Event(milestone_of(key), at) for at, _, key in play.held]
    return replace(folded, play=replace(play, held=()), events=[*held, *folded.events])


def _handed_on(play: Play, event: Event) -> Play:
    return replace(
        play,
        handed_on=play.handed_on | {event.milestone.key},
        earned_at=max(play.earned_at, event.occurred_at),
    )
