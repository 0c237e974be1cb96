"""What the routes receive: the relay, and each HubSpot account that it serves."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from app.collect.activity import OriginActivity
from app.collect.endpoint import ProgressEndpoint
from app.config import Settings, SiteSettings
from app.hubspot.endings import InUse, Signs, in_use
from app.sandbox.ledger import Ledger
from app.store.policy import Quota
from app.store.store import Store
from app.telemetry.metrics import Metrics, Tally


class Account(msgspec.Struct, frozen=True):
    """One HubSpot account. It shares nothing with the others, so its faults don't affect them.

    `name`: "" if there is only one. `settings`: the account's; a site may override some for its own
    plays. `sandbox`: what has arrived, if the embedded sandbox replaces HubSpot and this process
    delivers. `signs`: what HubSpot's answers have said about its endpoints.
    """

    name: str
    settings: Settings
    sites: tuple[SiteSettings, ...]
    store: Store
    metrics: Metrics
    quota: Quota
    sandbox: Ledger | None
    signs: Signs = msgspec.field(default_factory=Signs)

    def endings(self) -> list[InUse]:
        """When the parts of HubSpot's API end that it uses; empty with the embedded sandbox."""
        settings = self.settings
        return [] if settings.sandboxed else in_use(settings.hubspot_versions, self.signs)


class Relay(msgspec.Struct, frozen=True):
    """Everything that the routes need, and the event that stops the workers.

    `accounts`: by name, at least one, in display order. `refused`: counts the pings that are
    refused before their account is known. `clock`: ms since the epoch. `activity`: what each origin
    has done lately. `leaving`: set when all streams are to end.
    """

    settings: Settings
    accounts: Mapping[str, Account]
    progress: ProgressEndpoint | None
    refused: Tally
    clock: Callable[[], int]
    stop: asyncio.Event
    new_id: Callable[[], str]
    activity: OriginActivity
    leaving: asyncio.Event = msgspec.field(default_factory=asyncio.Event)

    def close_streams(self) -> None:
        """End every live stream."""
        self.leaving.set()
        for account in self.accounts.values():
            if account.sandbox is not None:
                account.sandbox.close_streams()
