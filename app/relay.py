"""What the routes are given: the relay, and in it a house for each HubSpot account it serves."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.collect.activity import OriginActivity
from app.collect.endpoint import ProgressEndpoint
from app.sandbox.ledger import Ledger
from app.settings import Settings, SiteSettings
from app.store.interface import Store
from app.store.values import Quota
from app.telemetry.metrics import Metrics, Tally


@dataclass(frozen=True, slots=True)
class Account:
    """All that belongs to one HubSpot account and to no other: its trouble stays its own.

    `name`: "" where there is but one. `settings`: as they hold for this account; those of a site
    may say something else of its plays. `sandbox`: what has arrived, where a sandbox of ours
    stands in for HubSpot and this process delivers.
    """

    name: str
    settings: Settings
    sites: tuple[SiteSettings, ...]
    store: Store
    metrics: Metrics
    quota: Quota
    sandbox: Ledger | None


@dataclass(frozen=True, slots=True)
class Relay:
    """All that the routes need, and the signal by which the workers end.

    `accounts`: by name, at least one, in the order in which people are shown them. `refused`:
    counts the pings that end before their account is known. `clock`: ms since the epoch.
    `activity`: what each origin has done lately. `leaving`: set when all streams are to end.
    """

    settings: Settings
    accounts: Mapping[str, Account]
    progress: ProgressEndpoint | None
    refused: Tally
    clock: Callable[[], int]
    stop: asyncio.Event
    new_id: Callable[[], str]
    activity: OriginActivity
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def hang_up(self) -> None:
        """End every stream of what arrives."""
        self.leaving.set()
        for account in self.accounts.values():
            if account.sandbox is not None:
                account.sandbox.hang_up()
