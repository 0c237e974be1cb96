"""The deployments that are tortured: one relay on SQLite, or replicas on a PostgreSQL."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from app.deliver.sender import LEASE_MS
from tests.processes.ports import free_port
from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.store.postgres.ask import ask
from tests.store.postgres.server import Server

SENDERS = 4
"""Of one process that delivers."""

UNFINISHED = """
    SELECT (SELECT count(*) FROM inbox),
        (SELECT count(*) FROM plays WHERE settles_at IS NOT NULL),
        (SELECT count(*) FROM outbox WHERE status IN ('due', 'sending')
            OR status = 'waiting' AND reason = 'lookup')
"""
"""Pings to fold, plays whose attention span is still to come, events to send."""


class Deployment(Protocol):
    """A few processes on one store."""

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses that accept pings."""
        ...

    def kill_one(self, rng: random.Random) -> None:
        """`kill -9` one of them at a random moment, and start it again."""
        ...

    def settle_down(self) -> None:
        """All of them run again."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the store."""
        ...


class OneRelay:
    """All roles in one process, on SQLite."""

    def __init__(self, relay: Relay, port: int) -> None:
        self._relay = relay
        self.addresses = [f"http://127.0.0.1:{port}"]

    def kill_one(self, rng: random.Random) -> None:
        """See `Deployment`."""
        self._relay.start()
        if rng.random() < 0.2:
            time.sleep(rng.uniform(0, 1))  # the random moment may lie in the start
        else:
            self._relay.up()
            time.sleep(rng.uniform(0, 0.8))
        self._relay.kill()

    def settle_down(self) -> None:
        """See `Deployment`."""
        self._relay.started()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `Deployment`."""
        return self._relay.rows(query)


class Replicas:
    """Two that collect and two that deliver, on PostgreSQL. The others go on when one is killed."""

    def __init__(self, relays: Sequence[Relay], addresses: Sequence[str], url: str) -> None:
        self._relays = relays
        self._url = url
        self._last_kill = 0.0
        self.addresses = addresses
        for relay in relays:
            relay.start()

    def kill_one(self, rng: random.Random) -> None:
        """See `Deployment`."""
        victim = rng.choice(self._relays)
        if rng.random() < 0.8:
            victim.up()
        time.sleep(rng.uniform(0, 0.8))
        victim.kill()
        self._last_kill = time.time() * 1000
        victim.start()

    def settle_down(self) -> None:
        """See `Deployment`. Age the leases of killed processes, which would take two minutes."""
        for relay in self._relays:
            relay.up()
        now = int(time.time() * 1000)
        last_lease = int(self._last_kill) + LEASE_MS
        age_leases = "UPDATE outbox SET lease_until = $1 WHERE lease_until <= $2"
        ask(self._url, age_leases, now, last_lease)
        age_questions = """
            UPDATE contacts SET ask_at = $1, ask_by = $1 WHERE asked_at IS NULL AND ask_by <= $2
        """
        ask(self._url, age_questions, now, last_lease)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `Deployment`."""
        return ask(self._url, query)


MakeDeployment = Callable[[Path, Sandbox, int], AbstractContextManager[Deployment]]
"""From a folder, HubSpot and the account's rate."""


@contextmanager
def one_relay(folder: Path, sandbox: Sandbox, rate: int) -> Iterator[Deployment]:
    """On SQLite."""
    port = free_port()
    settings = {"hubspot_rate": str(rate), "settle_seconds": "2"}
    with Relay(folder, sandbox.address, port=str(port), **settings) as relay:
        yield OneRelay(relay, port)


@contextmanager
def replicas(folder: Path, sandbox: Sandbox, rate: int) -> Iterator[Deployment]:
    """On a PostgreSQL of their own, which waits for its disk."""
    with ExitStack() as stack:
        url = stack.enter_context(Server(settings={})).url
        ports = [free_port() for _ in range(2)]
        relays = [
            stack.enter_context(
                Relay(
                    folder / f"{role}-{number}",
                    sandbox.address,
                    role=role,
                    port=str(ports[number]) if role == "collect" else "0",
                    database_url=url,
                    hubspot_rate=str(rate),
                    settle_seconds="2",
                )
            )
            for role in ("collect", "deliver")
            for number in range(2)
        ]
        yield Replicas(relays, [f"http://127.0.0.1:{port}" for port in ports], url)


DEPLOYMENTS: dict[str, MakeDeployment] = {"sqlite": one_relay, "postgres": replicas}
