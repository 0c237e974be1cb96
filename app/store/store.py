"""The store's parts; each worker is given the one that it needs."""

from collections.abc import Callable
from typing import Self

from app.store.account import MediaIndex, Tokens
from app.store.admin import Admin, FigureReports, History, Rejections, Watchers
from app.store.alerts import Alerts
from app.store.console import ConsoleSessions, SharedLinks
from app.store.names import ContactNameStore
from app.store.pipeline import Folding, Inbox, Lookups, Maintenance, Outbox, Permits
from app.store.policy import StorePolicy
from app.store.transfer import PORTION, copy_store, expect_whole
from app.store.tx import Database


class Store:
    """One account's store, on either engine; made by `open_store`."""

    def __init__(self, database: Database, policy: StorePolicy) -> None:
        self._database = database
        self.inbox = Inbox(database)
        self.folding = Folding(database, policy)
        self.outbox = Outbox(database, policy)
        self.lookups = Lookups(database, policy)
        self.permits = Permits(database, policy)
        self.maintenance = Maintenance(database, policy)
        self.tokens = Tokens(database)
        self.media = MediaIndex(database)
        self.figures = FigureReports(database, policy.retention.plays_ms)
        self.watchers = Watchers(database)
        self.history = History(database, policy.identity)
        self.rejections = Rejections(database, policy.identity)
        self.admin = Admin(database)
        self.console_sessions = ConsoleSessions(database)
        self.shared_links = SharedLinks(database)
        self.alerts = Alerts(database)
        self.names = ContactNameStore(database, policy)

    async def copy_to(
        self,
        target: Self,
        name: str,
        progress: Callable[[int], None],
        portion: int = PORTION,
    ) -> dict[str, int]:
        """Copy everything into an empty store: see `transfer.copy_store`."""
        return await copy_store(self._database, target._database, name, progress, portion)

    async def expect_whole(self) -> None:
        """StoreError if a copy into this store was not finished."""
        await self._database.read(expect_whole)

    async def close(self) -> None:
        """Finish the work in progress, and close files or connections."""
        await self._database.close()
