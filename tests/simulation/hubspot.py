"""HubSpot's side: the real sandbox, whose account changes with the truth."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from app.hubspot.custom_events import NAME, PROPERTIES
from app.sandbox.app import create_sandbox
from app.sandbox.config import Credentials, SandboxConfig
from app.sandbox.faults import Fault
from app.sandbox.ledger import Ledger
from app.sandbox.state import Sandbox
from tests.simulation.clock import VirtualLoop
from tests.simulation.visitors import Truth

CREDENTIALS = Credentials(access_token="pat-simulated")


@dataclass(frozen=True, slots=True)
class FaultPeriod:
    """From `begin` to `end`, in seconds of the run, HubSpot answers by these rules.

    `changes`: fields of `SandboxConfig` that differ meanwhile.
    """

    begin: float
    end: float
    faults: tuple[Fault, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of HubSpot that are not documented, and other variations.

    `changes`: fields of `SandboxConfig`. `fault_periods`: in order, none within another.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    fault_periods: tuple[FaultPeriod, ...] = ()


@dataclass(frozen=True, slots=True)
class HubSpot:
    """`app` takes the requests; the rest is what a referee looks at."""

    app: FastAPI
    sandbox: Sandbox
    ledger: Ledger


class Known(Mapping[Any, int]):
    """Facts that hold from a time on, in seconds of the run: key → (value, since)."""

    def __init__(self, facts: Mapping[Any, tuple[int, float]], loop: VirtualLoop) -> None:
        self._facts = facts
        self._loop = loop

    def __getitem__(self, key: object) -> int:
        value, since = self._facts[key]
        if since > self._loop.time():
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[Any]:
        return (key for key, (_, since) in self._facts.items() if since <= self._loop.time())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def open_hubspot(truth: Truth, answers: Answers, loop: VirtualLoop, rng: Random) -> HubSpot:
    """An account that knows all of `truth`, each part from its time on."""
    ledger = Ledger(maxlen=10_000_000)
    media = {medium.external_id: 7_000 + n for n, medium in enumerate(truth.media) if medium.known}
    world = SandboxConfig(
        credentials=CREDENTIALS,
        demo_visitors=False,
        media=media,
        hsencs=truth.mails,
        definitions={NAME: frozenset(PROPERTIES)},
    )
    existing = dict.fromkeys(truth.contacts, (1, 0.0))
    for contact, since in truth.known.values():
        known = existing.get(contact, (1, since))
        existing[contact] = min(known, (1, since))
    living = {
        "utks": Known(truth.known, loop),
        "anonymous": truth.seen,
        "merged": Known({old: (new, at) for at, old, new in truth.merges}, loop),
        "contacts": Known(existing, loop),
    }
    # Not validated: the account is alive, and a `SandboxConfig` would keep a copy.
    world = world.changed(answers.changes).model_copy(update=living)
    app = create_sandbox(
        world,
        loop.seconds,
        ids=partial(_uuid, rng),
        ledger=ledger,
    )
    return HubSpot(app, app.state.sandbox, ledger)


async def apply_fault_periods(hubspot: HubSpot, answers: Answers) -> None:
    """Apply the fault periods in their time."""
    loop = asyncio.get_running_loop()
    for period in answers.fault_periods:
        await asyncio.sleep(period.begin - loop.time())
        usual = hubspot.sandbox.config
        hubspot.sandbox.faults.replace(period.faults)
        hubspot.sandbox.config = usual.model_copy(update=period.changes)
        await asyncio.sleep(period.end - loop.time())
        hubspot.sandbox.faults.replace([])
        hubspot.sandbox.config = usual


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
