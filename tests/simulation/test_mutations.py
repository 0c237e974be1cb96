"""Tests of the tests: a relay with one thing broken does not get past the referee.

Each break stands between the relay and its store. The same runs without a break find no fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest

from app.config import Settings
from app.domain.folding import Folded
from app.domain.observation import Observation
from app.domain.outcome import AccountUpdate, Delivered, Outcome, Retry
from app.domain.play import Play
from app.runtime.environment import OpenDatabase
from app.runtime.policies import WINDOW_MS
from app.store.pipeline import Folding, Outbox
from app.store.policy import Quota
from app.store.records import Claim, FoldReport, FoldRules, InboxPing, Job, Unfoldable
from app.store.store import Store
from tests.simulation.harness import IDLE
from tests.simulation.network import FLAWLESS
from tests.simulation.referee import judge
from tests.simulation.run import Scenario, simulate
from tests.simulation.scenarios import EVENING, RATE
from tests.simulation.visitors import DAY, MINUTE
from tests.simulation.wire import CLEAN
from tests.store.setting import with_policy

IMPATIENT = replace(
    EVENING,
    visitors=8,
    mix=replace(EVENING.mix, kinds={"contact": 1}, returns=0),
    network=FLAWLESS,
    line=replace(CLEAN, slowest=3.0),
    idle=msgspec.structs.replace(IDLE, fold=300.0, maintain=0.5),
    days_after=10 * MINUTE / DAY,
)
"""HubSpot is slow, and maintenance looks for expired leases all the while."""


class Whole:
    """A fold that does as the one within."""

    def __init__(self, folding: FoldRules) -> None:
        self._folding = folding

    def observe(self, ping: InboxPing) -> list[Observation] | Unfoldable:
        """See `FoldRules`."""
        return self._folding.observe(ping)

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """See `FoldRules`."""
        return self._folding.fold(known, seen)

    def close(self, play: Play, quiet_since: int) -> Folded:
        """See `FoldRules`."""
        return self._folding.close(play, quiet_since)


class Forgetful(Whole):
    """The merge is broken: what came last replaces what was known of the attention."""

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """As usual, but for the map."""
        if known is not None:
            known = msgspec.structs.replace(known, maps=(), percent=0.0)
        return super().fold(known, seen)


class Adding(Whole):
    """The merge is broken: progress adds up, as if a ping held only what is new."""

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """As usual, with the percentages of all pings."""
        before = known.percent if known else 0.0
        more = [
            msgspec.structs.replace(
                each, play=msgspec.structs.replace(each.play, percent=before + each.play.percent)
            )
            for each in seen
        ]
        return super().fold(known, more)


class Keyless(Whole):
    """The dedupe key is broken: each ping is a view of its own."""

    def observe(self, ping: InboxPing) -> list[Observation] | Unfoldable:
        """As usual, under keys that no other ping has."""
        observed = super().observe(ping)
        if isinstance(observed, Unfoldable):
            return observed
        return [
            msgspec.structs.replace(each, play_id=f"{each.received_at}-{number}".encode())
            for number, each in enumerate(observed)
        ]


class Leaseless(Outbox):
    """The lease is broken: it has ended when it begins."""

    async def claim(self, now: int, lease_ms: int) -> Claim:  # noqa: ARG002 - that is the break
        """As usual, for no time at all."""
        return await super().claim(now, 0)


class Amnesiac(Outbox):
    """The outcome is lost now and then: what was delivered is due again."""

    _count = 0

    async def settle(self, job: Job, outcome: Outcome, update: AccountUpdate, now: int) -> None:
        """As usual, but for every seventh."""
        if isinstance(outcome, Delivered):
            self._count += 1
            if self._count % 7 == 0:
                outcome = Retry(now, "forgotten")
        await super().settle(job, outcome, update, now)


class Refolding(Folding):
    """Folds with another fold than the relay's."""

    how: type[Whole]

    async def fold(self, limit: int, rules: FoldRules, now: int) -> FoldReport:
        """As usual, but for the fold."""
        return await super().fold(limit, self.how(rules), now)

    async def close_quiet(self, limit: int, rules: FoldRules, now: int) -> FoldReport:
        """Likewise."""
        return await super().close_quiet(limit, self.how(rules), now)


class Crashing(Folding):
    """The worker is broken: now and then it ends in an error that nobody expects."""

    _count = 0

    async def fold(self, limit: int, rules: FoldRules, now: int) -> FoldReport:
        """As usual, but for every seventh."""
        self._count += 1
        if self._count % 7 == 0:
            raise ZeroDivisionError
        return await super().fold(limit, rules, now)


def with_outbox(outbox: type[Outbox], store: Store) -> Store:
    """The store with this part in place of its own."""
    store.outbox = outbox(store._database, store.outbox._policy)
    return store


def with_folding(folding: type[Folding], store: Store) -> Store:
    """Likewise."""
    store.folding = folding(store._database, store.outbox._policy)
    return store


def refolding(how: type[Whole]) -> type[Folding]:
    """Folds with this."""
    return type("Refolding", (Refolding,), {"how": how})


def broken(open_database: OpenDatabase, how: Callable[[Store], Store]) -> OpenDatabase:
    """Opens the same store, broken."""

    async def opened(settings: Settings, *others: Any) -> Store:
        return how(await open_database(settings, *others))

    return opened


@pytest.mark.parametrize("scenario", [EVENING, IMPATIENT], ids=["evening", "impatient"])
def test_whole_parts_are_in_order(open_database: OpenDatabase, scenario: Scenario) -> None:
    """The unbroken relay has no faults, so the other tests find the break itself."""
    assert judge(simulate("1", scenario, open_database)).faults == {}


@pytest.mark.parametrize(
    ("folding", "found"), [(Forgetful, "spans"), (Adding, "percent"), (Keyless, "doubled")]
)
def test_a_broken_fold(open_database: OpenDatabase, folding: type[Whole], found: str) -> None:
    """Merging anything but the maximum, or under another key, shows at HubSpot."""
    how = partial(with_folding, refolding(folding))
    run = simulate("1", EVENING, broken(open_database, how))
    assert found in judge(run).faults


@pytest.mark.parametrize(
    ("outbox", "scenario"), [(Leaseless, IMPATIENT), (Amnesiac, EVENING)], ids=["lease", "outcome"]
)
def test_a_broken_store(
    open_database: OpenDatabase, outbox: type[Outbox], scenario: Scenario
) -> None:
    """A store that gives an event to two senders, or twice to one, doubles it."""
    run = simulate("1", scenario, broken(open_database, partial(with_outbox, outbox)))
    assert "doubled" in judge(run).faults


def test_a_worker_that_fails(open_database: OpenDatabase) -> None:
    """The relay starts it again and loses nothing, but in a simulation it is a fault."""
    with pytest.raises(ZeroDivisionError):
        simulate("1", EVENING, broken(open_database, partial(with_folding, Crashing)))


@pytest.mark.parametrize("quota", [Quota(RATE, WINDOW_MS // 2), Quota(RATE + 1, WINDOW_MS)])
def test_a_broken_window(open_database: OpenDatabase, quota: Quota) -> None:
    """A window too short, or one request too many in it: HubSpot says 429, and that is a fault.

    The process's own window, which would hold the rate, is set too wide to matter.
    """
    how = partial(with_policy, quota=quota)
    scenario = replace(EVENING, settings={"hubspot_rate": 10 * RATE})
    run = simulate("1", scenario, broken(open_database, how))
    assert "too many requests" in judge(run).faults
