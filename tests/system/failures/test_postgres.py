"""A PostgreSQL that goes away under a running relay: it says so, loses nothing, and recovers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import pytest

from tests.processes.relay import Relay, ping
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until
from tests.store.postgres.ask import ask
from tests.store.postgres.server import Server
from tests.store.postgres.shared import expect_postgres
from tests.system.failures.trouble import Visitors, recovers, refuses

RelayWith = Callable[..., Relay]
DEPTH = "playrelay_outbox_depth"

CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'playrelay'
"""


@pytest.fixture(scope="module")
def running_server() -> Iterator[Server]:
    """A PostgreSQL that waits for its disk, and may be stopped."""
    expect_postgres()
    with Server(settings={}) as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The same, empty."""
    ask(running_server.url, "DROP SCHEMA IF EXISTS playrelay CASCADE")
    return running_server


@contextmanager
def read_only(server: Server) -> Iterator[None]:
    """As a primary that has become a standby: it takes connections and no writes."""
    ask(server.url, "ALTER SYSTEM SET default_transaction_read_only = on")
    ask(server.url, "SELECT pg_reload_conf()")
    yield
    server.stop()
    server.start(default_transaction_read_only="off")
    ask(server.url, "ALTER SYSTEM RESET default_transaction_read_only")


def test_a_server_that_is_stopped(server: Server, relay_with: RelayWith, sandbox: Sandbox) -> None:
    """Without its server the relay takes no pings and says why; with it all arrives, once each."""
    relay = relay_with(database_url=server.url).started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    server.stop()
    until("it refuses", lambda: refuses(relay, visitors, {"unreachable"}))
    server.start()
    recovers(relay, visitors, sandbox)
    relay.says("can't be reached")


def test_a_server_that_crashes(server: Server, relay_with: RelayWith, sandbox: Sandbox) -> None:
    """Acknowledged pings are in the log of a server that is killed, and are there afterwards."""
    relay = relay_with(database_url=server.url, role="collect").started()
    visitors = Visitors(relay)
    for _ in range(20):
        assert visitors.send().status_code == 202
    server.kill()
    server.start()
    assert ask(server.url, "SELECT count(*) FROM inbox") == [(20,)]
    relay.stop()
    deliverer = relay_with(database_url=server.url).started()
    until("all is delivered", lambda: sandbox.kept() == visitors.milestones)
    until("all is settled", deliverer.idle)


def test_a_server_that_takes_no_writes(
    server: Server, relay_with: RelayWith, sandbox: Sandbox
) -> None:
    """While the server is a standby pings get 503; once there is a primary all arrives, once."""
    relay = relay_with(database_url=server.url).started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    with read_only(server):
        until("it refuses", lambda: refuses(relay, visitors, {"read_only"}))
    recovers(relay, visitors, sandbox)
    relay.says("it is a standby, or set to read-only")


def test_connections_that_are_cut_again_and_again(
    server: Server, relay_with: RelayWith, sandbox: Sandbox
) -> None:
    """Under load, with all connections cut ten times, each acknowledged ping arrives once."""
    relay = relay_with(database_url=server.url, events="percent").started()
    sent: list[str] = []
    acknowledged: list[str] = []
    over = threading.Event()

    def visit(name: str) -> None:
        with httpx.Client(base_url=relay.address, timeout=30) as http:
            while not over.is_set():
                sent.append(session := f"{name}-{len(sent)}")
                if http.post("/v1/progress", json=ping(session, 25)).status_code == 202:
                    acknowledged.append(session)

    threads = [threading.Thread(target=visit, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for cut in range(10):
        ask(server.url, CUT)
        until("pings are taken again", partial(_more_than, acknowledged, 5 * cut))
    over.set()
    for thread in threads:
        thread.join()
    due = Counter((session, "media-played-percent", "25") for session in acknowledged)
    until("all is delivered", lambda: sandbox.kept() >= due and relay.idle())
    kept = sandbox.kept()
    assert {session for session, _, _ in kept} <= set(sent)
    assert max(kept.values()) == 1


def _more_than(some: list[str], count: int) -> bool:
    return len(some) > count


def test_an_answer_that_cannot_be_written_down(
    server: Server, relay_with: RelayWith, sandbox: Sandbox
) -> None:
    """Events that HubSpot took while the server was away are not sent again."""
    sandbox.faults({"path": "/media-bridge/*", "latency_ms": 2000})
    relay = relay_with(database_url=server.url, events="percent").started()
    for number in range(4):
        relay.watch(f"session-{number}", 25)
    until("they are under way", lambda: relay.metric(DEPTH, status="sending") == 4)
    server.stop()
    until("HubSpot has them", lambda: sum(sandbox.kept().values()) == 4)
    relay.says("answer_waits_for_store")
    server.start()
    until("they are settled", lambda: relay.metric(DEPTH, status="delivered") == 4)
    assert set(sandbox.kept().values()) == {1}


def test_a_start_without_a_server(server: Server, relay_with: RelayWith) -> None:
    """The relay does not start, and says in a line what is wrong, but not the password."""
    url = server.url.replace("postgres@", "somebody:secret-word@")
    server.stop()
    relay = relay_with(database_url=url)
    relay.start()
    assert relay.ended() == 1
    server.start()
    (line,) = relay.said_lately.strip().splitlines()
    assert "can't be reached" in line
    assert "secret-word" not in line
