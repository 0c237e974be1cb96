"""Claims are leases: one holder at a time, in order within a play, and given back by time."""

import asyncio
from typing import Any

from app.domain.identity import Identity
from app.domain.outcome import Delivered, Rejected, Retry, Wait
from app.store.policy import Quota
from app.store.records import Claim, Job
from app.store.store import Store
from tests.store.engines import Database
from tests.store.setting import (
    LEASE,
    MINUTE,
    NOW,
    QUOTA,
    SECOND,
    SIGNATURE_OF_7,
    claimed,
    drained,
    entries,
    looked_up,
    played,
    settle,
    values,
    with_policy,
)

DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")


def named(jobs: list[Job]) -> list[str]:
    """The jobs by session and milestone."""
    return [f"{job.play.session_id} {job.value or job.event}" for job in jobs]


async def test_an_empty_outbox_has_no_job(passing: Store) -> None:
    """Nothing to do, nothing to wait for, all permits there."""
    assert await passing.outbox.claim(NOW, LEASE) == Claim(None, None, 0, QUOTA.rate)


async def test_a_job_holds_all_that_a_request_needs(store: Store) -> None:
    """The milestone with its times, the play as it stands by now, and who the visitor is."""
    who: dict[str, Any] = {"contactId": 7, "contactSignature": SIGNATURE_OF_7}
    await played(store, NOW - SECOND, playedPercent=30, occurredTimestamp=NOW - 5000, **who)
    await played(store, playedPercent=40, **who)
    claim = await store.outbox.claim(NOW + SECOND, LEASE)
    job = claim.job
    assert job is not None
    assert (job.event, job.value, job.attempts) == ("media-played", "STARTED", 1)
    assert (job.occurred_at, job.created_at) == (NOW - 5000, NOW - SECOND)
    assert job.lease_until == NOW + SECOND + LEASE
    assert (job.play.percent, job.play.contact_id) == (40, (NOW - SECOND, 7))
    assert job.identity == Identity("signed", contact_id=7)
    assert (claim.failures, claim.quota_left) == (0, QUOTA.rate - 1)


async def test_a_claim_tells_what_hubspot_said_of_the_usertoken(database: Database) -> None:
    """Contact or stranger, once it was asked."""
    async with database.open() as store:
        for session, utk, contact in (("a", "u1", 9), ("b", "u2", None)):
            await played(store, sessionId=session, contactUtk=utk, _hsenc=f"p2-{utk}")
            await looked_up(store, {utk: contact}, NOW + MINUTE)
        known = {job.play.session_id: job.identity for job in await drained(store, NOW + MINUTE)}
    assert known == {
        "a": Identity("usertoken", contact_id=9),
        "b": Identity("mail", hsenc="p2-u2"),
    }


async def test_nobody_gets_what_another_holds(passing: Store) -> None:
    """A claimed event is not claimed again, neither at once nor when its lease has just ended."""
    await played(passing)
    await claimed(passing)
    assert await drained(passing) == []
    assert await drained(passing, NOW + LEASE) == []


async def test_a_lease_that_ran_out_is_given_back(passing: Store) -> None:
    """From the lease's end on, upkeep makes the event due again; the lost attempt counts."""
    await played(passing)
    await claimed(passing)
    assert (await passing.maintenance.maintain(NOW + LEASE - 1, 10)).leases_expired == 0
    assert (await passing.maintenance.maintain(NOW + LEASE, 10)).leases_expired == 1
    assert (await claimed(passing, NOW + LEASE)).attempts == 2


async def test_who_lost_the_lease_settles_nothing(passing: Store) -> None:
    """A holder that comes back late can neither reject nor postpone what another holds by now."""
    await played(passing)
    lost = await claimed(passing)
    await passing.maintenance.maintain(NOW + LEASE, 10)
    held = await claimed(passing, NOW + LEASE)
    for outcome in (Rejected("refused", 400), Retry(NOW, "x"), Wait("stranger")):
        await settle(passing, lost, outcome)
    await passing.outbox.release(lost, NOW, sent=False)
    assert [entry.status for entry in await entries(passing)] == ["sending"]
    await settle(passing, held, DELIVERED)
    assert [entry.status for entry in await entries(passing)] == ["delivered"]


async def test_a_delivery_is_a_fact(passing: Store) -> None:
    """An event that HubSpot has stored is delivered, even if its lease has expired meanwhile."""
    await played(passing)
    lost = await claimed(passing)
    await passing.maintenance.maintain(NOW + LEASE, 10)
    held = await claimed(passing, NOW + LEASE)
    await settle(passing, lost, DELIVERED)
    assert [entry.status for entry in await entries(passing)] == ["delivered"]
    await settle(passing, held, Retry(NOW, "x"))
    assert await drained(passing, NOW + LEASE) == []


async def test_a_play_goes_out_in_order(passing: Store) -> None:
    """The next milestone of a play is claimed once the one before it has ended."""
    await played(passing, playedPercent=60)
    order = []
    for _ in range(4):
        (job,) = await drained(passing)
        order.append(job.value)
        await settle(passing, job, DELIVERED)
    assert order == ["STARTED", "25", "50", "VIEWED"]


async def test_plays_do_not_wait_for_each_other(passing: Store) -> None:
    """The oldest due event comes first, and an event in flight holds up its own play alone."""
    await played(passing, NOW, sessionId="a", playedPercent=30)
    await played(passing, NOW + 1, sessionId="b", playedPercent=30)
    assert named(await drained(passing, NOW + 1)) == ["a STARTED", "b STARTED"]


async def test_an_event_put_off_holds_up_its_play(passing: Store) -> None:
    """Neither a retry nor a wait is overtaken by a later milestone of its play."""
    await played(passing, sessionId="a", playedPercent=30)
    await played(passing, sessionId="b", playedPercent=30)
    await settle(passing, await claimed(passing), Retry(NOW + 9 * SECOND, "unavailable"))
    await settle(passing, await claimed(passing), Wait("stranger", NOW + MINUTE))
    claim = await passing.outbox.claim(NOW, LEASE)
    assert (claim.job, claim.next_at) == (None, NOW + 9 * SECOND)
    assert named(await drained(passing, NOW + 9 * SECOND)) == ["a STARTED"]


async def test_a_play_waits_as_a_whole(passing: Store) -> None:
    """Events behind a waiting event wait as long, even later ones, and are sent in order."""
    await played(passing, playedPercent=30)
    await settle(passing, await claimed(passing), Wait("stranger", NOW + MINUTE))
    await played(passing, NOW + SECOND, playedPercent=60)
    assert await values(passing, "waiting") == [
        "session STARTED",
        "session 25",
        "session 50",
        "session VIEWED",
    ]
    assert {entry.due_at for entry in await entries(passing)} == {NOW + MINUTE}
    assert (await passing.maintenance.maintain(NOW + MINUTE, 10)).woken == 4
    order = []
    for _ in range(4):
        (job,) = await drained(passing, NOW + MINUTE)
        order.append(job.value)
        await settle(passing, job, DELIVERED)
    assert order == ["STARTED", "25", "50", "VIEWED"]


async def test_a_rejected_event_holds_up_nothing(passing: Store) -> None:
    """A rejected event does not block the play's later milestones."""
    await played(passing, playedPercent=30)
    await settle(passing, await claimed(passing), Rejected("refused", 400))
    assert named(await drained(passing)) == ["session 25"]


async def test_what_is_not_due_is_not_claimed(passing: Store) -> None:
    """Until its time the claim says when that is; then it is there."""
    await played(passing)
    job = await claimed(passing)
    await settle(passing, job, Retry(NOW + MINUTE, "unavailable"))
    claim = await passing.outbox.claim(NOW + MINUTE - 1, LEASE)
    assert (claim.job, claim.next_at) == (None, NOW + MINUTE)
    assert (await claimed(passing, NOW + MINUTE)).attempts == 2


async def test_a_fault_of_the_account_costs_no_attempt(passing: Store) -> None:
    """A retry because of the account's fault leaves the event's count of attempts as it was."""
    await played(passing)
    for attempts in (1, 1, 1):
        job = await claimed(passing)
        assert job.attempts == attempts
        await settle(passing, job, Retry(NOW, "bad_token", counts_as_attempt=False))


async def test_release_without_a_request(passing: Store) -> None:
    """A job that was not sent is due at once without an attempt counted, and its permit is free."""
    await played(passing)
    passing = with_policy(passing, quota=Quota(1, 10_000))
    job = await claimed(passing)
    await passing.outbox.release(job, NOW, sent=False)
    again = await claimed(passing)
    assert (again.id, again.attempts) == (job.id, 1)


async def test_release_after_a_request(passing: Store) -> None:
    """A job whose request may have arrived is due again, but its permit stays used."""
    await played(passing)
    passing = with_policy(passing, quota=Quota(1, 10_000))
    job = await claimed(passing)
    await passing.outbox.release(job, NOW + 5, sent=True)
    claim = await passing.outbox.claim(NOW + 5, LEASE)
    assert (claim.job, claim.next_at) == (None, NOW + 5 + 10_000)
    assert (await claimed(passing, NOW + 10_005)).attempts == 2


async def test_release_to_wait(passing: Store) -> None:
    """A job whose visitor turned out to be nobody waits, for the reason given."""
    await played(passing)
    await passing.outbox.release(await claimed(passing), NOW, sent=False, wait="stranger")
    (entry,) = await entries(passing, "waiting")
    assert (entry.reason, entry.attempts) == ("stranger", 0)
    assert await drained(passing) == []


async def test_a_play_that_cannot_be_read_holds_up_no_other(database: Database) -> None:
    """Its events are rejected, and people can look at them; what came later goes out."""
    async with database.open("passthrough") as store:
        await played(store, sessionId="spoilt", playedPercent=30)
        await asyncio.to_thread(database.spoil)
        await played(store, sessionId="sound")
        claim = await store.outbox.claim(NOW, LEASE)
        assert (claim.job, claim.next_at, claim.quota_left) == (None, NOW, QUOTA.rate)
        assert (await claimed(store)).play.session_id == "sound"
        spoilt = await entries(store, "rejected")
        assert [entry.reason for entry in spoilt] == ["unreadable"] * 2
        assert "report it" in str(spoilt[0].answer["message"])
        assert spoilt[0].play.medium.name == "a play that can't be read"
        assert [family.count for family in await store.rejections.families(9)] == [2]
        (_, history) = await store.history.latest(9)
        assert history.play == spoilt[0].play
