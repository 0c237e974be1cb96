"""Holds what HubSpot has kept against the truth."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.destination import CUSTOM_EVENTS
from app.sandbox.ledger import Kept, KeptCustom
from tests.simulation.clock import EPOCH
from tests.simulation.precedence import Precedence
from tests.simulation.run import Run
from tests.simulation.views import KnownView, known_views, merged
from tests.simulation.visitors import HOUR
from tests.simulation.watching import ATTENTION, Milestone
from tests.simulation.wire import Occurrence, custom_occurrence_of, occurrence_of

TOLERANCE = 1.0
"""Seconds between an event's time and the truth: mostly the ping's own way to the relay."""


@dataclass(slots=True)
class Verdict:
    """The faults, by kind, each in words; and the number of judged things.

    `attributed`: milestones that HubSpot has. `late`: those of them that it got more than an hour
    after the relay could know of them. `twice`: copies of those whose answer was lost on
    the way. `unattributable`: milestones that HubSpot can't have, and has not. `custom`: milestones
    that it has as custom events.
    """

    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    attributed: int = 0
    late: int = 0
    twice: int = 0
    unattributable: int = 0
    custom: int = 0

    @property
    def figures(self) -> str:
        """The number of judged things."""
        return (
            f"{self.attributed} milestones attributed, {self.late} of them over an hour late, "
            f"{self.twice} copies, {self.unattributable} milestones unattributable"
        )

    @property
    def faults(self) -> dict[str, list[str]]:
        """The first few of each kind."""
        return {kind: each[:5] for kind, each in self.wrong.items()}


def judge(run: Run) -> Verdict:
    """The verdict on one run."""
    return _Referee(run).verdict()


class _Referee:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._views = known_views(run)
        self._precedence = Precedence(run, self._views)
        self._verdict = Verdict()
        self._seen: Counter[Occurrence] = Counter()

    def verdict(self) -> Verdict:
        for kept in self._run.hubspot.ledger.events:
            occurrence = occurrence_of(kept.event, dict(kept.body))
            self._seen[occurrence] += 1
            view = self._views.get(occurrence[:2])
            if view is None:
                self._fault("unheard", kept, "of a view that no ping reported")
            else:
                self._kept(view, kept, occurrence[2:])
        self._doubled()
        self._missing()
        if CUSTOM_EVENTS in self._run.scenario.settings.get("destinations", ()):
            self._custom_events()
        self._unfinished()
        return self._verdict

    def _kept(self, view: KnownView, kept: Kept, milestone: Milestone) -> None:
        at = kept.arrived_ms / 1000 - EPOCH
        worth = view.worth
        self._verdict.late += at - worth.get(milestone, at) > HOUR
        if milestone not in worth or worth[milestone] > at:
            self._fault("percent", kept, "not reached")
            return
        if milestone == ATTENTION:
            self._attention(view, kept, at)
        elif not self._is_time(kept, view.moments(milestone)):
            self._fault("time", kept, f"reached at {view.moments(milestone)}")
        contact = self._run.truth.canonical(kept.contact_id)
        right = self._precedence.right(view, at)
        if contact not in right:
            self._fault("contact", kept, f"{contact}, not {right}")
        if any(kept.body.get(name) != value for name, value in view.view.page.expected.items()):
            self._fault("page", kept, str(view.view.page.expected))
        medium = view.view.medium
        if (kept.body["mediaName"], kept.body["mediaUrl"]) != (medium.name, medium.url):
            self._fault("medium", kept, str(medium))
        since = self._run.erased.get(view.utk(at) or "")
        if since is not None and at > since + TOLERANCE:
            self._fault("erased", kept, f"{at - since:.1f} s after its erasure")

    def _attention(self, view: KnownView, kept: Kept, at: float) -> None:
        """It has the spans known when it was sent, and the time of a state known before."""
        spans = tuple(kept.body["rawDataMap"].values())
        states = [report.state for report in view.reports if report.at <= at]
        known = [merged(states[:number]) for number in range(1, len(states) + 1)]
        if not any(state.watched == spans for state in known):
            self._fault("spans", kept, str(known[-1].watched))
        if not self._is_time(kept, [state.at for state in known]):
            self._fault("time", kept, f"watched until {known[-1].at}")

    def _is_time(self, kept: Kept, moments: list[float]) -> bool:
        said = kept.body["occurredTimestamp"] / 1000 - EPOCH
        return any(abs(said - moment) <= TOLERANCE for moment in moments)

    def _doubled(self) -> None:
        for occurrence, times in self._seen.items():
            again = times - 1
            self._verdict.attributed += 1
            self._verdict.twice += min(again, self._run.wire.unanswered[occurrence])
            if again > self._run.wire.unanswered[occurrence]:
                self._wrong("doubled", f"{occurrence}: {times} times")

    def _missing(self) -> None:
        for key, view in self._views.items():
            for milestone, born in view.worth.items():
                fate = self._precedence.fate(view, born)
                has = self._seen[(*key, *milestone)] > 0
                if fate == "must" and not has:
                    self._wrong("missing", f"{key} {milestone} of {view.visitor.name}")
                elif fate == "never" and not has:
                    self._verdict.unattributable += 1

    def _custom_events(self) -> None:
        """None is missing, on a wrong contact or wrongly dated; and none at all is there twice."""
        seen: Counter[Occurrence] = Counter()
        for kept in self._run.hubspot.ledger.custom_events:
            occurrence = custom_occurrence_of(kept.body)
            seen[occurrence] += 1
            self._custom(self._views[occurrence[:2]], kept, occurrence)
        self._verdict.custom = len(seen)
        for occurrence, times in seen.items():
            if times > 1:
                self._wrong("custom doubled", f"{occurrence}: {times} times")
        for key, view in self._views.items():
            for milestone, born in view.worth.items():
                must = self._precedence.fate(view, born, custom=True) == "must"
                if must and not seen[(*key, *milestone)]:
                    self._wrong("custom missing", f"{key} {milestone} of {view.visitor.name}")

    def _custom(self, view: KnownView, kept: KeptCustom, occurrence: Occurrence) -> None:
        at, milestone = kept.arrived_ms / 1000 - EPOCH, occurrence[2:]
        if milestone not in view.worth or view.worth[milestone] > at:
            self._wrong("custom percent", f"{occurrence} at {at:.1f}: not reached")
            return
        contact = self._run.truth.canonical(kept.contact_id)
        if contact not in self._precedence.right(view, at):
            self._wrong("custom contact", f"{occurrence} at {at:.1f}: {contact}")
        said = datetime.fromisoformat(kept.body["occurredAt"]).timestamp() - EPOCH
        if milestone != ATTENTION and all(
            abs(said - moment) > TOLERANCE for moment in view.moments(milestone)
        ):
            self._wrong("custom time", f"{occurrence}: {said:.1f}")
        since = self._run.erased.get(view.utk(at) or "")
        if since is not None and at > since + TOLERANCE:
            self._wrong("custom erased", f"{occurrence}: {at - since:.1f} s after its erasure")

    def _unfinished(self) -> None:
        depths = self._run.depths
        assert depths is not None
        left = {status: depths.outbox[status] for status in ("due", "sending", "waiting")}
        left |= {"inbox": depths.inbox, "quarantine": depths.quarantined}
        if any(left.values()):
            self._wrong("unfinished", str(left))
        if self._run.hubspot.sandbox.limiter.refused:
            refused = str(dict(self._run.hubspot.sandbox.limiter.refused))
            self._wrong("too many requests", refused)

    def _fault(self, kind: str, kept: Kept, why: str) -> None:
        at = kept.arrived_ms / 1000 - EPOCH
        which = {name: kept.body[name] for name in ("sessionId", "externalId")}
        self._wrong(kind, f"{kept.event} at {at:.1f} {which}: {why}")

    def _wrong(self, kind: str, what: str) -> None:
        self._verdict.wrong[kind].append(what)
