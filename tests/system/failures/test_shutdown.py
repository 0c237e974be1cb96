"""SIGTERM: what is in flight is finished, what is not waits for the next start."""

from collections import Counter
from collections.abc import Callable

from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until


def test_what_is_in_flight_is_finished(relay_with: Callable[..., Relay], sandbox: Sandbox) -> None:
    """A stop waits for HubSpot's answers and writes them down: nothing is sent twice or lost."""
    sandbox.faults({"path": "/media-bridge/*", "latency_ms": 700})
    relay = relay_with().started()
    for number in range(5):
        relay.watch(f"session-{number}", 100)
    until(
        "they are under way", lambda: relay.metric("playrelay_outbox_depth", status="sending") == 4
    )
    relay.stop()
    statuses = Counter(status for (status,) in relay.rows("SELECT status FROM outbox"))
    assert statuses.keys() == {"delivered", "due"}
    assert statuses["delivered"] == sum(sandbox.kept().values()) >= 4
    sandbox.faults()
    relay.started()
    until("all is delivered", lambda: sum(sandbox.kept().values()) == 30)
    assert set(sandbox.kept().values()) == {1}
    assert "sends_interrupted" not in relay.said


def test_a_stop_leaves_nothing_open(relay_with: Callable[..., Relay]) -> None:
    """A relay that is stopped leaves no store behind that needs recovery."""
    relay = relay_with().started()
    relay.watch("session", 100)
    relay.stop()
    assert not relay.database.with_name("playrelay.db-wal").exists()
    assert "error" not in relay.said
