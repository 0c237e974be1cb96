"""Fold: merges new observations into a play, and finds the events that it newly reaches."""

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
    """The play after the fold, and its new events, in the order in which they were reached.

    `destinations`: where each event goes.
    """

    play: Play
    events: list[Event]
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,)


def fold(known: Play | None, seen: Sequence[Observation], policy: MilestonePolicy) -> Folded:
    """Merge observations of one view (at least one, in any order) into its play."""
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
    """Close a play that has been silent for long enough: its attention span becomes due, once.

    The event gets the time at which the furthest point was reached, because the last ping may be an
    old one that arrived late; but no time before the milestones that were reached earlier.
    `quiet_since`: when the last ping arrived, for a play that was stored without that time. A play
    below the minimum attention gets no attention span yet, because it may still be continued.
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
    """Hold the new events back within the play, so that they need no outbox rows."""
    play = folded.play
    first = len(play.held)
    held = (
        (event.occurred_at, number, event.milestone.key)
        for number, event in enumerate(folded.events, first)
    )
    return replace(folded, play=replace(play, held=(*play.held, *held)), events=[])


def let_go(folded: Folded) -> Folded:
    """Release the held events, with their original times, before the new ones."""
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
