"""Visitors of a relay whose store is in trouble, and what they may expect."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.processes.relay import Relay, ping
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until

PADDING = "x" * 15_000
"""What makes a ping large: room for a small one is found on many a full disk."""


class Visitors:
    """Send pings one after the other, and remember which were acknowledged."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._sent = 0
        self.acknowledged: list[str] = []

    def send(self) -> httpx.Response:
        """One more."""
        self._sent += 1
        session = f"session-{self._sent}"
        answer = self._relay.post(ping(session, 60, padding=PADDING))
        if answer.status_code == 202:
            self.acknowledged.append(session)
        return answer

    @property
    def milestones(self) -> Counter[tuple[str, str, str]]:
        """All that is to arrive, once each."""
        return Counter(
            (session, event, value)
            for session in self.acknowledged
            for event, value in (
                ("media-played", "STARTED"),
                ("media-played-percent", "25"),
                ("media-played-percent", "50"),
                ("media-played", "VIEWED"),
            )
        )


def refuses(relay: Relay, visitors: Visitors, reasons: set[str]) -> bool:
    """Neither a ping is taken nor is the relay ready; and both say it as they should.

    Asked at once, for each may take as long as the store waits for a lock.
    """
    with ThreadPoolExecutor() as pool:
        asked, probed = pool.submit(visitors.send), pool.submit(relay.probe)
        answer, ready = asked.result(), probed.result()
    if answer.status_code == 202 or ready.status_code == 200:
        return False
    assert answer.status_code == ready.status_code == 503
    assert answer.json()["reason"] == "store_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert ready.json()["reason"] in reasons
    assert httpx.get(f"{relay.address}/healthz").status_code == 200
    return True


def recovers(relay: Relay, visitors: Visitors, sandbox: Sandbox) -> None:
    """Ready, takes pings, and delivers all that it ever acknowledged, once each."""
    until("it is ready again", lambda: relay.probe().status_code == 200)
    until("it takes pings again", lambda: visitors.send().status_code == 202)
    until("all is delivered", lambda: sandbox.kept() == visitors.milestones)
    until("all is settled", relay.idle)
