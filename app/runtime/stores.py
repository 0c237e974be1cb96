"""Opens the store that the database URL names."""

import shutil

from app.config import Settings, is_postgresql
from app.config.sitesfile import SANDBOX
from app.runtime.notifier import Notifiers
from app.runtime.policies import store_policy_of
from app.store.sqlite.database import open_sqlite
from app.store.sqlite.files import path_of
from app.store.store import Store
from app.store.tx import Notice
from app.telemetry.metrics import Metrics


def store_name(settings: Settings, account: str) -> str:
    """The name of an account's store: the sandbox has its own."""
    if not settings.sandboxed:
        return account
    return f"{SANDBOX}-{account}" if account else SANDBOX


def free_bytes(settings: Settings) -> int | None:
    """The free space on the store's disk; None if the store is on another machine."""
    if is_postgresql(settings.database_url):
        return None
    return shutil.disk_usage(path_of(settings.database_url).parent).free


def load_engine(settings: Settings) -> None:
    """Import the modules that `open_store` imports when called."""
    if is_postgresql(settings.database_url):
        import app.store.postgres.database  # noqa: F401, PLC0415 - see `open_store`


async def open_store(
    settings: Settings,
    metrics: Metrics | None = None,
    account: str = "",
    notifiers: Notifiers | None = None,
) -> Store:
    """Open SQLite or PostgreSQL; a named account has its own store, and so has the sandbox.

    `notifiers`: notified when another process that shares the store adds pings or due events.
    """
    observe = (metrics or Metrics()).observe_commit
    account = store_name(settings, account)
    url, policy = settings.database_url, store_policy_of(settings)
    if not is_postgresql(url):
        return await open_sqlite(url, policy, observe, account)
    # Imported only when used: with its driver it takes 4 MB and a tenth of the start.
    from app.store.postgres.database import open_postgres  # noqa: PLC0415

    if notifiers is None:
        return await open_postgres(url, policy, observe, account)
    pings, due = notifiers.pings.notify, notifiers.due.notify

    def on_notice(notice: Notice) -> None:
        pings() if notice == "pings" else due()

    return await open_postgres(url, policy, observe, account, on_notice=on_notice)
