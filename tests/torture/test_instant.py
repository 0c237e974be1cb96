"""`kill -9` at the one instant that matters most: when a ping has just been answered."""

from pathlib import Path

from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until

ROUNDS = 6


def test_an_answer_outlives_a_kill_at_that_very_instant(tmp_path: Path) -> None:
    """A relay killed as soon as it has answered 202 has the ping on disk, each time."""
    with Sandbox(tmp_path / "sandbox") as sandbox:
        sandbox.start()
        sandbox.up()
        with Relay(tmp_path / "relay", sandbox.address, events="percent") as relay:
            for number in range(ROUNDS):
                relay.started()
                relay.watch(f"session-{number}", 25)
                relay.kill()
            relay.started()
            until("all arrived", lambda: len(sandbox.kept()) == ROUNDS)
