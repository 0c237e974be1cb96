"""What the relay was told of each view, ping by ping: the truth less what the network lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulation.run import Arrival, Run
from tests.simulation.visitors import View, Visitor
from tests.simulation.watching import ATTENTION, Milestone, State

BATCH_SECONDS = 2.0
"""Pings that come within it may be read together: then the earliest tells the time."""

ViewKey = tuple[str, str]
"""(session, externalId)"""


@dataclass(frozen=True, slots=True)
class Told:
    """One ping's word on a view, and when it was acknowledged."""

    at: float
    state: State
    utk: str | None
    hsenc: str | None
    signed: int | None


@dataclass(slots=True)
class Heard:
    """A view as the relay knows it: what it was told, in order of arrival."""

    view: View
    visitor: Visitor
    told: list[Told] = field(default_factory=list)

    def known(self, by: float) -> State:
        """All that had arrived by then, as one state. `at`: when the furthest was reached."""
        return together([told.state for told in self.told if told.at <= by])

    def born(self) -> dict[Milestone, float]:
        """When each milestone that it is worth became known to the relay, without attention."""
        found: dict[Milestone, float] = {}
        for number, told in enumerate(self.told, 1):
            for milestone in together([each.state for each in self.told[:number]]).reached:
                found.setdefault(milestone, told.at)
        return found

    def moments(self, milestone: Milestone) -> list[float]:
        """The times at which it may be said to have been reached, in seconds of the run."""
        born = self.born()[milestone]
        early = [told for told in self.told if told.at <= born + BATCH_SECONDS]
        return [
            told.state.at
            for told in early
            if milestone
            in together([each.state for each in early if each.state.at <= told.state.at]).reached
        ]

    @property
    def worth(self) -> dict[Milestone, float]:
        """Every milestone that it is worth in the end, and when the relay could know that."""
        found = self.born()
        watched = [told.at for told in self.told if any(told.state.watched)]
        if watched:
            found[ATTENTION] = min(watched)
        return found

    def utk(self, by: float) -> str | None:
        """The usertoken that had arrived by then."""
        return next((told.utk for told in self.told if told.utk and told.at <= by), None)

    def hsenc(self, by: float) -> str | None:
        """Likewise."""
        return next((told.hsenc for told in self.told if told.hsenc and told.at <= by), None)

    def signed(self, by: float) -> int | None:
        """The contact that the site vouched for by then."""
        return next((told.signed for told in self.told if told.signed and told.at <= by), None)


def together(states: Sequence[State]) -> State:
    """As one: the maximum of each span. `at`: when the furthest of them was reached."""
    furthest = max(states, key=lambda state: (sum(state.watched), -state.at))
    watched = tuple(map(max, *(state.watched for state in states))) if len(states) > 1 else None
    return State(furthest.at, watched or states[0].watched, any(state.ended for state in states))


def heard(run: Run) -> dict[ViewKey, Heard]:
    """Every view of which the relay was told anything."""
    found: dict[ViewKey, Heard] = {}
    for arrival in sorted(run.arrivals, key=lambda arrival: arrival.at):
        for view, told in _told(arrival):
            key = view.session, view.medium.external_id
            found.setdefault(key, Heard(view, arrival.parcel.visitor)).told.append(told)
    return found


def _told(arrival: Arrival) -> list[tuple[View, Told]]:
    ping = arrival.parcel.ping
    carried = ping.carried
    signed = carried.contact_id if carried.signed else None
    return [
        (view, Told(arrival.at, state, carried.utk, carried.hsenc, signed))
        for view, state in ping.plays
    ]
