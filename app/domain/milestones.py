"""Which HubSpot events a play has reached: a pure function of its merged state."""

from typing import Literal

import msgspec

from app.domain.play import Play

EventType = Literal["media-played", "media-played-percent", "attention-span"]
"""HubSpot's names, as they appear in the path of each endpoint."""

ENDED_IS_COMPLETE_FROM = 90.0
"""A player that says `ended` has played to the end if at least this much was covered.

The last frames are often not reported, while a jump to the end also fires `ended`.
"""

ALL = 100.0
"""The percentage of all of a medium."""


class Milestone(msgspec.Struct, frozen=True, gc=False):
    """One event that a play has reached. `value`: the state, the percentage, or empty."""

    event: EventType
    value: str = ""

    @property
    def key(self) -> str:
        """Unique within a play, so that each milestone is sent once."""
        return f"{self.event}:{self.value}" if self.value else self.event


STARTED = Milestone("media-played", "STARTED")
VIEWED = Milestone("media-played", "VIEWED")
ATTENTION = Milestone("attention-span")


def milestone_of(key: str) -> Milestone:
    """The milestone of a key."""
    event, _, value = key.partition(":")
    return msgspec.convert({"event": event, "value": value}, Milestone)


class MilestonePolicy(msgspec.Struct, frozen=True):
    """Which milestones are wanted: percentages ascending, the VIEWED mark, the event types.

    Plays below `least_percent` or `least_seconds` are not sent.
    """

    percents: tuple[int, ...] = (25, 50, 75, 100)
    viewed_percent: int = 50
    send_percent: bool = True
    send_played: bool = True
    send_attention: bool = True
    least_percent: int = 0
    least_seconds: int = 0


def reached(play: Play) -> float:
    """Coverage that counts, 0–100: the largest reported, the map's own, or 100 at the end."""
    covered = play.covered
    return ALL if play.ended and covered >= ENDED_IS_COMPLETE_FROM else covered


def shortfall(play: Play, policy: MilestonePolicy) -> str:
    """The minimum attention that the play has not reached, as text; empty if it has.

    Seconds count only if the medium's duration is known; watching all of a shorter medium is
    enough.
    """
    covered = reached(play)
    if covered < policy.least_percent:
        return f"{policy.least_percent} %"
    duration = play.medium.duration
    if duration and covered < ALL and covered * duration < ALL * policy.least_seconds:
        return f"{policy.least_seconds} s"
    return ""


def earned(play: Play, policy: MilestonePolicy) -> list[Milestone]:
    """All milestones reached so far, in the order in which they were reached."""
    covered = reached(play)
    steps: list[tuple[float, int, Milestone]] = []
    if policy.send_played:
        steps.append((0, 0, STARTED))
        if covered >= policy.viewed_percent:
            steps.append((policy.viewed_percent, 2, VIEWED))
    if policy.send_percent:
        steps += [
            (value, 1, Milestone("media-played-percent", str(value)))
            for value in policy.percents
            if covered >= value
        ]
    return [milestone for _, _, milestone in sorted(steps, key=lambda step: step[:2])]


def due(play: Play, policy: MilestonePolicy) -> list[Milestone]:
    """The milestones that are reached and not yet handed on."""
    return [milestone for milestone in earned(play, policy) if milestone.key not in play.handed_on]


def due_when_quiet(play: Play, policy: MilestonePolicy) -> list[Milestone]:
    """The attention span, once: due when a play has fallen silent and anything was watched."""
    wanted = policy.send_attention and any(play.spans) and ATTENTION.key not in play.handed_on
    return [ATTENTION] if wanted else []
