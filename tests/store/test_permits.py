"""Never more requests than the rate in any window, measured where they arrive."""

from bisect import bisect_left
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.outcome import Healthy, Retry
from app.store.policy import Quota
from app.store.records import Job, LookupClaim
from app.store.store import Store
from tests.store.engines import ENGINES
from tests.store.setting import LEASE, NOW, SECOND, claimed, crowd, with_policy

WINDOW = 10 * SECOND
QUOTA = Quota(rate=2, window_ms=WINDOW)
LAST_ARRIVAL = SECOND
"""How long after the death of its sender a request may still be on its way."""

STEPS = (
    "send",
    "send",
    "send",
    "claim",
    "look up",
    "arrive",
    "settle",
    "unsent",
    "die",
    "maintain",
)
PAUSES = (0, 0, 0, 0, 0, 0, 1, 4_999, 5_000, 5_001, WINDOW - 1, WINDOW, LEASE, LEASE + WINDOW)
step = st.tuples(st.sampled_from(STEPS), st.integers(0, 5), st.sampled_from(PAUSES))


@dataclass
class Held:
    """A permit that a sender holds; its request arrives once, before the lease ends, or never."""

    claim: Job | LookupClaim
    until: int
    arrived: bool = False


@dataclass
class Senders:
    """Any number of senders on one store, and the clock at which HubSpot counts what arrives."""

    store: Store
    now: int = NOW
    held: list[Held] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

    async def do(self, what: str, which: int) -> None:
        """One step of one sender."""
        if what == "claim":
            await self.claim()
        elif what == "send":
            await self.claim()
            if self.held:
                await self.end("settle", self.held[-1])
        elif what == "look up":
            asked = await self.store.lookups.claim(self.now, 1, LEASE)
            if asked.utks:
                self.held.append(Held(asked, self.now + LEASE))
        elif what == "maintain":
            await self.store.maintenance.maintain(self.now, 100)
        elif self.held:
            await self.end(what, self.held[which % len(self.held)])

    async def restart(self, store: Store) -> None:
        """All senders are dead, and others go on, on the same database."""
        self.store = store
        await store.maintenance.recover_in_flight(self.now)
        for each in self.held:
            # A lease outlasts the longest request: nothing arrives after its end.
            self.arrive(each, min(self.now + LAST_ARRIVAL, each.until))
        self.held.clear()

    async def claim(self) -> None:
        """Claim an event: nobody else may hold it now."""
        job = (await self.store.outbox.claim(self.now, LEASE)).job
        if job is not None:
            live = [each.claim for each in self.held if each.until > self.now]
            assert job.id not in {each.id for each in live if isinstance(each, Job)}
            self.held.append(Held(job, self.now + LEASE))

    def arrive(self, each: Held, at: int) -> None:
        """Its request reaches HubSpot, unless it did, or its sender has given up."""
        if not each.arrived and self.now < each.until:
            self.arrivals.append(at)
            each.arrived = True

    async def end(self, what: str, each: Held) -> None:
        """One who holds a permit goes on, gives it back, or dies."""
        if what == "unsent" and (each.arrived or not isinstance(each.claim, Job)):
            return
        if what != "unsent":
            self.arrive(each, self.now)
        if what == "arrive":
            return
        self.held.remove(each)
        if what == "die":
            return
        if isinstance(each.claim, LookupClaim):
            again = dict.fromkeys(each.claim.utks, self.now)
            await self.store.lookups.settle(each.claim.permit, {}, again, Healthy(), self.now)
        elif what == "unsent":
            await self.store.outbox.release(each.claim, self.now, sent=False)
        else:
            await self.store.outbox.settle(each.claim, Retry(self.now, "x"), Healthy(), self.now)

    def peak(self) -> int:
        """The most requests that arrived within any window."""
        times = sorted(self.arrivals)
        return max(
            (bisect_left(times, start + WINDOW) - n for n, start in enumerate(times)), default=0
        )


@pytest.mark.parametrize("engine", ENGINES)
@example(
    lives=[
        [("claim", 0, 0), *[("claim", 0, WINDOW - 1)] * 6],
        [("maintain", 0, WINDOW), ("maintain", 0, 6), *[("send", 0, 0)] * 3],
    ]
)
@settings(max_examples=25)
@given(lives=st.lists(st.lists(step, min_size=10, max_size=40), min_size=1, max_size=3))
async def test_never_more_than_the_rate(
    engine: str, tmp_path_factory: pytest.TempPathFactory, lives: list[list[tuple[str, int, int]]]
) -> None:
    """However senders, look-ups, crashes and clocks interleave, no window holds too many."""
    database = ENGINES[engine](tmp_path_factory.mktemp("permits"))
    async with database.open() as store:
        await crowd(store)
        senders = Senders(with_policy(store, quota=QUOTA))
    for life in lives:
        async with database.open() as store:
            await senders.restart(with_policy(store, quota=QUOTA))
            for what, which, pause in life:
                await senders.do(what, which)
                senders.now += pause
    assert senders.peak() <= QUOTA.rate


async def test_all_permits_are_used(store: Store) -> None:
    """The limit is not undercut either: so many at once, and as many again a window later."""
    store = with_policy(store, quota=QUOTA)
    await crowd(store)
    for start in (NOW, NOW + WINDOW):
        jobs = [await claimed(store, start) for _ in range(QUOTA.rate)]
        refused = await store.outbox.claim(start, LEASE)
        assert (refused.job, refused.quota_left) == (None, 0)
        for job in jobs:
            await store.outbox.settle(job, Retry(start, "x"), Healthy(), start)
        assert (await store.outbox.claim(start, LEASE)).next_at == start + WINDOW


async def test_a_window_begins_with_the_answer(store: Store) -> None:
    """A request may arrive as late as its answer leaves: the permit is held until then and on."""
    await crowd(store)
    store = with_policy(store, quota=Quota(1, WINDOW))
    job = await claimed(store, NOW)
    await store.outbox.settle(job, Retry(NOW, "x"), Healthy(), NOW + 7 * SECOND)
    assert (await store.outbox.claim(NOW + WINDOW, LEASE)).job is None
    await claimed(store, NOW + 7 * SECOND + WINDOW)


async def test_a_permit_of_the_dead_frees_itself(store: Store) -> None:
    """A window after the lease at the latest."""
    await crowd(store)
    store = with_policy(store, quota=Quota(1, WINDOW))
    await claimed(store, NOW)
    refused = await store.outbox.claim(NOW + LEASE + WINDOW - 1, LEASE)
    assert (refused.job, refused.next_at) == (None, NOW + LEASE + WINDOW)
    await claimed(store, NOW + LEASE + WINDOW)


async def test_who_comes_back_late_frees_no_other_permit(store: Store) -> None:
    """A permit that has freed itself is nobody's: giving it back touches none in use by now."""
    await crowd(store)
    store = with_policy(store, quota=Quota(1, WINDOW))
    late = await claimed(store, NOW)
    then = NOW + LEASE + WINDOW
    await claimed(store, then)
    await store.outbox.release(late, then, sent=False)
    assert (await store.outbox.claim(then, LEASE)).job is None
    await store.outbox.settle(late, Retry(then, "x"), Healthy(), then)
    assert (await store.outbox.claim(then + WINDOW, LEASE)).job is None


async def test_lookups_and_events_share_the_permits(store: Store) -> None:
    """The limit is the account's, whatever the request is for."""
    await crowd(store)
    store = with_policy(store, quota=Quota(1, WINDOW))
    asked = await store.lookups.claim(NOW, 100, LEASE)
    assert asked.utks
    assert (await store.outbox.claim(NOW, LEASE)).job is None
    await store.lookups.settle(asked.permit, {}, {}, Healthy(), NOW)
    await claimed(store, NOW + WINDOW)
    again = await store.lookups.claim(NOW + LEASE, 100, LEASE)
    assert (again.utks, again.next_at) == ((), NOW + WINDOW + LEASE + WINDOW)
