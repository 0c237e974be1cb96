"""The address of a play that a custom event names leads to that play in the console."""

from pathlib import Path

from app.domain.destination import DESTINATIONS
from tests.processes.waiting import until
from tests.system.console.setting import HTML
from tests.system.live.relay import live_relay, settings_for

ADDRESS = "https://relay.example.com"
CONTACT = "0" * 32


def test_an_event_leads_to_its_play(tmp_path: Path) -> None:
    """An event contains a link to its play, if an operator allows it, for any session id."""
    settings = settings_for(
        tmp_path, public_url=ADDRESS, play_links=True, destinations=DESTINATIONS
    )
    session = "a&b=ü"
    play = {"sessionId": session, "externalId": "film", "contactUtk": CONTACT}
    seen = {"duration": 4, "watched": [[1, 1], [3, 1], [0, 2]], "playedPercent": 50}
    page = {"pageUrl": "https://x.test/c"}
    with live_relay(settings) as live:
        (account,) = live.app.state.relay.accounts.values()
        assert live.client.post("/v1/progress", json=play | seen | page).status_code == 202
        kept = account.sandbox.custom_events
        until("a custom event arrived", lambda: len(kept) > 0)
        address = kept[0].body["properties"]["play_url"]
        assert address.startswith(f"{ADDRESS}/console/play?session=a%26b")
        found = live.client.get(address.removeprefix(ADDRESS), headers=HTML)
    assert f"session <code>{session.replace('&', '&amp;')}</code>" in found.text
    assert 'class="strip"' in found.text
