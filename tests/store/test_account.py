"""The account's health: pauses, outages, probes and recovery."""

import pytest

from app.domain.outcome import AccountNews, Failing, Healthy, Paused, Retry
from app.store.interface import Store
from app.store.values import Quota
from tests.store.setting import LEASE, MINUTE, NOW, SECOND, claimed, crowd

WINDOW = 10 * SECOND
QUOTA = Quota(rate=3, window_ms=WINDOW)


async def test_a_pause_stops_everything(store: Store) -> None:
    """While the account rests nobody claims anything, and both hear when to come back."""
    await crowd(store)
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
    await crowd(store)
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
    await crowd(store)
    paused = Paused(NOW + MINUTE, reason)
    await store.settle(await claimed(store), Retry(NOW, reason), paused, NOW, QUOTA)
    await store.unpause()
    assert ((await store.claim(NOW, LEASE, QUOTA)).job is not None) is ends


async def test_one_probe_at_a_time_while_failing(store: Store) -> None:
    """After a failure the next request goes alone; once it is answered well, all go again."""
    await crowd(store)
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
    await crowd(store)
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
