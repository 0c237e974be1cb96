"""The account's rate, shared by replicas and measured where the requests arrive."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

from app.store.postgres.database import open_postgres
from app.store.records import InboxPing
from tests.processes.relay import CONTACT, Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until
from tests.store.postgres.ask import fresh_database
from tests.store.setting import NOW, body, policy

RATE = 200
BACKLOG = 450
USED = 0.95
TWO_WINDOWS_MS = 20_000


async def fill(url: str) -> None:
    """Pings that earn an event each."""
    store = await open_postgres(url, policy("passthrough"))
    for number in range(BACKLOG):
        ping = body(sessionId=f"s{number}", contactUtk=CONTACT, playedPercent=25)
        await store.inbox.append(InboxPing(NOW, None, ping))
    await store.close()


def arrived(sandbox: Sandbox) -> list[int]:
    """When each event arrived, in ms."""
    return sorted(kept["arrived_ms"] for kept in sandbox.events())


def test_replicas_share_the_limit_and_use_it(tmp_path: Path) -> None:
    """Two that deliver a backlog never send more than the rate in any 10 s, and nearly that."""
    url = fresh_database()
    asyncio.run(fill(url))
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(tmp_path / "sandbox", rate=RATE))
        sandbox.start()
        sandbox.up()
        for number in range(2):
            relay = Relay(
                tmp_path / str(number),
                sandbox.address,
                database_url=url,
                role="deliver",
                identity="passthrough",
                events="percent",
                hubspot_rate=str(RATE),
            )
            stack.enter_context(relay).start()
        enough = int(USED * 2 * RATE)
        until("two windows are used", lambda: len(sandbox.events()) >= enough)
        times = arrived(sandbox)
        assert times[enough - 1] - times[0] <= TWO_WINDOWS_MS
        assert sandbox.state()["peak_in_window"] <= RATE
        assert sandbox.state()["statuses"].keys() <= {"200"}
