"""The account's health: pauses, outages, probes and recovery."""

import pytest

from app.domain.outcome import AccountUpdate, Failing, Healthy, Paused, Retry
from app.store.policy import Quota
from app.store.store import Store
from tests.store.setting import LEASE, MINUTE, NOW, SECOND, claimed, crowd

WINDOW = 10 * SECOND
QUOTA = Quota(rate=3, window_ms=WINDOW)


async def test_a_pause_stops_everything(store: Store) -> None:
    """While the account rests nobody claims anything, and both hear when to come back."""
    await crowd(store)
    job = await claimed(store)
    paused = Paused(NOW + MINUTE, "daily_limit")
    await store.outbox.settle(job, Retry(NOW, "daily_limit", counts_as_attempt=False), paused, NOW)
    claim = await store.outbox.claim(NOW + MINUTE - 1, LEASE)
    lookup = await store.lookups.claim(NOW + MINUTE - 1, 100, LEASE)
    assert (claim.job, claim.next_at) == (None, NOW + MINUTE)
    assert (lookup.utks, lookup.next_at) == ((), NOW + MINUTE)
    depths = await store.admin.depths(NOW)
    assert (depths.paused_until, depths.pause_reason) == (NOW + MINUTE, "daily_limit")
    assert (await claimed(store, NOW + MINUTE)).attempts == 1


async def test_a_pause_is_never_shortened(store: Store) -> None:
    """An answer that was under way when the account was paused doesn't end the pause."""
    await crowd(store)
    jobs = [await claimed(store) for _ in range(3)]
    updates: tuple[AccountUpdate, ...] = (
        Paused(NOW + MINUTE, "bad_token"),
        Paused(NOW + SECOND, "rate_limited"),
        Healthy(),
    )
    for job, each in zip(jobs, updates, strict=True):
        await store.outbox.settle(job, Retry(NOW, "x"), each, NOW)
    assert (await store.outbox.claim(NOW + SECOND, LEASE)).next_at == NOW + MINUTE


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
    await crowd(store)
    paused = Paused(NOW + MINUTE, reason)
    await store.outbox.settle(await claimed(store), Retry(NOW, reason), paused, NOW)
    await store.maintenance.clear_operator_pause()
    assert ((await store.outbox.claim(NOW, LEASE)).job is not None) is ends


async def test_one_probe_at_a_time_while_failing(store: Store) -> None:
    """After a failure the next request goes alone; once it is answered well, all go again."""
    await crowd(store)
    await store.outbox.settle(
        await claimed(store), Retry(NOW + MINUTE, "unavailable: x"), Failing("x"), NOW
    )
    probe = await store.outbox.claim(NOW, LEASE)
    assert probe.job is not None
    assert probe.failures == 1
    waiting = await store.outbox.claim(NOW, LEASE)
    assert (waiting.job, waiting.next_at) == (None, NOW + LEASE)
    await store.outbox.settle(probe.job, Retry(NOW, "x"), Healthy(), NOW)
    healthy = await store.outbox.claim(NOW, LEASE)
    assert (healthy.job is not None, healthy.failures) == (True, 0)
    assert (await store.outbox.claim(NOW, LEASE)).job is not None


async def test_recovery_ends_the_waits_of_an_outage(store: Store) -> None:
    """Events put off because HubSpot was down are due as soon as it answers."""
    await crowd(store)
    first = await claimed(store, NOW)
    later = Retry(NOW + MINUTE, "unavailable: HTTP 503")
    await store.outbox.settle(first, later, Failing("unavailable", NOW + SECOND), NOW)
    assert (await store.outbox.claim(NOW, LEASE)).next_at == NOW + SECOND
    probe = await claimed(store, NOW + SECOND)
    await store.outbox.settle(probe, Retry(NOW + MINUTE, "other"), Healthy(), NOW + SECOND)
    due = []
    while (job := (await store.outbox.claim(NOW + SECOND, LEASE)).job) is not None:
        due.append(job.id)
    assert first.id in due
    assert probe.id not in due
