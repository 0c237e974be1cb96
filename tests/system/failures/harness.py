"""The relay without its web server, and a HubSpot, in this process; the tests move the clock.

For what takes minutes, hours or days: pauses, growing intervals, tokens that expire. All else is
the product as it ships, put together by its own composition root: the store on disk, the workers,
the client, the sandbox and its limits.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from app.config import Settings, accounts_of
from app.runtime.account import AccountRuntime, open_account
from app.runtime.environment import Environment
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.faults import Fault
from app.sandbox.ledger import Kept, Seen
from app.store.event_reports import OutboxEntry
from app.store.records import InboxPing
from tests.processes.relay import ping
from tests.processes.sandbox import TOKEN, Milestone, milestone_of

BEGIN = 1_790_000_000_000
"""Some morning of September 2026, in ms since the epoch."""


@dataclass
class Clock:
    """Milliseconds since the epoch; moves when a test moves it, and while the sandbox sleeps."""

    now: int = BEGIN

    def __call__(self) -> int:
        """The time."""
        return self.now

    def seconds(self) -> float:
        """The time, for the sandbox."""
        return self.now / 1000

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass, at once."""
        self.now += int(seconds * 1000)


class HubSpot(httpx.AsyncBaseTransport):
    """The sandbox behind a connection that can be cut. It outlives the relays that it serves."""

    def __init__(self, clock: Clock, **world: Any) -> None:
        self.clock = clock
        self.down = False
        self.tried: list[int] = []
        self._app: FastAPI = create_sandbox(
            SandboxConfig().changed(world), clock.seconds, sleep=clock.sleep
        )
        self._transport = httpx.ASGITransport(self._app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let a request through, or refuse the connection; note when it was tried."""
        self.tried.append(self.clock.now)
        if self.down:
            raise httpx.ConnectError("Connection refused")
        return await self._transport.handle_async_request(request)

    def world(self, **changes: Any) -> None:
        """Change the account."""
        self._app.state.sandbox.config = self._app.state.sandbox.config.changed(changes)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Put these in the place of all faults that were."""
        self._app.state.sandbox.faults.replace(Fault.model_validate(rule) for rule in rules)

    @property
    def events(self) -> list[Kept]:
        """The events that the sandbox keeps, in order of arrival."""
        return list(self._app.state.ledger.events)

    @property
    def kept(self) -> list[Milestone]:
        """The same, in short."""
        return [milestone_of({"event": each.event, "body": each.body}) for each in self.events]

    @property
    def requests(self) -> list[Seen]:
        """Every request that came through."""
        return list(self._app.state.ledger.requests)

    @property
    def peak(self) -> int:
        """The most requests within any ten seconds."""
        return int(self._app.state.sandbox.limiter.peak)


class Relay:
    """Collects, folds, looks up and delivers, one step after the other."""

    def __init__(self, runtime: AccountRuntime, clock: Clock) -> None:
        assert runtime.delivery
        workers = runtime.delivery.workers
        self.store = runtime.account.store
        self._clock = clock
        self._fold, self._maintenance = workers.fold, workers.maintenance
        self._deliverers = [workers.senders[0].step]
        if workers.lookup is not None:
            self._deliverers.append(workers.lookup.step)

    async def watch(self, session: str, percent: float, **fields: object) -> None:
        """A ping, as if it had been answered."""
        body = msgspec.json.encode(ping(session, percent, **fields))
        await self.store.inbox.append(InboxPing(self._clock.now, None, body))

    async def work(self) -> float:
        """Do all that can be done now; returns for how many seconds there is nothing to do."""
        while await self._maintenance.step():
            pass
        while True:
            folded = await self._fold.step()
            rests = [await step() for step in self._deliverers]
            if not (folded.rows or folded.plays) and all(rests):
                return min(rests)

    async def leap(self, seconds: float) -> None:
        """Come back after so long, and do what can be done then."""
        self._clock.now += int(seconds * 1000)
        await self.work()

    async def live(self, seconds: float) -> None:
        """Let time pass as it does for a relay that runs."""
        end = self._clock.now + int(seconds * 1000)
        while (rest := await self.work()) and self._clock.now < end:
            self._clock.now = min(end, self._clock.now + max(1, int(rest * 1000)))

    async def entries(self) -> list[OutboxEntry]:
        """All events, oldest first."""
        return (await self.store.admin.events(None, 1000))[::-1]

    async def statuses(self) -> set[str]:
        """The number of events by status."""
        return {entry.status for entry in await self.entries()}

    async def paused_by(self) -> str:
        """Why nothing is sent now; empty if something may be."""
        depths = await self.store.admin.depths(self._clock.now)
        return depths.pause_reason if depths.paused_until > self._clock.now else ""


@asynccontextmanager
async def relay_on(folder: Path, hubspot: HubSpot, **settings: Any) -> AsyncIterator[Relay]:
    """A relay on the store in `folder`, as after a start; closed without finishing anything."""
    if "hubspot_refresh_token" not in settings:
        settings = {"hubspot_access_token": TOKEN, **settings}
    given = Settings(
        database_url=f"sqlite:///{folder / 'relay.db'}",
        allowed_origins=("*",),
        **settings,
    )
    (account,) = accounts_of(given)
    world = Environment(hubspot.clock, random.Random(1), hubspot, window_seconds=0)  # noqa: S311 - repeatable
    async with open_account(account, world) as runtime:
        yield Relay(runtime, hubspot.clock)
