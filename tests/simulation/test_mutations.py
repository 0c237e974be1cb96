"""Tests of the tests: a relay with one thing broken does not get past the referee.

Each break is a part of the relay's put in the place of the real one. The same runs with all parts
whole find nothing wrong.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec
import pytest

from app.domain.folding import Folded
from app.domain.identity import IdentityMode
from app.domain.observation import Observation
from app.domain.outcome import AccountNews, Delivered, Outcome, Retry
from app.domain.play import Play
from app.fold.folding import PureFolding
from app.policies import WINDOW_MS
from app.store.interface import Store
from app.store.values import Claim, InboxPing, Job, Observed, Quota
from tests.simulation.house import Opener, Rests
from tests.simulation.network import FLAWLESS
from tests.simulation.referee import judge
from tests.simulation.run import Scenario, simulate
from tests.simulation.scenarios import EVENING, RATE
from tests.simulation.visitors import DAY, MINUTE
from tests.simulation.wire import CLEAN

IMPATIENT = replace(
    EVENING,
    visitors=8,
    mix=replace(EVENING.mix, kinds={"contact": 1}, returns=0),
    network=FLAWLESS,
    line=replace(CLEAN, slowest=3.0),
    rests=Rests(upkeep=0.5),
    days_after=10 * MINUTE / DAY,
)
"""HubSpot takes its time, and upkeep looks for ended leases all the while."""


class Forgetful(PureFolding):
    """The merge is broken: what came last replaces what was known of the attention."""

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """As usual, but for the map."""
        if known is not None:
            known = msgspec.structs.replace(known, maps=(), percent=0.0)
        return super().fold(known, seen)


class Adding(PureFolding):
    """The merge is broken: progress adds up, as if a ping told what is new."""

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


class Keyless(PureFolding):
    """The dedupe key is broken: each ping is a view of its own."""

    def observe(self, rows: Sequence[tuple[int, InboxPing]]) -> Observed:
        """As usual, under keys that no other ping has."""
        observed = super().observe(rows)
        return Observed(
            [
                msgspec.structs.replace(each, play_id=f"{each.received_at}-{number}".encode())
                for number, each in enumerate(observed.observations)
            ],
            observed.unfoldable,
        )


class Broken:
    """A store that does as the one within, unless a subclass knows better."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Leaseless(Broken):
    """The lease is broken: it has ended when it begins."""

    async def claim(self, now: int, _lease_ms: int, quota: Quota) -> Claim:
        """As usual, for no time at all."""
        return await self._store.claim(now, 0, quota)


class Amnesiac(Broken):
    """The outcome is lost now and then: what was delivered is due again."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._count = itertools.count(1)

    async def settle(
        self, job: Job, outcome: Outcome, account: AccountNews, now: int, quota: Quota
    ) -> None:
        """As usual, but for every seventh."""
        if isinstance(outcome, Delivered) and next(self._count) % 7 == 0:
            outcome = Retry(now, "forgotten")
        await self._store.settle(job, outcome, account, now, quota)


def broken(open_store: Opener, how: type[Broken]) -> Opener:
    """Opens the same store, broken."""

    async def opened(mode: IdentityMode) -> Store:
        return cast("Store", how(await open_store(mode)))

    return opened


@pytest.mark.parametrize("scenario", [EVENING, IMPATIENT], ids=["evening", "impatient"])
def test_whole_parts_are_in_order(open_store: Opener, scenario: Scenario) -> None:
    """What the others find is the break, and not the day."""
    assert judge(simulate("1", scenario, open_store)).faults == {}


@pytest.mark.parametrize(
    ("folding", "found"), [(Forgetful, "spans"), (Adding, "percent"), (Keyless, "doubled")]
)
def test_a_broken_fold(open_store: Opener, folding: type[PureFolding], found: str) -> None:
    """Merging anything but the maximum, or under another key, shows at HubSpot."""
    run = simulate("1", replace(EVENING, folding=folding), open_store)
    assert found in judge(run).faults


@pytest.mark.parametrize(
    ("store", "scenario"), [(Leaseless, IMPATIENT), (Amnesiac, EVENING)], ids=["lease", "outcome"]
)
def test_a_broken_store(open_store: Opener, store: type[Broken], scenario: Scenario) -> None:
    """Whatever lets an event go to two senders, or twice to one, doubles it."""
    run = simulate("1", scenario, broken(open_store, store))
    assert "doubled" in judge(run).faults


@pytest.mark.parametrize("quota", [Quota(RATE, WINDOW_MS // 2), Quota(RATE + 1, WINDOW_MS)])
def test_a_broken_window(open_store: Opener, quota: Quota) -> None:
    """A window too short, or one request too many in it: HubSpot says 429, and that is a fault."""
    run = simulate("1", replace(EVENING, quota=quota), open_store)
    assert "too many requests" in judge(run).faults
