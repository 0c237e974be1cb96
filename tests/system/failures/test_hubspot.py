"""HubSpot in trouble, over real connections: down, cutting them, refusing what it is sent."""

import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from tests.processes.ports import free_port
from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until

RelayWith = Callable[..., Relay]
OF_A_VIEW = ["STARTED", "25", "50", "VIEWED", "75", "100"]


def _by_session(sandbox: Sandbox) -> dict[str, list[str]]:
    """The values that arrived of each session, in order of arrival."""
    arrived = [(kept["body"]["sessionId"], kept["body"]) for kept in sandbox.events()]
    arrived.sort(key=lambda each: each[0])  # stable: the order of arrival stays
    return {
        session: [str(body.get("state", body.get("playedPercent"))) for _, body in bodies]
        for session, bodies in groupby(arrived, key=lambda each: each[0])
    }


def test_hubspot_is_down_and_comes_back(tmp_path: Path, relay_with: RelayWith) -> None:
    """Pings of the outage arrive in order within each session, after few attempts."""
    port = free_port()
    relay = relay_with(f"http://127.0.0.1:{port}").started()
    for percent in (0, 30, 55, 80, 100):
        for number in range(20):
            relay.watch(f"session-{number}", percent)
    unreachable = {"status": "unreachable"}
    requests = "playrelay_hubspot_requests_total"
    until("it has tried a few times", lambda: relay.metric(requests, **unreachable) >= 3)
    tried = relay.metric(requests, **unreachable)
    with Sandbox(tmp_path / "late", port=port) as late:
        late.start()
        late.up()
        until("all is delivered", lambda: sum(late.kept().values()) == 120)
        tried_in_vain = relay.metric(requests, **unreachable)
        assert _by_session(late) == {f"session-{number}": OF_A_VIEW for number in range(20)}
        times = [kept["body"]["occurredTimestamp"] for kept in late.events()]
        assert max(times) < min(kept["arrived_ms"] for kept in late.events())
    assert tried < 20
    assert tried_in_vain < 40


def test_connections_that_break_before_the_request(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A request that HubSpot never read is sent again: each event arrives once, in order."""
    sandbox.faults({"path": "/media-bridge/*", "drop": "before", "every": 3, "times": 6})
    relay = relay_with().started()
    for number in range(4):
        relay.watch(f"session-{number}", 100)
    until("all is delivered", lambda: relay.idle() and sum(sandbox.kept().values()) >= 24)
    assert _by_session(sandbox) == {f"session-{number}": OF_A_VIEW for number in range(4)}


def test_connections_that_break_after_it(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A request whose answer was lost is sent again: that event twice, all others once."""
    sandbox.faults({"path": "/media-bridge/*", "drop": "after", "every": 4, "times": 3})
    relay = relay_with().started()
    relay.watch("session", 100)
    until("all is delivered", lambda: relay.idle() and len(sandbox.kept()) == 6)
    assert sorted(sandbox.kept().values())[:3] == [1, 1, 1]
    assert sum(sandbox.kept().values()) <= 9


def test_a_pause_that_hubspot_asks_for(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """After a 429 with Retry-After no request comes before that time has passed."""
    sandbox.faults({"path": "/media-bridge/*", "status": 429, "retry_after": 2, "times": 1})
    relay = relay_with().started()
    relay.watch("session", 100)
    until("all is delivered", lambda: len(sandbox.kept()) == 6)
    answers = {seen["status"]: seen["arrived_ms"] for seen in reversed(sandbox.requests())}
    refused = answers[429]
    later = [seen["arrived_ms"] for seen in sandbox.requests() if seen["arrived_ms"] > refused]
    assert min(later) - refused >= 2000
    assert relay.metric("playrelay_account_paused") == 0


def test_what_hubspot_rejects_is_kept_for_a_person(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A 400 costs its own event alone; a person sees why, and requeues or discards it."""
    refusal = {"category": "VALIDATION_ERROR", "message": "no such media", "correlationId": "c-1"}
    sandbox.faults({"path": "*/media-played-percent", "status": 400, "body": refusal, "times": 2})
    relay = relay_with().started()
    relay.watch("session", 60)
    until("the rest is delivered", lambda: relay.idle() and len(sandbox.kept()) == 2)
    rejected = relay.verb("outbox", "list", "--status", "rejected").stdout.splitlines()
    second, first = [line.split()[0] for line in rejected]

    shown = json.loads(relay.verb("outbox", "show", first).stdout)
    assert shown["answer"] == {
        "reason": "refused",
        "http_status": 400,
        "category": "VALIDATION_ERROR",
        "message": "no such media",
        "correlation_id": "c-1",
    }
    assert relay.verb("outbox", "requeue", first).returncode == 0
    assert relay.verb("outbox", "discard", second).returncode == 0
    until("the one is delivered", lambda: len(sandbox.kept()) == 3)
    assert ("session", "media-played-percent", "25") in sandbox.kept()
    assert ("session", "media-played-percent", "50") not in sandbox.kept()
    assert relay.metric("playrelay_outbox_depth", status="discarded") == 1


def test_an_answer_that_names_nobody(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A 200 without a media object is no success: the event is kept as rejected."""
    sandbox.reset(unknown_media="silent")
    relay = relay_with(events="percent").started()
    relay.watch("session", 25)
    until(
        "it is rejected",
        lambda: relay.metric("playrelay_outbox_depth", status="rejected") == 1,
    )
    (line,) = relay.verb("outbox", "list").stdout.splitlines()
    assert line.endswith("incomplete")


def test_a_token_that_is_mended(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A wrong token rejects no event; restarted with a good one the relay delivers all."""
    relay = relay_with(hubspot_access_token="nobodys").started()
    relay.watch("session", 100)
    until("it rests", lambda: relay.metric("playrelay_account_paused", reason="bad_token") == 1)
    assert {seen["status"] for seen in sandbox.requests()} == {401}
    assert relay.probe().status_code == 200
    relay.stop()
    relay.settings["PLAYRELAY_HUBSPOT_ACCESS_TOKEN"] = "sandbox-access-token"
    relay.started()
    until("all is delivered", lambda: _by_session(sandbox) == {"session": OF_A_VIEW})
