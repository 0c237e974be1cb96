"""The relay's clock, randomness, network, database and disk. Tests pass others."""

from collections.abc import Awaitable, Callable
from random import Random, SystemRandom

import httpx
import msgspec

from app.config import Settings
from app.runtime.clock import now_ms
from app.runtime.notifier import Notifiers
from app.runtime.policies import WINDOW_MS
from app.runtime.stores import free_bytes, open_store
from app.store.store import Store
from app.telemetry.metrics import Metrics

STOP_SECONDS = 20.0
"""How long a shutdown lets requests to HubSpot finish before they are given back."""


OpenDatabase = Callable[[Settings, Metrics, str, Notifiers | None], Awaitable[Store]]
"""Opens an account's store: see `app.runtime.stores.open_store`."""


class IdleSeconds(msgspec.Struct, frozen=True):
    """How long an idle worker waits before it checks for work again; a notifier wakes it sooner."""

    fold: float = 1.0
    deliver: float = 2.0
    maintain: float = 5.0


class Environment(msgspec.Struct, frozen=True):
    """Time, randomness, network, database and disk, as the composition root passes them on.

    `clock`: ms since the epoch. `transport`: carries requests to HubSpot; None: the network.
    `free_bytes`: the free space for the store; None if unknown. `stop_seconds`: how long a shutdown
    waits for requests in flight before it cancels them. `window_seconds`: how long a request counts
    in the process's own window, by the event loop's time; 0 if that time has nothing to do with
    `clock`.
    """

    clock: Callable[[], int] = now_ms
    random: Random = msgspec.field(default_factory=SystemRandom)
    transport: httpx.AsyncBaseTransport | None = None
    open_database: OpenDatabase = open_store
    free_bytes: Callable[[Settings], int | None] = free_bytes
    idle: IdleSeconds = msgspec.field(default_factory=IdleSeconds)
    stop_seconds: float = STOP_SECONDS
    window_seconds: float = WINDOW_MS / 1000
