"""The sample plays of `make dev` fill the console."""

import time
from pathlib import Path

from tests.system.live.relay import live_relay, settings_for
from tools.sample import PLAYS, send


def test_a_relay_takes_all_sample_plays(tmp_path: Path) -> None:
    """Each is accepted, also when they are sent again."""
    with live_relay(settings_for(tmp_path)) as live:
        address, now = str(live.client.base_url), int(time.time() * 1000)
        assert send(address, now) == PLAYS
        assert send(address, now) == PLAYS
