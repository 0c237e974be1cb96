"""Several processes on one PostgreSQL: they share the work, and none does it twice."""

import asyncio
from collections import Counter
from functools import partial

from app.domain.outcome import Healthy, Retry
from app.runtime.notifier import Notifiers
from app.store.interface import Store
from app.store.postgres.clock import wall_ms
from app.store.postgres.engine import open_postgres
from app.store.values import Quota
from tests.postgres.shared import postgres_url
from tests.store.engines import Postgres
from tests.store.setting import (
    ALL,
    FOLDING,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    QUOTA,
    RETENTION,
    SECOND,
    SETTLE,
    arrive,
    claimed,
    crowd,
    entries,
    played,
    values,
)

ROUNDS = 12


async def folded_by_all(stores: list[Store], limit: int = ALL) -> int:
    """Every replica folds at the same time; returns how many events that made."""
    folds = [store.fold(limit, FOLDING, NOW, SETTLE) for store in stores for _ in range(2)]
    return sum([report.events for report in await asyncio.gather(*folds)])


async def test_no_milestone_twice_however_many_fold(passing: list[Store]) -> None:
    """Pings of one play in many hands at once: merged to their maximum, each milestone once."""
    one, two = passing
    for number in range(ROUNDS):
        session = f"s{number}"
        pings = [(one, 30), (two, 80), (one, 10), (two, 55)]
        await asyncio.gather(
            *(arrive(store, sessionId=session, playedPercent=way) for store, way in pings)
        )
        while await folded_by_all(passing, limit=1):
            pass
    found = Counter(await values(one))
    expected = [f"s{n} {m}" for n in range(ROUNDS) for m in ("STARTED", "25", "50", "VIEWED", "75")]
    assert found == Counter(expected)
    assert {entry.play.percent for entry in await entries(one)} == {80}
    assert (await one.depths(NOW)).inbox == 0


async def test_visitors_whom_two_meet_at_once(replicas: list[Store]) -> None:
    """Plays of the same new usertoken, folded at the same time: it is asked about once."""
    one, two = replicas
    for number in range(ROUNDS):
        await asyncio.gather(
            *(arrive(one, sessionId=f"{number}-{n}", contactUtk=f"u{number}") for n in range(6))
        )
        await folded_by_all(replicas, limit=2)
    assert (await one.depths(NOW)).strangers == ROUNDS
    asked = await two.claim_lookup(NOW + MINUTE, 100, LEASE, QUOTA)
    assert sorted(asked.utks) == sorted(f"u{number}" for number in range(ROUNDS))


async def test_the_last_permit_is_given_once(passing: list[Store]) -> None:
    """Claims at the same time get so many events as there are permits, and no event twice."""
    one, two = passing
    for number in range(20):
        await played(one, sessionId=f"s{number}")
    few = Quota(rate=7, window_ms=10_000)
    claims = await asyncio.gather(
        *(store.claim(NOW, LEASE, few) for store in (one, two) for _ in range(8))
    )
    jobs = [claim.job for claim in claims if claim.job is not None]
    assert len(jobs) == len({job.id for job in jobs}) == few.rate
    assert (await two.depths(NOW)).quota_used == few.rate


async def test_clocks_that_disagree() -> None:
    """An hour late or early, a replica neither frees another's permits nor holds them longer.

    Each lives by its own clock; the window is the server's.
    """
    account = Postgres.name()
    one = Quota(rate=1, window_ms=10 * SECOND)
    punctual = await open_postgres(postgres_url(), "passthrough", account=account)
    await crowd(punctual)
    for wrong in (-HOUR, HOUR):
        wall = partial(_wrong_by, wrong)
        other = await open_postgres(postgres_url(), "passthrough", account=account, wall=wall)
        then = NOW + 2 * abs(wrong) + wrong
        job = await claimed(other, then + wrong, one)
        await other.settle(job, Retry(then + wrong, "x"), Healthy(), then + wrong, one)
        refused = await punctual.claim(then + 9 * SECOND, LEASE, one)
        assert refused.job is None
        assert refused.next_at is not None
        assert abs(refused.next_at - (then + 10 * SECOND)) < SECOND
        await claimed(punctual, then + 11 * SECOND, one)
        await other.close()
    await punctual.close()


def _wrong_by(ms: int) -> int:
    return wall_ms() + ms


async def test_a_play_in_two_hands_goes_out_in_order(passing: list[Store]) -> None:
    """While one replica has a play's event in hand, no other gets the next one of that play."""
    one, two = passing
    await played(one, playedPercent=60)
    held = await claimed(one)
    assert (await two.claim(NOW, LEASE, QUOTA)).job is None
    await one.release(held, NOW, QUOTA, sent=False)
    assert (await claimed(two)).value == "STARTED"


async def test_usertokens_are_asked_about_by_one(replicas: list[Store]) -> None:
    """Look-ups at the same time share the usertokens that are due, and the permits."""
    await crowd(replicas[0])
    asked = await asyncio.gather(
        *(store.claim_lookup(NOW + MINUTE, 4, LEASE, QUOTA) for store in replicas for _ in range(3))
    )
    utks = [utk for claim in asked for utk in claim.utks]
    assert sorted(utks) == sorted(f"u{number}" for number in range(6))


async def test_who_takes_over_leaves_the_living_alone(passing: list[Store]) -> None:
    """A replica that starts interrupts none that runs; a dead one's lease comes back by time."""
    one, two = passing
    await played(one)
    held = await claimed(one)
    assert await two.take_over(NOW + SECOND, QUOTA) == 0
    assert (await two.claim(NOW + SECOND, LEASE, QUOTA)).job is None
    assert (await two.tend(NOW + LEASE, RETENTION, 10)).leases_expired == 1
    again = await claimed(two, NOW + LEASE)
    assert (again.id, again.attempts) == (held.id, 2)


async def test_an_answer_that_comes_during_a_fold(replicas: list[Store]) -> None:
    """An event whose fold meets the answer to its visitor's look-up does not wait for it."""
    one, two = replicas
    for number in range(ROUNDS):
        now, utk = NOW + number * MINUTE, f"u{number}"
        await played(one, now, sessionId=f"{number}-a", contactUtk=utk)
        asked = await two.claim_lookup(now + MINUTE - 1, 100, LEASE, QUOTA)
        assert asked.utks == (utk,)
        await arrive(one, now, sessionId=f"{number}-b", contactUtk=utk)
        settled = two.settle_lookup(asked.permit, {utk: 9}, {}, Healthy(), now, QUOTA)
        await asyncio.gather(one.fold(ALL, FOLDING, now, SETTLE), settled)
    assert await values(one, "waiting") == []
    assert len(await values(one, "due")) == 2 * ROUNDS


async def test_one_renews_the_token(replicas: list[Store]) -> None:
    """Who is inside is alone there; the next one enters when the first has left."""
    one, two = replicas
    inside = 0
    most = 0

    async def renew(store: Store) -> None:
        nonlocal inside, most
        async with store.exclusive():
            inside += 1
            most = max(most, inside)
            await store.load()
            inside -= 1

    await asyncio.gather(*(renew(store) for store in (one, two) for _ in range(2)))
    assert most == 1


async def test_what_can_not_be_kept_is_set_aside(replicas: list[Store]) -> None:
    """A value that PostgreSQL refuses spoils its own ping alone."""
    await arrive(replicas[0], sessionId="before")
    await arrive(replicas[0], sessionId="with a \0 in it")
    await arrive(replicas[0], sessionId="after")
    report = await replicas[0].fold(ALL, FOLDING, NOW, SETTLE)
    assert (report.rows, report.unfoldable + report.plays) == (3, 3)
    assert {"before STARTED", "after STARTED"} <= set(await values(replicas[0]))


async def test_the_others_hear_of_it() -> None:
    """Pings to fold and events to send ring the notifiers of other processes, not one's own."""
    account, mine, theirs = Postgres.name(), Notifiers(), Notifiers()
    listening = [notifiers.due.next_event() for notifiers in (mine, theirs)]
    one = await open_postgres(postgres_url(), "passthrough", account=account, notifiers=mine)
    two = await open_postgres(postgres_url(), "passthrough", account=account, notifiers=theirs)
    async with asyncio.timeout(30):
        for ring in listening:  # once, as soon as they listen
            await ring.wait()
        own, pings, due = mine.due.next_event(), theirs.pings.next_event(), theirs.due.next_event()
        await arrive(one)
        await pings.wait()
        await one.fold(ALL, FOLDING, NOW, SETTLE)
        await due.wait()
        others = mine.pings.next_event()
        await arrive(two)
        await others.wait()  # and with it, what was told before
    assert not own.is_set()
    for store in (one, two):
        await store.close()
