"""Opens the store that the database URL names."""

from app.config import Settings, is_postgresql
from app.config.sitesfile import SANDBOX
from app.runtime.notifier import Notifiers
from app.store.interface import Store
from app.store.postgres.engine import open_postgres
from app.store.sqlite.engine import open_sqlite
from app.telemetry.metrics import Metrics


async def open_store(
    settings: Settings,
    metrics: Metrics | None = None,
    account: str = "",
    notifiers: Notifiers | None = None,
) -> Store:
    """Open SQLite or PostgreSQL; an account with a name has a store of its own, as has the sandbox.

    `notifiers`: notified when another process that shares the store adds pings or due events.
    """
    observe = (metrics or Metrics()).observe_commit
    if settings.sandboxed:
        account = f"{SANDBOX}-{account}" if account else SANDBOX
    url, mode = settings.database_url, settings.identity
    if is_postgresql(url):
        return await open_postgres(url, mode, observe, account, notifiers=notifiers)
    return await open_sqlite(url, mode, observe, account)
