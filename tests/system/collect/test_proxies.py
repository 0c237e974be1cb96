"""Behind a proxy the address that counts is the one the proxy names, if the proxy is believed."""

from pathlib import Path

from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import live_relay, settings_for


def test_a_trusted_proxy_tells_visitors_apart(tmp_path: Path) -> None:
    """Each forwarded address has a limit of its own; what a client adds in front is ignored."""
    settings = settings_for(tmp_path, pings_per_minute=1, trusted_proxies=("127.0.0.1",))
    with live_relay(settings) as live:

        def status(forwarded: str) -> int:
            headers = {"x-forwarded-for": forwarded}
            return live.client.post(PATH, json=PLAY, headers=headers).status_code

        assert [status("192.0.2.1"), status("192.0.2.2")] == [202, 202]
        assert [status("192.0.2.1"), status("203.0.113.9, 192.0.2.2")] == [429, 429]
