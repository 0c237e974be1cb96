"""Relays killed again and again under load, and what is left when all is over."""

import os
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes.sandbox import Milestone, Sandbox, milestone_of
from tests.processes.waiting import until
from tests.torture.deployments import UNFINISHED, Deployment, MakeDeployment
from tests.torture.load import Visitors
from tests.torture.truth import Session

KILLS = int(os.environ.get("PLAYRELAY_TORTURE_KILLS", "6"))
SEED = os.environ.get("PLAYRELAY_TORTURE_SEED") or secrets.token_hex(4)
RATE = 800
"""Requests in 10 s: low enough to be felt."""

CONTACTS = {f"{number:031x}c": 100 + number for number in range(24)}
STRANGERS = [f"{number:031x}5" for number in range(8)]


@dataclass
class Aftermath:
    """The state after all is over. Times in ms since the epoch."""

    sessions: dict[str, Session]
    kills: list[float]
    attempts: dict[Milestone, int]
    arrived: list[dict[str, Any]]
    state: dict[str, Any]
    deployment: Deployment
    seconds: float
    of: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.of = {name: [] for name in self.sessions}
        for kept in self.arrived:
            self.of[kept["body"]["sessionId"]].append(kept)

    @property
    def arrivals(self) -> dict[Milestone, list[int]]:
        """When each milestone arrived, each time it did."""
        found: dict[Milestone, list[int]] = {}
        for kept in self.arrived:
            found.setdefault(milestone_of(kept), []).append(kept["arrived_ms"])
        return found

    @property
    def interrupted(self) -> int:
        """The number of events that a killed sender held."""
        return sum(self.attempts.values()) - len(self.attempts)

    @property
    def repeats(self) -> int:
        """The number of events that arrived again."""
        return len(self.arrived) - len(self.arrivals)

    def __str__(self) -> str:
        acknowledged = sum(len(each.acknowledged) for each in self.sessions.values())
        uncertain = sum(len(each.uncertain) for each in self.sessions.values())
        return (
            f"seed {SEED}: {len(self.kills)} kills in {self.seconds:.0f} s, "
            f"{len(self.sessions)} sessions, {acknowledged} plays acknowledged, {uncertain} cut "
            f"off, {len(self.arrivals)} milestones, {self.interrupted} in flight at kills, "
            f"{self.repeats} repeated, peak {self.state['peak_in_window']} of {RATE} in 10 s"
        )


def torture(folder: Path, make: MakeDeployment) -> Iterator[Aftermath]:
    """Kill `KILLS` times, let the deployment deliver what is left, and yield."""
    with Sandbox(folder / "sandbox", rate=RATE) as sandbox:
        sandbox.start()
        sandbox.up()
        sandbox.world(utks=CONTACTS, demo_visitors=False)
        # Slow enough for kills to find requests in flight.
        sandbox.faults({"path": "/media-bridge/*", "latency_ms": 15})
        with make(folder / "relay", sandbox, RATE) as deployment:
            began = time.monotonic()
            sessions, kills = _kill_repeatedly(deployment)
            # Between kills more arrives than the limit lets through.
            until("all is delivered", lambda: _quiet(deployment), seconds=120 + 3 * KILLS)
            yield Aftermath(
                sessions,
                kills,
                _attempts(deployment),
                sandbox.events(),
                sandbox.state(),
                deployment,
                time.monotonic() - began,
            )


def _kill_repeatedly(deployment: Deployment) -> tuple[dict[str, Session], list[float]]:
    rng = random.Random(SEED)  # noqa: S311 - repeatable
    kills: list[float] = []
    with Visitors(deployment.addresses, [*CONTACTS, *STRANGERS], SEED, pause=0.06) as visitors:
        for _ in range(KILLS):
            deployment.kill_one(rng)
            kills.append(time.time() * 1000)
        deployment.settle_down()
    return visitors.sessions, kills


def _quiet(deployment: Deployment) -> bool:
    """No ping to fold, no event to send, no play whose attention span is still to come."""
    return deployment.rows(UNFINISHED) == [(0, 0, 0)]


def _attempts(deployment: Deployment) -> dict[Milestone, int]:
    """The number of times that the store has handed each milestone to a sender."""
    query = """
        SELECT p.session, o.event, o.value, o.attempts
        FROM outbox o JOIN plays p ON p.id = o.play WHERE o.status = 'delivered'
    """
    return {
        (session, event, value): tries for session, event, value, tries in deployment.rows(query)
    }
