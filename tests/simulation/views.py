"""The relay's knowledge of each view, ping by ping: the truth less what the network lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.simulation.run import Arrival, Run
from tests.simulation.visitors import View, Visitor
from tests.simulation.watching import ATTENTION, Milestone, State

BATCH_SECONDS = 2.0
"""Pings that come within it may be folded together: then the time of the earliest counts."""

ViewKey = tuple[str, str]
"""(session, externalId)"""


@dataclass(frozen=True, slots=True)
class Report:
    """The content of one ping about a view, and when it was acknowledged."""

    at: float
    state: State
    utk: str | None
    hsenc: str | None
    signed: int | None


@dataclass(slots=True)
class KnownView:
    """A view as the relay knows it: the reports on it, in order of arrival."""

    view: View
    visitor: Visitor
    reports: list[Report] = field(default_factory=list)

    def known(self, by: float) -> State:
        """All that had arrived by then, as one state. `at`: when the furthest was reached."""
        return merged([report.state for report in self.reports if report.at <= by])

    def born(self) -> dict[Milestone, float]:
        """When each milestone that it is worth became known to the relay, without attention."""
        found: dict[Milestone, float] = {}
        for number, report in enumerate(self.reports, 1):
            for milestone in merged([each.state for each in self.reports[:number]]).reached:
                found.setdefault(milestone, report.at)
        return found

    def moments(self, milestone: Milestone) -> list[float]:
        """The times at which it may be said to have been reached, in seconds of the run."""
        born = self.born()[milestone]
        early = [report for report in self.reports if report.at <= born + BATCH_SECONDS]
        return [
            report.state.at
            for report in early
            if milestone
            in merged([each.state for each in early if each.state.at <= report.state.at]).reached
        ]

    @property
    def worth(self) -> dict[Milestone, float]:
        """Every milestone that it is worth in the end, and when the relay could know that."""
        found = self.born()
        watched = [report.at for report in self.reports if any(report.state.watched)]
        if watched:
            found[ATTENTION] = min(watched)
        return found

    def utk(self, by: float) -> str | None:
        """The usertoken that had arrived by then."""
        return next((report.utk for report in self.reports if report.utk and report.at <= by), None)

    def hsenc(self, by: float) -> str | None:
        """Likewise."""
        return next(
            (report.hsenc for report in self.reports if report.hsenc and report.at <= by), None
        )

    def signed(self, by: float) -> int | None:
        """The contact that the site had signed by then."""
        return next(
            (report.signed for report in self.reports if report.signed and report.at <= by), None
        )


def merged(states: Sequence[State]) -> State:
    """As one: the maximum of each span. `at`: when the furthest of them was reached."""
    furthest = max(states, key=lambda state: (sum(state.watched), -state.at))
    watched = tuple(map(max, *(state.watched for state in states))) if len(states) > 1 else None
    return State(furthest.at, watched or states[0].watched, any(state.ended for state in states))


def known_views(run: Run) -> dict[ViewKey, KnownView]:
    """Every view of which the relay was informed."""
    found: dict[ViewKey, KnownView] = {}
    for arrival in sorted(run.arrivals, key=lambda arrival: arrival.at):
        for view, report in _reports(arrival):
            key = view.session, view.medium.external_id
            found.setdefault(key, KnownView(view, arrival.parcel.visitor)).reports.append(report)
    return found


def _reports(arrival: Arrival) -> list[tuple[View, Report]]:
    ping = arrival.parcel.ping
    carried = ping.carried
    signed = carried.contact_id if carried.signed else None
    return [
        (view, Report(arrival.at, _dated(arrival, state), carried.utk, carried.hsenc, signed))
        for view, state in ping.plays
    ]


def _dated(arrival: Arrival, state: State) -> State:
    """By the relay's clock, which alone it has; a ping that says no `sentAt` has the browser's."""
    by_the_relay = state.at + arrival.clock_ahead
    if not arrival.parcel.visitor.stamps:
        by_the_relay = min(state.at, arrival.at + arrival.clock_ahead)
    return replace(state, at=by_the_relay)
