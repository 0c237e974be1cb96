"""Several processes on one PostgreSQL: they share the work, and none does it twice."""

import asyncio
from collections import Counter
from functools import partial

from msgspec.structs import replace

from app.domain.outcome import Healthy, Retry
from app.store.policy import Quota
from app.store.postgres.clock import wall_ms
from app.store.postgres.database import open_postgres
from app.store.store import Store
from tests.store.engines import Postgres
from tests.store.postgres.shared import postgres_url
from tests.store.setting import (
    ALL,
    FOLDING,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    SECOND,
    arrive,
    claimed,
    crowd,
    entries,
    played,
    policy,
    values,
    with_policy,
)

ROUNDS = 12


async def folded_by_all(stores: list[Store], limit: int = ALL) -> int:
    """Every replica folds at the same time; returns how many events that made."""
    folds = [store.folding.fold(limit, FOLDING, NOW) for store in stores for _ in range(2)]
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
    assert (await one.admin.depths(NOW)).inbox == 0


async def test_visitors_whom_two_meet_at_once(replicas: list[Store]) -> None:
    """Plays of the same new usertoken, folded at the same time: it is asked about once."""
    one, two = replicas
    for number in range(ROUNDS):
        await asyncio.gather(
            *(arrive(one, sessionId=f"{number}-{n}", contactUtk=f"u{number}") for n in range(6))
        )
        await folded_by_all(replicas, limit=2)
    assert (await one.admin.depths(NOW)).strangers == ROUNDS
    asked = await two.lookups.claim(NOW + MINUTE, 100, LEASE)
    assert sorted(asked.utks) == sorted(f"u{number}" for number in range(ROUNDS))


async def test_the_last_permit_is_given_once(passing: list[Store]) -> None:
    """Claims at the same time get so many events as there are permits, and no event twice."""
    one, two = passing
    for number in range(20):
        await played(one, sessionId=f"s{number}")
    few = Quota(rate=7, window_ms=10_000)
    stores = [with_policy(store, quota=few) for store in passing]
    claims = await asyncio.gather(
        *(store.outbox.claim(NOW, LEASE) for store in stores for _ in range(8))
    )
    jobs = [claim.job for claim in claims if claim.job is not None]
    assert len(jobs) == len({job.id for job in jobs}) == few.rate
    assert (await two.admin.depths(NOW)).quota_used == few.rate


async def test_clocks_that_disagree() -> None:
    """An hour late or early, a replica neither frees another's permits nor holds them longer.

    Each lives by its own clock; the window is the server's.
    """
    account = Postgres.name()
    one = replace(policy("passthrough"), quota=Quota(rate=1, window_ms=10 * SECOND))
    punctual = await open_postgres(postgres_url(), one, account=account)
    await crowd(punctual)
    for wrong in (-HOUR, HOUR):
        wall = partial(_wrong_by, wrong)
        other = await open_postgres(postgres_url(), one, account=account, wall=wall)
        then = NOW + 2 * abs(wrong) + wrong
        job = await claimed(other, then + wrong)
        await other.outbox.settle(job, Retry(then + wrong, "x"), Healthy(), then + wrong)
        refused = await punctual.outbox.claim(then + 9 * SECOND, LEASE)
        assert refused.job is None
        assert refused.next_at is not None
        assert abs(refused.next_at - (then + 10 * SECOND)) < SECOND
        await claimed(punctual, then + 11 * SECOND)
        await other.close()
    await punctual.close()


def _wrong_by(ms: int) -> int:
    return wall_ms() + ms


async def test_a_play_in_two_hands_goes_out_in_order(passing: list[Store]) -> None:
    """While one replica has a play's event in hand, no other gets the next one of that play."""
    one, two = passing
    await played(one, playedPercent=60)
    held = await claimed(one)
    assert (await two.outbox.claim(NOW, LEASE)).job is None
    await one.outbox.release(held, NOW, sent=False)
    assert (await claimed(two)).value == "STARTED"


async def test_usertokens_are_asked_about_by_one(replicas: list[Store]) -> None:
    """Look-ups at the same time share the usertokens that are due, and the permits."""
    await crowd(replicas[0])
    asked = await asyncio.gather(
        *(store.lookups.claim(NOW + MINUTE, 4, LEASE) for store in replicas for _ in range(3))
    )
    utks = [utk for claim in asked for utk in claim.utks]
    assert sorted(utks) == sorted(f"u{number}" for number in range(6))


async def test_who_takes_over_leaves_the_living_alone(passing: list[Store]) -> None:
    """A replica that starts interrupts none that runs; a dead one's lease comes back by time."""
    one, two = passing
    await played(one)
    held = await claimed(one)
    assert await two.maintenance.recover_in_flight(NOW + SECOND) == 0
    assert (await two.outbox.claim(NOW + SECOND, LEASE)).job is None
    assert (await two.maintenance.maintain(NOW + LEASE, 10)).leases_expired == 1
    again = await claimed(two, NOW + LEASE)
    assert (again.id, again.attempts) == (held.id, 2)


async def test_an_answer_that_comes_during_a_fold(replicas: list[Store]) -> None:
    """An event whose fold meets the answer to its visitor's look-up does not wait for it."""
    one, two = replicas
    for number in range(ROUNDS):
        now, utk = NOW + number * MINUTE, f"u{number}"
        await played(one, now, sessionId=f"{number}-a", contactUtk=utk)
        asked = await two.lookups.claim(now + MINUTE - 1, 100, LEASE)
        assert asked.utks == (utk,)
        await arrive(one, now, sessionId=f"{number}-b", contactUtk=utk)
        settled = two.lookups.settle(asked.permit, {utk: 9}, {}, Healthy(), now)
        await asyncio.gather(one.folding.fold(ALL, FOLDING, now), settled)
    assert await values(one, "waiting") == []
    assert len(await values(one, "due")) == 2 * ROUNDS


async def test_one_renews_the_token(replicas: list[Store]) -> None:
    """One process renews the token at a time; the next one enters when the first has left."""
    one, two = replicas
    inside = 0
    most = 0

    async def renew(store: Store) -> None:
        nonlocal inside, most
        async with store.tokens.exclusive():
            inside += 1
            most = max(most, inside)
            await store.tokens.load()
            inside -= 1

    await asyncio.gather(*(renew(store) for store in (one, two) for _ in range(2)))
    assert most == 1


async def test_what_can_not_be_kept_is_set_aside(replicas: list[Store]) -> None:
    """A value that PostgreSQL refuses spoils its own ping alone."""
    await arrive(replicas[0], sessionId="before")
    await arrive(replicas[0], sessionId="with a \0 in it")
    await arrive(replicas[0], sessionId="after")
    report = await replicas[0].folding.fold(ALL, FOLDING, NOW)
    assert report.rows == 3
    assert {"before STARTED", "after STARTED"} <= set(await values(replicas[0]))


async def test_other_processes_are_notified() -> None:
    """Pings to fold and events to send notify the other processes, not the one that has them."""
    account = Postgres.name()
    mine: asyncio.Queue[str] = asyncio.Queue()
    theirs: asyncio.Queue[str] = asyncio.Queue()
    one, two = [
        await open_postgres(
            postgres_url(), policy("passthrough"), account=account, on_notice=queue.put_nowait
        )
        for queue in (mine, theirs)
    ]
    async with asyncio.timeout(30):
        for queue in (mine, theirs):  # as soon as they listen
            assert [await queue.get(), await queue.get()] == ["pings", "due"]
        await arrive(one)
        assert await theirs.get() == "pings"
        await one.folding.fold(ALL, FOLDING, NOW)
        assert await theirs.get() == "due"
        await arrive(two)
        assert await mine.get() == "pings"  # and no notice of its own before
    for store in (one, two):
        await store.close()
