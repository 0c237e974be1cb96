"""Real relays tell a real receiver what is wrong, once, and when it is good again."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app.runtime.clock import now_ms
from tests.processes.receiver import Answer, Receiver
from tests.processes.relay import Relay
from tests.processes.waiting import until
from tests.store.postgres.ask import ask, fresh_database

NOWHERE = "http://127.0.0.1:9"
SET_ASIDE = f"""
    INSERT INTO quarantine (received_at, body, fault) VALUES ({now_ms()}, '', 'x')
"""  # noqa: S608 - ours
PUT_BACK = "DELETE FROM quarantine"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """It takes everything."""
    with Receiver() as receiver:
        yield receiver


def relay_of(folder: Path, receiver: Receiver, **settings: str) -> Relay:
    """One that tells at once; nothing runs yet."""
    return Relay(
        folder,
        NOWHERE,
        alert_webhook_url=f"{receiver.address}/services/hunter2",
        alert_after_seconds="0",
        **settings,
    )


def change(relay: Relay, statement: str) -> None:
    """Change the store's file beside the relay."""
    with closing(sqlite3.connect(relay.database, timeout=20)) as db, db:
        db.execute(statement.replace("''", "x''"))


def reported(bodies: list[Any]) -> list[tuple[str, str]]:
    """The state that each message reports of each piece of advice."""
    return [(each["state"], each["key"]) for body in bodies for each in body["sentences"]]


def test_what_is_wrong_is_told_once_and_when_it_is_over(tmp_path: Path, receiver: Receiver) -> None:
    """A restart in between repeats nothing, and no log names the address."""
    with relay_of(tmp_path, receiver) as relay:
        relay.started()
        change(relay, SET_ASIDE)
        (body,) = receiver.bodies(1)
        assert body["title"] == "playrelay: 1 ping could not be processed."
        relay.stop()
        relay.started()
        change(relay, PUT_BACK)
        assert reported(receiver.bodies(2)) == [("bad", "quarantined"), ("good", "quarantined")]
        delivered = {"channel": "webhook", "outcome": "delivered"}
        until("it is counted", lambda: relay.metric("playrelay_alerts_total", **delivered) == 1)
        assert "hunter2" not in relay.said


def test_a_failure_is_retried_and_shown(tmp_path: Path, receiver: Receiver) -> None:
    """A metric and doctor show a failure, without the address; pings are accepted meanwhile."""
    receiver.answer = Answer(404, b"Cannot POST /services/hunter2")
    with relay_of(tmp_path, receiver) as relay:
        relay.started()
        change(relay, SET_ASIDE)
        failed = {"channel": "webhook", "outcome": "failed"}
        until("it is counted", lambda: relay.metric("playrelay_alerts_total", **failed) == 1)
        relay.watch("a-session", 50)
        said = relay.verb("doctor").stdout
        assert "alerts     webhook: the last message was refused" in said
        assert "1 message waits: 404 Not Found" in said
        assert "hunter2" not in relay.said + said


def test_a_receiver_that_does_not_answer_holds_up_nothing(
    tmp_path: Path, receiver: Receiver
) -> None:
    """A receiver that does not answer delays neither pings nor the end of the relay."""
    receiver.answer = Answer(held=receiver.holding())
    with relay_of(tmp_path, receiver) as relay:
        relay.started()
        change(relay, SET_ASIDE)
        receiver.bodies(1)
        relay.watch("a-session", 50)
        until("it is folded", lambda: relay.metric("playrelay_folded_pings_total") == 1)
        relay.stop()
        assert "late" not in relay.said_lately


def test_one_of_several_relays_tells(tmp_path: Path, receiver: Receiver) -> None:
    """Two replicas on PostgreSQL, and one process that only collects."""
    url = fresh_database()
    with ExitStack() as stack:
        relays = [
            stack.enter_context(relay_of(tmp_path / role, receiver, database_url=url, role=role))
            for role in ("all", "deliver", "collect")
        ]
        for relay in relays:
            relay.started()
        ask(url, SET_ASIDE)
        receiver.bodies(1)
        ask(url, PUT_BACK)
        receiver.bodies(2)
        ask(url, SET_ASIDE)
        bodies = receiver.bodies(3)
        assert [state for state, _ in reported(bodies)] == ["bad", "good", "bad"]
        counted = {"channel": "webhook", "outcome": "delivered"}
        until(
            "all are counted",
            lambda: sum(each.metric("playrelay_alerts_total", **counted) for each in relays) == 3,
        )


def test_a_process_that_only_collects_tells_too(tmp_path: Path, receiver: Receiver) -> None:
    """It is the one that is left where nobody delivers."""
    with relay_of(tmp_path, receiver, role="collect") as relay:
        relay.started()
        change(relay, SET_ASIDE)
        assert reported(receiver.bodies(1)) == [("bad", "quarantined")]


def test_a_sample_says_what_was_answered(tmp_path: Path, receiver: Receiver) -> None:
    """`playrelay alert test`: a line for the webhook, and the exit status."""
    with relay_of(tmp_path, receiver, alert_webhook_format="slack") as relay:
        taken = relay.verb("alert", "test")
        assert (taken.returncode, taken.stdout) == (0, "ok   webhook: 200 OK: ok\n")
        assert receiver.posted[0].body["text"] == "playrelay: this is a test"
        receiver.answer = Answer(403, b"action_prohibited")
        refused = relay.verb("alert", "test")
        assert refused.returncode == 1
        assert refused.stdout == (
            "FAIL webhook: 403 Forbidden: action_prohibited (see PLAYRELAY_ALERT_WEBHOOK_URL)\n"
        )
        nobody = relay.verb(
            "alert", "test", PLAYRELAY_ALERT_WEBHOOK_URL="", PLAYRELAY_ALERT_WEBHOOK_FORMAT=""
        )
        assert nobody.returncode == 2
        assert nobody.stderr.startswith("PLAYRELAY_ALERT_WEBHOOK_URL: set the webhook, or")
