"""Faults of the account: a limit, the token, a scope. All events wait, and none pays for it."""

from pathlib import Path
from typing import Any

import pytest

from app.sandbox.config import CONTACTS_SCOPE, EVENTS_SCOPE
from tests.system.failures.harness import Clock, HubSpot, relay_on

HOUR = 3600
TROUBLES: dict[str, tuple[dict[str, Any], float]] = {
    "daily_limit": (
        {"status": 429, "body": {"policyName": "DAILY", "errorType": "RATE_LIMIT"}},
        HOUR / 2,
    ),
    "rate_limited": (
        {"status": 429, "retry_after": 30, "body": {"policyName": "TEN_SECONDLY_ROLLING"}},
        30,
    ),
    "bad_token": ({"status": 401}, 300),
    "missing_scope": ({"status": 403}, 300),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_nothing_is_sent_while_the_account_rests(trouble: str, tmp_path: Path) -> None:
    """One refused request stops all of them, for as long as HubSpot says or else by the policy."""
    rule, rest = TROUBLES[trouble]
    clock = Clock()
    hubspot = HubSpot(clock)
    hubspot.faults({"path": "/media-bridge/*", **rule})
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(20):
            await relay.watch(f"session-{number}", 100)
        await relay.live(5)
        refused = len(hubspot.requests)
        assert await relay.paused_by() == trouble
        left = ((await relay.store.admin.depths(clock.now)).paused_until - clock.now) / 1000
        assert rest / 2 < left <= rest
        await relay.live(left - 1)
        assert len(hubspot.requests) == refused


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_no_event_pays_for_the_account(trouble: str, tmp_path: Path) -> None:
    """However long the account is in trouble, all events are delivered after it, once each."""
    rule, rest = TROUBLES[trouble]
    hubspot = HubSpot(Clock(), rate=10_000)
    hubspot.faults({"path": "/media-bridge/*", **rule})
    async with relay_on(tmp_path, hubspot, hubspot_rate=10_000) as relay:
        for number in range(10):
            await relay.watch(f"session-{number}", 100)
        for _ in range(30):
            await relay.leap(rest + 2)
        assert await relay.statuses() == {"due"}
        assert not any(entry.attempts for entry in await relay.entries())
        hubspot.faults()
        await relay.leap(rest + 2)
        assert await relay.statuses() == {"delivered"}
    assert len(hubspot.kept) == len(set(hubspot.kept)) == 60


async def test_a_day_without_requests_left(tmp_path: Path) -> None:
    """Past the daily limit one request each half hour asks whether it is midnight."""
    hubspot = HubSpot(Clock(), daily_limit=5, retry_after=False)
    async with relay_on(tmp_path, hubspot) as relay:
        for number in range(5):
            await relay.watch(f"session-{number}", 100)
        await relay.live(5)
        before = len(hubspot.requests)
        for _ in range(6):
            await relay.leap(HOUR / 2)
        assert len(hubspot.requests) - before == 6
        hubspot.world(daily_limit=1_000_000)
        await relay.leap(HOUR)
        assert await relay.statuses() == {"delivered"}


async def test_a_restart_may_mean_that_the_token_was_mended(tmp_path: Path) -> None:
    """After a restart with a good token what waited for one is sent at once."""
    hubspot = HubSpot(Clock())
    async with relay_on(tmp_path, hubspot, hubspot_access_token="nobodys") as relay:
        await relay.watch("session", 100)
        await relay.live(5)
        assert await relay.paused_by() == "bad_token"
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.leap(2)
        assert await relay.statuses() == {"delivered"}


async def test_a_restart_does_not_mend_a_limit(tmp_path: Path) -> None:
    """A limit that HubSpot set is kept across a restart."""
    hubspot = HubSpot(Clock(), daily_limit=0)
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.watch("session", 100)
        await relay.live(5)
    asked = len(hubspot.requests)
    async with relay_on(tmp_path, hubspot) as relay:
        assert await relay.paused_by() == "daily_limit"
        await relay.leap(60)
    assert len(hubspot.requests) == asked


@pytest.mark.parametrize("scope", [EVENTS_SCOPE, CONTACTS_SCOPE])
async def test_a_scope_that_is_granted_later(scope: str, tmp_path: Path) -> None:
    """A scope that was missing, for events or for look-ups, is noticed once it is granted."""
    hubspot = HubSpot(Clock(), scopes=[EVENTS_SCOPE, CONTACTS_SCOPE])
    hubspot.world(scopes=list({EVENTS_SCOPE, CONTACTS_SCOPE} - {scope}))
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.watch("session", 100)
        await relay.live(5)
        assert await relay.paused_by() == "missing_scope"
        hubspot.world(scopes=[EVENTS_SCOPE, CONTACTS_SCOPE])
        await relay.live(310)
        assert await relay.statuses() == {"delivered"}
