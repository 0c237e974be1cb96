"""Visitors whom HubSpot does not know yet, under each way in which it may say so."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.identity import IdentityMode
from tests.processes.relay import CONTACT, STRANGER
from tests.system.failures.harness import Clock, HubSpot, Relay, relay_on

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
LOOKUP = "/contacts/v1/contact/byUtk/batch/"
WAYS: list[tuple[IdentityMode, dict[str, Any]]] = [
    ("lookup", {}),
    ("passthrough", {"unknown_utk": "refuse"}),
    ("passthrough", {"unknown_utk": "silent"}),
]


async def _watch_on(relay: Relay, session: str, **fields: object) -> None:
    """Three pings, ten seconds apart."""
    for percent in (10, 60, 100):
        await relay.watch(session, percent, **fields)
        await relay.live(10)


@pytest.mark.parametrize(("identity", "world"), WAYS)
async def test_a_stranger_becomes_a_contact(
    identity: IdentityMode, world: dict[str, Any], tmp_path: Path
) -> None:
    """All that a stranger watched arrives once HubSpot knows them: in order, with its own times."""
    clock = Clock()
    hubspot = HubSpot(clock, **world)
    async with relay_on(tmp_path, hubspot, identity=identity) as relay:
        began = clock.now
        await _watch_on(relay, "session", contactUtk=STRANGER)
        await relay.leap(3 * HOUR)
        assert await relay.statuses() == {"waiting"}
        assert not hubspot.kept
        hubspot.world(utks={STRANGER: 4711})
        for _ in range(30):
            await relay.leap(HOUR)
    assert [milestone[1:] for milestone in hubspot.kept] == [
        ("media-played", "STARTED"),
        ("media-played-percent", "25"),
        ("media-played-percent", "50"),
        ("media-played", "VIEWED"),
        ("media-played-percent", "75"),
        ("media-played-percent", "100"),
    ]
    assert {kept.contact_id for kept in hubspot.events} == {4711}
    times = [kept.body["occurredTimestamp"] - began for kept in hubspot.events]
    assert times == [0, 10_000, 10_000, 10_000, 20_000, 20_000]


@pytest.mark.parametrize(("identity", "world"), WAYS)
async def test_strangers_cost_little(
    identity: IdentityMode, world: dict[str, Any], tmp_path: Path
) -> None:
    """A stranger is asked about three times in a month after the first day's two, and once more."""
    hubspot = HubSpot(Clock(), **world)
    async with relay_on(tmp_path, hubspot, identity=identity) as relay:
        await _watch_on(relay, "session", contactUtk=STRANGER)
        for _ in range(24 * 6):
            await relay.leap(10 * MINUTE)
        first_day = len(hubspot.requests)
        assert first_day <= 2
        for _ in range(29 * 2):
            await relay.leap(DAY / 2)
        assert len(hubspot.requests) - first_day <= 4


@pytest.mark.parametrize(("identity", "world"), WAYS)
async def test_a_stranger_is_given_up(
    identity: IdentityMode, world: dict[str, Any], tmp_path: Path
) -> None:
    """After PLAYRELAY_PARK_DAYS a stranger's events are unattributed, and not looked up again."""
    hubspot = HubSpot(Clock(), **world)
    async with relay_on(tmp_path, hubspot, identity=identity, park_days=3) as relay:
        await relay.watch("session", 60, contactUtk=STRANGER)
        await relay.live(10)
        await relay.leap(2.9 * DAY)
        assert await relay.statuses() == {"waiting"}
        await relay.live(10)
        await relay.leap(0.2 * DAY)
        await relay.live(5)
        assert await relay.statuses() == {"unattributed"}
        await relay.leap(DAY)
        asked = len(hubspot.requests)
        await relay.leap(DAY)
        await relay.leap(DAY)
    assert len(hubspot.requests) == asked


async def test_a_hundred_at_a_time(tmp_path: Path) -> None:
    """Look-ups name a hundred usertokens each, and a contact among them gets what is theirs."""
    hubspot = HubSpot(Clock(), utks={f"{n:031x}1": 1000 + n for n in range(0, 250, 10)})
    async with relay_on(tmp_path, hubspot, events=["percent"], hubspot_rate=10_000) as relay:
        for number in range(250):
            await relay.watch(f"session-{number}", 25, contactUtk=f"{number:031x}1")
        await relay.live(10)
    assert len([seen for seen in hubspot.requests if seen.path == LOOKUP]) == 3
    assert sorted(hubspot.kept) == sorted(
        (f"session-{n}", "media-played-percent", "25") for n in range(0, 250, 10)
    )
    assert all(
        f"session-{kept.contact_id - 1000}" == kept.body["sessionId"] for kept in hubspot.events
    )


async def test_one_bad_usertoken_spoils_no_other(tmp_path: Path) -> None:
    """A look-up that HubSpot refuses is halved until the good tokens are through."""
    hubspot = HubSpot(Clock())
    hubspot.faults({"path": LOOKUP, "status": 400, "times": 3})
    async with relay_on(tmp_path, hubspot, hubspot_rate=10_000) as relay:
        for number in range(8):
            await relay.watch(f"session-{number}", 25, contactUtk=f"{number:031x}0")
        await relay.live(10)
        statuses = [entry.status for entry in await relay.entries()]
    assert statuses.count("delivered") >= 14
    assert set(statuses) <= {"delivered", "waiting"}


async def test_a_look_up_that_died_with_the_relay(tmp_path: Path) -> None:
    """A restart asks again at once about usertokens whose look-up was under way."""
    clock = Clock()
    hubspot = HubSpot(clock)
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.watch("session", 25)
        await relay.work()
        clock.now += 2000
        claim = await relay.store.lookups.claim(clock.now, 100, 120_000)
        assert claim.utks == (CONTACT,)
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.live(5)
        assert await relay.statuses() == {"delivered"}


@pytest.mark.parametrize("unknown", ["refuse", "silent"])
async def test_a_mail_names_a_visitor_who_is_no_contact_by_cookie(
    unknown: str, tmp_path: Path
) -> None:
    """The `_hsenc` of the mail's link is sent if HubSpot does not know the usertoken."""
    hubspot = HubSpot(Clock(), hsencs={"p2ANqtz-from-a-mail": 4711}, unknown_utk=unknown)
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.watch("known", 25, contactUtk=STRANGER, _hsenc="p2ANqtz-from-a-mail")
        await relay.watch("unknown", 25, contactUtk=STRANGER, _hsenc="p2ANqtz-long-expired")
        await relay.live(10)
        assert {entry.status for entry in await relay.entries()} == {"delivered", "waiting"}
    assert {(kept.body["sessionId"], kept.contact_id) for kept in hubspot.events} == {
        ("known", 4711)
    }
    assert all("contactUtk" not in kept.body for kept in hubspot.events)


async def test_a_contact_is_preferred_to_the_mail(tmp_path: Path) -> None:
    """A contact whose pings carry a forwarded mail's `_hsenc` gets their own events."""
    hubspot = HubSpot(Clock(), hsencs={"p2ANqtz-forwarded": 1}, utks={CONTACT: 4711})
    async with relay_on(tmp_path, hubspot) as relay:
        await relay.watch("session", 25, contactUtk=CONTACT, _hsenc="p2ANqtz-forwarded")
        await relay.live(10)
    assert {kept.contact_id for kept in hubspot.events} == {4711}
    assert all("_hsenc" not in kept.body for kept in hubspot.events)
