"""A 202 means that the ping is on disk, byte by byte; any other answer that nothing is kept."""

import gzip
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from structlog.testing import capture_logs

from app.collect.endpoint import RETRY_AFTER_SECONDS
from app.collect.problem import PING_REASONS
from app.store.sqlite import files
from tests.processes.waiting import until
from tests.system.collect.test_progress import PATH, PLAY, SITE, play, problem
from tests.system.live.relay import live_relay, settings_for


class CollectingRelay(NamedTuple):
    """A relay that only collects, so that what it keeps stays where it can be seen."""

    client: httpx.Client
    path: Path

    def kept(self) -> list[tuple[str | None, bytes]]:
        """Referer and body of every ping in the inbox, as another process sees them."""
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute("SELECT referer, body FROM inbox ORDER BY id").fetchall()


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CollectingRelay]:
    """Its database lies where it says; it waits for locks but a moment."""
    monkeypatch.setattr(files, "BUSY_SECONDS", 0.05)
    settings = settings_for(tmp_path, role="collect", allowed_origins=(SITE["origin"],))
    with live_relay(settings) as live:
        yield CollectingRelay(live.client, tmp_path / "playrelay.db")


def test_what_was_accepted_is_on_disk(relay: CollectingRelay) -> None:
    """When the answer is there, so is the ping: unchanged, with the Referer it came with."""
    body = b'  {"sessionId": "s", "externalId": "\xc3\xa9", "new": [1.50]}\n'
    answer = relay.client.post(PATH, content=body, headers={"referer": "https://a.example/b"})
    assert answer.status_code == 202
    assert relay.kept() == [("https://a.example/b", body)]


def test_a_batch_with_faults_is_kept_as_it_came(relay: CollectingRelay) -> None:
    """Rejected plays are named in the answer; accepted ones are read from the same body again."""
    batch = {"plays": [play(), {"broken": True}]}
    assert relay.client.post(PATH, json=batch).json()["accepted"] == 1
    ((_, body),) = relay.kept()
    assert json.loads(body) == batch


def test_a_batch_of_faults_alone_is_refused(relay: CollectingRelay) -> None:
    """A batch without any valid play gets no 202, and the answer names each play's fault."""
    answer = relay.client.post(PATH, json={"plays": [play(sessionId=5), 7]})
    body = problem(answer)
    assert (body["status"], body["reason"]) == (422, "invalid")
    assert [fault["index"] for fault in body["rejected"]] == [0, 1]
    assert relay.kept() == []


def test_an_empty_batch_keeps_nothing(relay: CollectingRelay) -> None:
    """There is nothing to keep, and nothing wrong."""
    assert relay.client.post(PATH, json={"plays": []}).json() == {"accepted": 0, "rejected": []}
    assert relay.kept() == []


REFUSED: dict[str, dict[str, Any]] = {
    "bad_json": {"content": b"{"},
    "invalid": {"json": {"sessionId": "s"}},
    "unsupported_media_type": {"content": gzip.compress(b"{}")},
    "origin_not_allowed": {"json": PLAY, "headers": {"origin": "https://evil.example"}},
    "method_not_allowed": {"json": PLAY, "method": "PUT"},
}


def test_what_was_refused_left_nothing(relay: CollectingRelay) -> None:
    """No refusal keeps anything, each has its reason, and each is counted by it."""
    for reason, request in REFUSED.items():
        answer = relay.client.request(**{"method": "POST", "url": PATH, **request})
        body = problem(answer)
        assert body["reason"] == reason
        assert set(body) - {"rejected"} == {"title", "status", "detail", "reason", "instance"}
        assert body["title"]
        assert body["detail"]
    assert relay.kept() == []
    relay.client.post(PATH, json={"plays": [play(), play(), 7]})
    metrics = relay.client.get("/metrics").text
    for outcome in ("accepted", *REFUSED):
        assert f'playrelay_pings_total{{outcome="{outcome}"}} 1.0' in metrics
    assert 'playrelay_plays_received_total{outcome="accepted"} 2.0' in metrics
    assert 'playrelay_plays_received_total{outcome="invalid"} 1.0' in metrics


def test_every_reason_is_reached_by_a_test() -> None:
    """A new reason code needs a test: those below have theirs elsewhere."""
    elsewhere = {"rate_limited", "store_unavailable", "store_full", "internal"}
    assert set(PING_REASONS) == REFUSED.keys() | elsewhere


def test_an_outage_is_logged_once_a_second(relay: CollectingRelay) -> None:
    """An outage is logged once a second, whatever arrives: the log's disk may be full as well."""
    moved = relay.path.with_suffix(".moved")
    relay.path.rename(moved)
    began = int(time.time())
    with capture_logs() as logs:
        for _ in range(50):
            assert relay.client.post(PATH, json=PLAY, headers=SITE).status_code == 503
    seconds = int(time.time()) - began + 1
    moved.rename(relay.path)
    lines = [each for each in logs if each["event"] == "store_unavailable"]
    assert 0 < len(lines) <= seconds
    assert all(each["fault"] and each["advice"] for each in lines)
    assert sum(each["count"] for each in lines) <= 50


def test_a_store_that_can_not_commit(relay: CollectingRelay) -> None:
    """Nothing is acknowledged, the client is told when to retry, and later pings are accepted."""
    with closing(sqlite3.connect(relay.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = relay.client.post(PATH, json=PLAY, headers=SITE)
        assert problem(answer)["reason"] == "store_unavailable"
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == str(RETRY_AFTER_SECONDS)
        assert answer.headers["access-control-allow-origin"] == SITE["origin"]
        assert answer.headers["access-control-expose-headers"] == "Retry-After"
        ready = relay.client.get("/readyz")
        assert (ready.status_code, ready.json()["reason"]) == (503, "locked")
        assert relay.client.get("/healthz").status_code == 200
        other.execute("ROLLBACK")
    assert relay.kept() == []
    until("it is ready", lambda: relay.client.get("/readyz").status_code == 200)
    assert relay.client.post(PATH, json=PLAY).status_code == 202
    assert len(relay.kept()) == 1
    assert 'playrelay_store_errors_total{fault="locked"}' in relay.client.get("/metrics").text


def test_half_an_emoji_costs_no_ping(relay: CollectingRelay) -> None:
    """A title that a script cut in the middle of an emoji is kept, and can be read again."""
    body = json.dumps(play(pageName="Launch \ud83d"))
    assert relay.client.post(PATH, content=body).status_code == 202
    assert relay.kept() == [(None, body.encode())]
