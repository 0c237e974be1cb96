"""HubSpot's own rate, on the real clock, through a kill."""

from collections import Counter
from collections.abc import Callable

from app.runtime.workers import SENDERS
from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until

RATE = 110


def test_the_rate_holds_through_a_kill(relay_with: Callable[..., Relay], sandbox: Sandbox) -> None:
    """HubSpot gets at most 110 requests for 200 due events in any 10 s, whichever process sends."""
    sandbox.reset(rate=RATE)
    relay = relay_with(hubspot_rate=str(RATE), events="percent").started()
    for number in range(50):
        relay.watch(f"session-{number}", 100)
    until("it is in the midst of it", lambda: len(sandbox.kept()) > RATE / 2)
    relay.kill()
    relay.started()
    until("all is delivered", lambda: len(sandbox.kept()) == 200)
    arrivals = sorted(seen["arrived_ms"] for seen in sandbox.requests())
    windows = [sum(begin <= time < begin + 10_000 for time in arrivals) for begin in arrivals]
    assert max(windows) <= RATE
    statuses = Counter(seen["status"] for seen in sandbox.requests())
    # Whoever was killed in the midst of a request did not wait for its answer.
    assert statuses[None] <= SENDERS
    assert statuses.keys() <= {200, None}
    assert sum(sandbox.kept().values()) <= 200 + SENDERS
