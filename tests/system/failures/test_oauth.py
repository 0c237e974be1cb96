"""OAuth 2.0: access tokens that end, refresh tokens that rotate, and one that dies."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.system.failures.harness import Clock, HubSpot, relay_on

MINUTE, HOUR = 60, 3600
TOKEN = "/oauth/2026-03/token"
OAUTH: dict[str, Any] = {
    "hubspot_client_id": "sandbox-client",
    "hubspot_client_secret": "sandbox-client-secret",
    "hubspot_refresh_token": "sandbox-refresh-token",
}


def _refreshes(hubspot: HubSpot) -> int:
    return len([seen for seen in hubspot.requests if seen.path == TOKEN])


def _statuses(hubspot: HubSpot) -> set[int | None]:
    return {seen.status for seen in hubspot.requests}


async def test_tokens_are_renewed_ahead_of_their_end(tmp_path: Path) -> None:
    """Over hours HubSpot never sees a token that has ended, and one refresh serves its whole life.

    Restarts included: the rotated refresh token is the only good one, and stands in the store.
    """
    hubspot = HubSpot(Clock())
    for restart in range(3):
        async with relay_on(tmp_path, hubspot, **OAUTH) as relay:
            for number in range(40):
                await relay.watch(f"session-{restart}-{number}", 25)
                await relay.live(3)
                await relay.leap(3 * MINUTE - 3)
            assert await relay.statuses() == {"delivered"}
    assert _statuses(hubspot) == {200}
    lives = 3 * 40 * 3 * MINUTE / (0.8 * 30 * MINUTE)
    assert _refreshes(hubspot) <= lives + 3


async def test_a_token_that_ended_early_is_renewed(tmp_path: Path) -> None:
    """A 401 for a token that should still be good costs one refresh and no event."""
    hubspot = HubSpot(Clock())
    async with relay_on(tmp_path, hubspot, **OAUTH) as relay:
        await relay.watch("first", 100)
        await relay.live(5)
        hubspot.faults({"path": "/media-bridge/*", "expired_token": True, "times": 1})
        await relay.watch("second", 100)
        await relay.live(5)
        assert await relay.statuses() == {"delivered"}
        assert not await relay.paused_by()
    assert _refreshes(hubspot) == 2
    assert len(hubspot.kept) == len(set(hubspot.kept)) == 12


async def test_a_dead_refresh_token_needs_a_person(tmp_path: Path) -> None:
    """Once the refresh token is dead all waits for a new one from the settings, used then."""
    hubspot = HubSpot(Clock())
    async with relay_on(tmp_path, hubspot, **OAUTH | {"hubspot_refresh_token": "dead"}) as relay:
        await relay.watch("session", 100)
        await relay.live(5)
        for _ in range(12):
            await relay.leap(5 * MINUTE)
        assert await relay.paused_by() == "reinstall_needed"
        assert _refreshes(hubspot) <= 13
        assert await relay.statuses() == {"waiting"}
    async with relay_on(tmp_path, hubspot, **OAUTH) as relay:
        await relay.live(5)
        assert await relay.statuses() == {"delivered"}


async def test_a_token_endpoint_in_trouble(tmp_path: Path) -> None:
    """While tokens can't be refreshed nothing is lost; afterwards all is delivered, in order."""
    hubspot = HubSpot(Clock())
    hubspot.faults({"path": TOKEN, "status": 503})
    async with relay_on(tmp_path, hubspot, **OAUTH) as relay:
        await relay.watch("session", 100)
        await relay.live(10 * MINUTE)
        assert not hubspot.kept
        assert len(hubspot.requests) < 100
        hubspot.faults()
        await relay.live(2 * MINUTE)
        assert await relay.statuses() == {"delivered"}
    assert [milestone[2] for milestone in hubspot.kept][:3] == ["STARTED", "25", "50"]


async def test_the_rotated_token_is_on_disk(tmp_path: Path) -> None:
    """The refresh token from the settings is used once; the one that took its place is kept."""
    hubspot = HubSpot(Clock())
    async with relay_on(tmp_path, hubspot, **OAUTH) as relay:
        await relay.watch("session", 25)
        await relay.live(5)
        with closing(sqlite3.connect(tmp_path / "relay.db")) as db:
            ((kept,),) = db.execute("SELECT refresh_token FROM tokens").fetchall()
    assert kept != OAUTH["hubspot_refresh_token"]
