"""HubSpot refuses everything alike: the account pauses, one event asks, and nothing is lost."""

from msgspec import structs

from app.domain.outcome import Delivered, Healthy, Paused, RefusedMedium, Rejected, Retry
from app.domain.streak import IN_A_ROW, REFUSED_ALL
from app.store.store import Store
from tests.store.setting import DAY, LEASE, MINUTE, NOW, SECOND, claimed, entries, played, values

FORBIDDEN = Rejected("refused", 403, "FORBIDDEN", "This account may not do that.")
UNTIL = NOW + 5 * MINUTE
REFUSED = Healthy(was_error=True, alike_until=UNTIL, of_event=False)


async def visits(store: Store, count: int) -> None:
    """So many visitors each play something else."""
    for number in range(count):
        who = {"contactUtk": None, "_hsenc": f"p2-{number}"}
        at = NOW - MINUTE + number
        await played(store, at, sessionId=f"s{number}", mediaBridgeId=42 + number, **who)


async def refuse(store: Store, count: int, at: int = NOW) -> None:
    """So many events are claimed, and HubSpot refuses each."""
    for number in range(count):
        job = await claimed(store, at + number)
        await store.outbox.settle(job, FORBIDDEN, REFUSED, at + number)


async def test_several_refusals_alike_pause_the_account(passing: Store) -> None:
    """The refusals are of different visitors and media, and their events are due again at once."""
    await visits(passing, 9)
    await refuse(passing, IN_A_ROW - 1)
    assert len(await entries(passing, "rejected")) == IN_A_ROW - 1
    await refuse(passing, 1, at=NOW + SECOND)
    depths = await passing.admin.depths(NOW + SECOND)
    assert (depths.pause_reason, depths.paused_until) == (REFUSED_ALL, UNTIL)
    assert len(await entries(passing, "due")) == 9
    assert (await passing.outbox.claim(UNTIL - 1, LEASE)).next_at == UNTIL


async def test_one_event_asks_and_a_success_ends_it(passing: Store) -> None:
    """After the pause one request at a time; once HubSpot keeps an event, all are sent."""
    await visits(passing, 9)
    await refuse(passing, IN_A_ROW)
    claim = await passing.outbox.claim(UNTIL, LEASE)
    assert claim.job is not None
    assert claim.refused_all
    assert (await passing.outbox.claim(UNTIL, LEASE)).job is None, "one asks"
    later = UNTIL + 10 * MINUTE
    again = Retry(later + MINUTE, REFUSED_ALL, counts_as_attempt=False)
    await passing.outbox.settle(claim.job, again, Paused(later, REFUSED_ALL), UNTIL)
    probe = await claimed(passing, later)
    assert probe.id != claim.job.id, "another event asks next"
    await passing.outbox.settle(probe, Delivered(7, 42, "mail"), Healthy(), later)
    left = [await claimed(passing, later + SECOND) for _ in range(8)]
    assert claim.job.id in {job.id for job in left}, "who asked before is due at once"
    assert not (await passing.outbox.claim(later + SECOND, LEASE)).refused_all


async def test_what_was_on_its_way_returns_too(passing: Store) -> None:
    """Other senders' requests are refused after the pause began: their events are due again."""
    await visits(passing, 9)
    jobs = [await claimed(passing, NOW) for _ in range(8)]
    for job in jobs:
        await passing.outbox.settle(job, FORBIDDEN, REFUSED, NOW)
    assert await entries(passing, "rejected") == []
    depths = await passing.admin.depths(NOW)
    assert (depths.pause_reason, depths.paused_until) == (REFUSED_ALL, UNTIL)


async def test_what_goes_well_beside_events_does_not_end_it(passing: Store) -> None:
    """HubSpot may answer look-ups while it refuses all events."""
    await visits(passing, 6)
    await refuse(passing, IN_A_ROW)
    job = await claimed(passing, UNTIL)
    beside = Healthy(of_event=False)
    await passing.outbox.settle(job, Retry(UNTIL, "x", counts_as_attempt=False), beside, UNTIL)
    assert (await passing.outbox.claim(UNTIL, LEASE)).refused_all


async def test_refusals_with_a_success_in_between_stay(passing: Store) -> None:
    """The account is well, so each event's refusal is its own."""
    await visits(passing, 9)
    await refuse(passing, IN_A_ROW - 1)
    kept = await claimed(passing, NOW + SECOND)
    await passing.outbox.settle(kept, Delivered(7, 42, "mail"), Healthy(), NOW + SECOND)
    await refuse(passing, IN_A_ROW - 1, at=NOW + MINUTE)
    assert len(await entries(passing, "rejected")) == 2 * (IN_A_ROW - 1)
    assert (await passing.admin.depths(NOW + MINUTE)).pause_reason == ""


async def test_refusals_of_media_are_no_fault_of_the_account(passing: Store) -> None:
    """HubSpot names the medium: other media may go well, so only those are not sent."""
    await visits(passing, 9)
    unknown = RefusedMedium("refused", 403, "FORBIDDEN", "no such media object")
    for number in range(8):
        job = await claimed(passing, NOW + number)
        await passing.outbox.settle(job, unknown, Healthy(was_error=True), NOW + number)
    await refuse(passing, 1, at=NOW + SECOND)
    assert len(await entries(passing, "rejected")) == 9
    assert (await passing.admin.depths(NOW + SECOND)).pause_reason == ""


async def test_a_restart_asks_again(passing: Store) -> None:
    """A restart ends the pause at once, because the cause may have been fixed."""
    await visits(passing, 6)
    await refuse(passing, IN_A_ROW)
    await passing.maintenance.clear_operator_pause()
    assert (await passing.outbox.claim(NOW + SECOND, LEASE)).job is not None


async def test_older_refusals_of_the_row_return_with_it(passing: Store) -> None:
    """All since the last delivery, though one visitor's came first and were judged alone."""
    one = {"contactUtk": None, "_hsenc": "p2"}
    await played(passing, NOW - DAY, sessionId="one", playedPercent=100, **one)
    await refuse(passing, 6, at=NOW - DAY)
    assert len(await values(passing, "rejected")) == 6
    await visits(passing, 3)
    await refuse(passing, 2)
    assert await values(passing, "rejected") == []
    assert len(await values(passing, "due")) == 9


async def test_what_is_rejected_for_a_while_is_due_then(passing: Store) -> None:
    """An event that is to be sent once more is, at its time and not before."""
    await visits(passing, 2)
    for again_at in (NOW + DAY, None):
        outcome = structs.replace(FORBIDDEN, again_at=again_at)
        await passing.outbox.settle(await claimed(passing, NOW), outcome, REFUSED, NOW)
    assert (await passing.maintenance.maintain(NOW + DAY - 1, 9)).woken == 0
    assert len(await entries(passing, "rejected")) == 2
    assert (await passing.maintenance.maintain(NOW + DAY, 9)).woken == 1
    assert (len(await entries(passing, "rejected")), len(await entries(passing, "due"))) == (1, 1)
