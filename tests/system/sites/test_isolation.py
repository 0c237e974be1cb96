"""One account's trouble never touches another's: real relays, real HubSpots, real HTTP."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.ports import free_port
from tests.processes.relay import Relay
from tests.processes.sandbox import TOKEN, Sandbox
from tests.processes.waiting import until
from tests.store.postgres.ask import fresh_database
from tests.system.sites.town import account, town


@pytest.fixture(scope="module")
def hubspots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two HubSpot accounts that know nothing of each other."""
    with contextlib.ExitStack() as stack:
        both = [
            stack.enter_context(Sandbox(tmp_path_factory.mktemp(name))) for name in ("one", "two")
        ]
        for sandbox in both:
            sandbox.start()
        for sandbox in both:
            sandbox.up()
        yield both[0], both[1]


@pytest.fixture
def one(hubspots: tuple[Sandbox, Sandbox]) -> Sandbox:
    """The first, as if it had just been started."""
    hubspots[0].reset()
    return hubspots[0]


@pytest.fixture
def two(hubspots: tuple[Sandbox, Sandbox]) -> Sandbox:
    """The second, likewise."""
    hubspots[1].reset()
    return hubspots[1]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_each_account_gets_its_own(tmp_path: Path, one: Sandbox, two: Sandbox, engine: str) -> None:
    """Each account gets its pings by key or by origin, with the milestones of their site."""
    shared = {"database_url": fresh_database()} if engine == "postgresql" else {}
    file = account("acme", one.address, TOKEN) + account("globex", two.address, TOKEN)
    file += """
    [sites.www]
    account = "globex"
    allowed_origins = ["https://www.globex.example"]
    [sites.academy]
    account = "globex"
    allowed_origins = ["https://academy.example"]
    milestones = [10]
    events = "percent"
    """
    with town(tmp_path / "relay", file, **shared).started() as relay:
        relay.watch("by-key", 30, site="acme")
        relay.watch("same-name", 30, site="www")
        relay.watch("same-name", 30, site="academy")
        from_page = relay.post(
            {**_play("by-origin"), "playedPercent": 30}, origin="https://www.acme.example"
        )
        assert from_page.status_code == httpx.codes.ACCEPTED
        until("each has its own", lambda: len(one.kept()) == 4 and len(two.kept()) == 3)
        until("all is done", relay.idle)
        assert set(one.kept()) == {
            (session, event, value)
            for session in ("by-key", "by-origin")
            for event, value in (("media-played", "STARTED"), ("media-played-percent", "25"))
        }
        assert set(two.kept()) == {
            ("same-name", "media-played", "STARTED"),
            ("same-name", "media-played-percent", "25"),
            ("same-name", "media-played-percent", "10"),
        }
        assert {*one.kept().values(), *two.kept().values()} == {1}


def test_one_accounts_trouble_is_nobody_elses(tmp_path: Path, one: Sandbox, two: Sandbox) -> None:
    """Dead token, HubSpot away, spent limit, vanished store: the one that is well does not care."""
    file = "".join(
        (
            account("dead", one.address, "revoked"),
            account("away", f"http://127.0.0.1:{free_port()}", TOKEN),
            account("spent", one.address, TOKEN, "rate = 1"),
            account("gone", one.address, TOKEN),
            account("well", two.address, TOKEN),
        )
    )
    with town(tmp_path / "relay", file).started() as relay:
        (relay.data / "playrelay-gone.db").unlink()
        for name in ("dead", "away", "spent"):
            for number in range(3):
                relay.watch(f"{name}-{number}", 100, site=name)
        until(
            "the dead one rests",
            lambda: relay.metric("playrelay_account_paused", account="dead", reason="bad_token"),
        )
        until("a try", lambda: relay.metric("playrelay_hubspot_requests_total", account="away"))
        until(
            "its limit",
            lambda: relay.metric("playrelay_hubspot_quota_left", account="spent") == 0,
        )
        for number in range(5):
            relay.watch(f"well-{number}", 100, site="well")
        until("the well one's events", lambda: len(two.kept()) == 5 * 6)
        assert set(two.kept().values()) == {1}
        assert {session.partition("-")[0] for session, _, _ in two.kept()} == {"well"}
        for name in ("dead", "away"):
            kept = {each: _has(relay, name, each) for each in ("due", "waiting", "sending")}
            assert sum(kept.values()) == 3 * 6, kept

        answer = relay.post(_play("lost", site="gone"))
        assert answer.json()["reason"] == "store_unavailable"
        ready = relay.probe()
        assert ready.status_code == httpx.codes.OK
        assert (ready.json()["status"], [*ready.json()["accounts"]]) == ("degraded", ["gone"])
        assert relay.metric("playrelay_ready", account="gone") == 0
        assert relay.metric("playrelay_ready", account="well") == 1


def test_a_trouble_that_ends_costs_nothing(tmp_path: Path, one: Sandbox, two: Sandbox) -> None:
    """Waiting events are delivered once each when their account's HubSpot is back."""
    one.faults({"path": "/media-bridge/*", "status": 503})
    file = account("acme", one.address, TOKEN) + account("globex", two.address, TOKEN)
    with town(tmp_path / "relay", file).started() as relay:
        relay.watch("acme", 100, site="acme")
        until("a retry", lambda: relay.metric("playrelay_retries_total", account="acme"))
        relay.watch("globex", 100, site="globex")
        until("the other's events", lambda: len(two.kept()) == 6)
        one.faults()
        until("what waited", lambda: len(one.kept()) == 6)
        assert {*one.kept().values(), *two.kept().values()} == {1}


def test_without_tokens_each_has_a_sandbox(tmp_path: Path) -> None:
    """The demo page plays the first site, or the one that is asked for, and shows its account."""
    file = "[accounts.acme]\n[accounts.globex]\n"
    with town(tmp_path / "relay", file, sandbox="true").started() as relay:
        assert 'data-site="acme"' in httpx.get(f"{relay.address}/demo").text
        assert 'data-site="globex"' in httpx.get(f"{relay.address}/demo?site=globex").text
        assert httpx.get(f"{relay.address}/demo?site=nobody").status_code == httpx.codes.NOT_FOUND
        for site in ("acme", "globex"):
            relay.watch(site, 30, site=site)
            with httpx.stream("GET", f"{relay.address}/demo/events?site={site}") as stream:
                data = next(line for line in stream.iter_lines() if line.startswith("data: "))
            assert json.loads(data.removeprefix("data: "))["body"]["sessionId"] == site


def _play(session: str, **fields: object) -> dict[str, object]:
    return {
        "sessionId": session,
        "externalId": "film",
        "contactUtk": "0123456789abcdef0123456789abcde0",
        "pageUrl": "https://www.example.com/launch",
        **fields,
    }


def _has(relay: Relay, account: str, status: str) -> float:
    return relay.metric("playrelay_outbox_depth", account=account, status=status)
