"""A clock that was an hour ahead is set back: nothing waits longer than by its own rule."""

import pytest
from msgspec.structs import replace

from app.domain.outcome import (
    Delivered,
    Failing,
    Healthy,
    Paused,
    RefusedMedium,
    Rejected,
    Retry,
    Unasked,
    Wait,
)
from app.domain.streak import REFUSED_ALL
from app.store.console_records import LinkRecord
from app.store.policy import Quota
from app.store.records import MaintenanceReport
from app.store.store import Store
from app.store.transactions.console_sessions import SESSION_MS
from tests.store.setting import (
    DAY,
    FOLDING,
    HOUR,
    LEASE,
    LONGEST,
    MINUTE,
    NOW,
    QUOTA,
    SECOND,
    SETTLE,
    claimed,
    crowd,
    drained,
    looked_up,
    played,
    settle,
    values,
    with_policy,
)

MANY = 500
WRONG = NOW + HOUR
"""The time that the wrong clock shows; then it is set back to `NOW`."""


async def set_back(store: Store) -> MaintenanceReport:
    """The first round of maintenance by the right clock."""
    return await store.maintenance.maintain(NOW, MANY)


async def test_permits(store: Store) -> None:
    """A full window frees itself as soon as the last request may have arrived."""
    await crowd(store)
    store = with_policy(store, quota=Quota(2, QUOTA.window_ms))
    for _ in range(2):
        await settle(store, await claimed(store, WRONG), Retry(WRONG, "x"), now=WRONG)
    await set_back(store)
    free = NOW + LEASE + QUOTA.window_ms
    assert (await store.outbox.claim(NOW, LEASE)).next_at == free
    await claimed(store, free)


async def test_new_events(passing: Store) -> None:
    """An event of that time is due at once."""
    await played(passing, WRONG)
    assert (await passing.outbox.claim(NOW, LEASE)).job is None
    assert (await set_back(passing)).brought_back
    assert len(await drained(passing)) == 1


async def test_leases(passing: Store) -> None:
    """An event whose sender died is due again when a lease of now would have ended."""
    await played(passing)
    await claimed(passing, WRONG)
    await set_back(passing)
    assert (await passing.maintenance.maintain(NOW + LEASE, MANY)).leases_expired == 1


@pytest.mark.parametrize("reason", ["rate_limited", "bad_token", "daily_limit", REFUSED_ALL])
async def test_pauses(passing: Store, reason: str) -> None:
    """Each ends as if it had begun now, by the longest that its reason may ask for."""
    longest = LONGEST.pauses[reason]
    await played(passing)
    job = await claimed(passing, WRONG)
    pause = Paused(WRONG + longest, reason)
    await settle(passing, job, Retry(WRONG, reason, counts_as_attempt=False), pause, WRONG)
    await set_back(passing)
    assert (await passing.admin.depths(NOW)).paused_until == NOW + longest
    await claimed(passing, NOW + longest)


async def test_retries(passing: Store) -> None:
    """An event that HubSpot was not there for is tried again within the longest rest."""
    await played(passing)
    reason = "unavailable: HTTP 503"
    until = WRONG + 10 * MINUTE
    job = await claimed(passing, WRONG)
    await settle(passing, job, Retry(until, reason), Failing(reason, until), WRONG)
    await set_back(passing)
    await claimed(passing, NOW + LONGEST.retries["unavailable"])


async def test_a_retry_by_the_right_clock_stays(passing: Store) -> None:
    """No rest is made shorter than its rule says."""
    await played(passing)
    until = NOW + 10 * MINUTE
    job = await claimed(passing)
    await settle(passing, job, Retry(until, "unavailable: x"), Failing("unavailable: x", until))
    assert await set_back(passing) == MaintenanceReport()
    assert (await passing.outbox.claim(until - 1, LEASE)).next_at == until


@pytest.mark.parametrize(
    ("reason", "longest"), [("error_guard", DAY), ("stranger", LONGEST.strangers[0])]
)
async def test_waits(passing: Store, reason: str, longest: int) -> None:
    """An event waits for tomorrow, or for its visitor to be known, no longer than that."""
    await played(passing)
    wait = Wait(reason, WRONG + longest)
    await settle(passing, await claimed(passing, WRONG), wait, now=WRONG)
    await set_back(passing)
    assert (await passing.maintenance.maintain(NOW + longest, MANY)).woken == 1


async def test_new_visitors(store: Store) -> None:
    """A visitor of that time is looked up within the time of a lease."""
    await played(store, WRONG)
    assert (await store.lookups.claim(NOW + LEASE, 100, LEASE)).utks == ()
    await set_back(store)
    assert (await store.lookups.claim(NOW + LEASE, 100, LEASE)).utks == ("utk",)


async def test_strangers(store: Store) -> None:
    """A visitor who was looked up in that time is looked up again after the interval set then."""
    await played(store)
    await looked_up(store, {"utk": None}, WRONG, {"utk": WRONG + 8 * MINUTE})
    await set_back(store)
    assert (await store.lookups.claim(NOW + 10 * MINUTE - 1, 100, LEASE)).utks == ()
    assert (await store.lookups.claim(NOW + 10 * MINUTE, 100, LEASE)).utks == ("utk",)


async def test_what_waits_for_tomorrow_stays(store: Store) -> None:
    """Look-ups that HubSpot refuses are put off to the next day, which is no fault of a clock."""
    await played(store)
    tomorrow = NOW - NOW % DAY + DAY
    asked = await store.lookups.claim(NOW + MINUTE, 100, LEASE)
    await store.lookups.settle(asked.permit, {}, {"utk": tomorrow}, Healthy(), NOW + MINUTE)
    await store.maintenance.maintain(NOW + MINUTE, MANY)
    assert (await store.lookups.claim(tomorrow - 1, 100, LEASE)).utks == ()


async def test_plays_settle(passing: Store) -> None:
    """A play that was seen meanwhile is over after the silence, counted from now."""
    watched = {"watched": [[1, 50], [0, 50]], "playedPercent": 50}
    await played(passing, WRONG, **watched)
    await set_back(passing)
    early = await passing.folding.close_quiet(MANY, FOLDING, NOW + SETTLE - 1)
    assert early.plays == 0
    assert (await passing.folding.close_quiet(MANY, FOLDING, NOW + SETTLE)).plays == 1


@pytest.mark.parametrize(("times", "pause"), [(1, HOUR), (3, 4 * HOUR)])
async def test_refused_media(passing: Store, times: int, pause: int) -> None:
    """An event of the medium is tried again after the pause that so many refusals mean."""
    refused = RefusedMedium("refused", 400, "VALIDATION_ERROR", "no such media object")
    wrong = WRONG
    for number in range(times):
        await played(passing, wrong, sessionId=f"s{number}")
        job = await claimed(passing, wrong)
        assert job.refusal is None
        await settle(passing, job, refused, Healthy(was_error=True), wrong)
        wrong += DAY
    await set_back(passing)
    await played(passing, NOW, sessionId="next")
    job = await claimed(passing, NOW + pause - 1)
    assert job.refusal is not None
    await settle(passing, job, job.refusal, Unasked(), NOW + pause - 1)
    await played(passing, NOW, sessionId="later")
    assert (await claimed(passing, NOW + pause)).refusal is None


async def test_what_happened_is_not_ahead(passing: Store) -> None:
    """Rows that ended in that time are kept as long as if they had ended now."""
    await played(passing, WRONG, sessionId="a")
    await played(passing, WRONG, sessionId="b")
    kept = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")
    await settle(passing, await claimed(passing, WRONG), kept, now=WRONG)
    await settle(passing, await claimed(passing, WRONG), Rejected("refused", 400), now=WRONG)
    await set_back(passing)
    retention = passing.outbox._policy.retention
    await passing.maintenance.maintain(NOW + retention.settled_ms, MANY)
    assert len(await values(passing)) == 1
    await passing.maintenance.maintain(NOW + retention.park_ms, MANY)
    assert await values(passing) == []


async def test_a_step_ahead_ends_no_lease(passing: Store) -> None:
    """The request is as young as before: its event is not sent by another as well."""
    await played(passing)
    await claimed(passing)
    report = await passing.maintenance.maintain(WRONG, MANY, stepped=HOUR)
    assert report.leases_expired == 0
    assert (await passing.maintenance.maintain(WRONG + LEASE, MANY)).leases_expired == 1


async def test_sign_ins_end(store: Store) -> None:
    """Each as if it had begun now; one by the right clock stays."""
    sessions = store.console_sessions
    await sessions.add("wrong", WRONG + SESSION_MS, WRONG)
    await set_back(store)
    await sessions.add("right", NOW + MINUTE + SESSION_MS, NOW + MINUTE)
    await store.maintenance.maintain(NOW + MINUTE, MANY)
    assert await sessions.holds("wrong", NOW + SESSION_MS - 1)
    assert not await sessions.holds("wrong", NOW + SESSION_MS)
    assert await sessions.holds("right", NOW + MINUTE + SESSION_MS - 1)


async def test_shared_links_that_were_ended_meanwhile(store: Store) -> None:
    """They stay ended, and the others hold until the time that they were made for."""
    link = LinkRecord("a", 7, "days=28&zone=UTC", "ana", NOW, NOW + DAY, NOW + DAY)
    for name in "ab":
        await store.shared_links.add(replace(link, id=name))
    await store.shared_links.end("a", WRONG)
    await set_back(store)
    listed = {each.id: each.stops_at for each in await store.shared_links.listed(NOW)}
    assert listed == {"b": NOW + DAY}


async def test_it_is_written_down(passing: Store) -> None:
    """A step of the clock is recorded once an hour, for the operator."""
    await played(passing, WRONG)
    await set_back(passing)
    await played(passing, NOW + 2 * HOUR, sessionId="again")
    await passing.maintenance.maintain(NOW + SECOND, MANY)
    (entry,) = await passing.admin.audit_log(9)
    assert (entry.what, entry.at) == ("clock", NOW)
