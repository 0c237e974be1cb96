"""Never more requests than the rate in any window, measured where they arrive."""

import asyncio
from bisect import bisect_left
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.outcome import AccountNews, Failing, Healthy, Paused, Retry
from app.store.interface import Job, LookupClaim, Quota, Store
from tests.store.engines import ENGINES
from tests.store.setting import LEASE, MINUTE, NOW, RETENTION, SECOND, arrive, claimed, fold

WINDOW = 10 * SECOND
QUOTA = Quota(rate=3, window_ms=WINDOW)
LAST_ARRIVAL = SECOND
"""How long after the death of its sender a request may still be on its way."""

STEPS = (
    "claim",
    "claim",
    "look up",
    "arrive",
    "settle",
    "late",
    "unsent",
    "die",
    "restart",
    "tend",
)
step = st.tuples(
    st.sampled_from(STEPS),
    st.integers(0, 5),
    st.sampled_from((0, 1, 500, 4_999, 5_000, WINDOW - 1, WINDOW, LEASE, LEASE + WINDOW)),
)


@dataclass
class Held:
    """A permit in somebody's hands; its request arrives once, before the lease ends, or never."""

    claim: Job | LookupClaim
    until: int
    arrived: bool = False


@dataclass
class World:
    """Any number of senders on one store, and the clock at which HubSpot counts what arrives."""

    store: Store
    now: int = NOW
    held: list[Held] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

    async def do(self, what: str, which: int) -> None:
        """One step of one sender."""
        if what == "claim":
            await self.claim()
        elif what == "look up":
            asked = await self.store.claim_lookup(self.now, 1, LEASE, QUOTA)
            if asked.utks:
                self.held.append(Held(asked, self.now + LEASE))
        elif what == "tend":
            await self.store.tend(self.now, RETENTION, 100)
        elif self.held:
            await self.end(what, self.held[which % len(self.held)])

    async def take_over(self, store: Store) -> None:
        """All senders are dead, and others go on, on the same database."""
        self.store = store
        await store.take_over(self.now, QUOTA)
        for each in self.held:
            self.arrive(each, self.now + LAST_ARRIVAL)
        self.held.clear()

    async def claim(self) -> None:
        """Claim an event: nobody else may hold it now."""
        job = (await self.store.claim(self.now, LEASE, QUOTA)).job
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
            await self.store.settle_lookup(each.claim.permit, {}, again, Healthy(), self.now, QUOTA)
        elif what == "unsent":
            await self.store.release(each.claim, self.now, QUOTA, sent=False)
        else:
            await self.store.settle(each.claim, Retry(self.now, "x"), Healthy(), self.now, QUOTA)

    def peak(self) -> int:
        """The most requests that arrived within any window."""
        times = sorted(self.arrivals)
        return max(
            (bisect_left(times, start + WINDOW) - n for n, start in enumerate(times)), default=0
        )


async def prepare(store: Store) -> None:
    """More events and usertokens than there are permits, all due."""
    then = NOW - MINUTE
    mails = [arrive(store, then, sessionId=f"m{n}", contactUtk=None, _hsenc="p2") for n in range(9)]
    visits = [arrive(store, then, sessionId=f"v{n}", contactUtk=f"u{n}") for n in range(6)]
    await asyncio.gather(*mails, *visits)
    await fold(store, then)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=100, deadline=None)
@given(lives=st.lists(st.lists(step, max_size=40), min_size=1, max_size=3))
async def test_never_more_than_the_rate(
    engine: str, tmp_path_factory: pytest.TempPathFactory, lives: list[list[tuple[str, int, int]]]
) -> None:
    """However senders, look-ups, crashes and clocks interleave, no window holds too many."""
    database = ENGINES[engine](tmp_path_factory.mktemp("permits"))
    async with database.open() as store:
        await prepare(store)
        world = World(store)
    for life in lives:
        async with database.open() as store:
            await world.take_over(store)
            for what, which, pause in life:
                await world.do(what, which)
                world.now += pause
    assert world.peak() <= QUOTA.rate


async def test_all_permits_are_used(store: Store) -> None:
    """The limit is not undercut either: so many at once, and as many again a window later."""
    await prepare(store)
    for start in (NOW, NOW + WINDOW):
        jobs = [await claimed(store, start, QUOTA) for _ in range(QUOTA.rate)]
        refused = await store.claim(start, LEASE, QUOTA)
        assert (refused.job, refused.quota_left) == (None, 0)
        for job in jobs:
            await store.settle(job, Retry(start, "x"), Healthy(), start, QUOTA)
        assert (await store.claim(start, LEASE, QUOTA)).next_at == start + WINDOW


async def test_a_window_begins_with_the_answer(store: Store) -> None:
    """A request may arrive as late as its answer leaves: the permit is held until then and on."""
    await prepare(store)
    one = Quota(1, WINDOW)
    job = await claimed(store, NOW, one)
    await store.settle(job, Retry(NOW, "x"), Healthy(), NOW + 7 * SECOND, one)
    assert (await store.claim(NOW + WINDOW, LEASE, one)).job is None
    await claimed(store, NOW + 7 * SECOND + WINDOW, one)


async def test_a_permit_of_the_dead_frees_itself(store: Store) -> None:
    """A window after the lease at the latest."""
    await prepare(store)
    one = Quota(1, WINDOW)
    await claimed(store, NOW, one)
    refused = await store.claim(NOW + LEASE + WINDOW - 1, LEASE, one)
    assert (refused.job, refused.next_at) == (None, NOW + LEASE + WINDOW)
    await claimed(store, NOW + LEASE + WINDOW, one)


async def test_who_comes_back_late_frees_no_other_permit(store: Store) -> None:
    """A permit that has freed itself is nobody's: giving it back touches none in use by now."""
    await prepare(store)
    one = Quota(1, WINDOW)
    late = await claimed(store, NOW, one)
    then = NOW + LEASE + WINDOW
    await claimed(store, then, one)
    await store.release(late, then, one, sent=False)
    assert (await store.claim(then, LEASE, one)).job is None
    await store.settle(late, Retry(then, "x"), Healthy(), then, one)
    assert (await store.claim(then + WINDOW, LEASE, one)).job is None


async def test_lookups_and_events_share_the_permits(store: Store) -> None:
    """The limit is the account's, whatever the request is for."""
    await prepare(store)
    one = Quota(1, WINDOW)
    asked = await store.claim_lookup(NOW, 100, LEASE, one)
    assert asked.utks
    assert (await store.claim(NOW, LEASE, one)).job is None
    await store.settle_lookup(asked.permit, {}, {}, Healthy(), NOW, one)
    await claimed(store, NOW + WINDOW, one)
    again = await store.claim_lookup(NOW + LEASE, 100, LEASE, one)
    assert (again.utks, again.next_at) == ((), NOW + WINDOW + LEASE + WINDOW)


async def test_a_pause_stops_everything(store: Store) -> None:
    """While the account rests nobody claims anything, and both hear when to come back."""
    await prepare(store)
    job = await claimed(store)
    paused = Paused(NOW + MINUTE, "daily_limit")
    await store.settle(job, Retry(NOW, "daily_limit", blameless=True), paused, NOW, QUOTA)
    claim = await store.claim(NOW + MINUTE - 1, LEASE, QUOTA)
    lookup = await store.claim_lookup(NOW + MINUTE - 1, 100, LEASE, QUOTA)
    assert (claim.job, claim.next_at) == (None, NOW + MINUTE)
    assert (lookup.utks, lookup.next_at) == ((), NOW + MINUTE)
    depths = await store.depths(NOW)
    assert (depths.paused_until, depths.pause_reason) == (NOW + MINUTE, "daily_limit")
    assert (await claimed(store, NOW + MINUTE)).attempts == 1


async def test_a_pause_is_never_shortened(store: Store) -> None:
    """An answer that was under way when the account was paused doesn't end the pause."""
    await prepare(store)
    jobs = [await claimed(store) for _ in range(3)]
    news: tuple[AccountNews, ...] = (
        Paused(NOW + MINUTE, "bad_token"),
        Paused(NOW + SECOND, "rate_limited"),
        Healthy(),
    )
    for job, each in zip(jobs, news, strict=True):
        await store.settle(job, Retry(NOW, "x"), each, NOW, QUOTA)
    assert (await store.claim(NOW + SECOND, LEASE, QUOTA)).next_at == NOW + MINUTE


@pytest.mark.parametrize(
    ("reason", "ends"),
    [
        ("bad_token", True),
        ("reinstall_needed", True),
        ("missing_scope", True),
        ("daily_limit", False),
        ("rate_limited", False),
    ],
)
async def test_a_restart_ends_what_a_person_mends(store: Store, reason: str, *, ends: bool) -> None:
    """A new token may have been set before a restart; HubSpot's limits know nothing of it."""
    await prepare(store)
    paused = Paused(NOW + MINUTE, reason)
    await store.settle(await claimed(store), Retry(NOW, reason), paused, NOW, QUOTA)
    await store.unpause()
    assert ((await store.claim(NOW, LEASE, QUOTA)).job is not None) is ends


async def test_one_probe_at_a_time_while_failing(store: Store) -> None:
    """After a failure the next request goes alone; once it is answered well, all go again."""
    await prepare(store)
    await store.settle(
        await claimed(store), Retry(NOW + MINUTE, "unavailable: x"), Failing("x"), NOW, QUOTA
    )
    probe = await store.claim(NOW, LEASE, QUOTA)
    assert probe.job is not None
    assert probe.failures == 1
    waiting = await store.claim(NOW, LEASE, QUOTA)
    assert (waiting.job, waiting.next_at) == (None, NOW + LEASE)
    wide = Quota(100, WINDOW)
    await store.settle(probe.job, Retry(NOW, "x"), Healthy(), NOW, wide)
    healthy = await store.claim(NOW, LEASE, wide)
    assert (healthy.job is not None, healthy.failures) == (True, 0)
    assert (await store.claim(NOW, LEASE, wide)).job is not None


async def test_recovery_ends_the_waits_of_an_outage(store: Store) -> None:
    """Events put off because HubSpot was down are due as soon as it answers."""
    await prepare(store)
    wide = Quota(100, WINDOW)
    first = await claimed(store, NOW, wide)
    later = Retry(NOW + MINUTE, "unavailable: HTTP 503")
    await store.settle(first, later, Failing("unavailable", NOW + SECOND), NOW, wide)
    assert (await store.claim(NOW, LEASE, wide)).next_at == NOW + SECOND
    probe = await claimed(store, NOW + SECOND, wide)
    await store.settle(probe, Retry(NOW + MINUTE, "other"), Healthy(), NOW + SECOND, wide)
    due = []
    while (job := (await store.claim(NOW + SECOND, LEASE, wide)).job) is not None:
        due.append(job.id)
    assert first.id in due
    assert probe.id not in due
