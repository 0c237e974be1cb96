"""The SQLite engine: the store's interface over one writing and one reading thread."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from sqlite3 import Connection as Database

from app.domain.identity import IdentityMode
from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import AccountNews, Outcome, Status
from app.domain.ping import MAX_BODY
from app.hubspot.tokens import StoredToken
from app.store.connections import Connection
from app.store.insights import (
    Act,
    AuditEntry,
    Choice,
    Day,
    Family,
    MediumFigures,
    MediumReport,
    Order,
    Refusal,
    Sample,
)
from app.store.interface import Folding, OnProgress, Store, StoreError
from app.store.shelf import Listing, Permit
from app.store.sqlite import (
    claims,
    connections,
    figures,
    files,
    folding,
    insights,
    lookups,
    people,
    refused,
    settling,
    shelf,
    upkeep,
    walks,
)
from app.store.sqlite.threads import CommitObserver, Reader, Writer
from app.store.values import (
    Claim,
    Depths,
    FoldReport,
    InboxPing,
    Job,
    LookupClaim,
    OutboxEntry,
    Quota,
    Retention,
    Upkeep,
    Walk,
)

BEAT = f"INSERT OR REPLACE INTO heartbeat VALUES (1, ?, zeroblob({MAX_BODY}))"  # noqa: S608 - ours
LOOK_FOR_DAMAGE = "PRAGMA quick_check(1)"


def _expect_whole(db: Database) -> None:
    """Read every page; StoreError if one of them makes no sense."""
    (found,) = db.execute(LOOK_FOR_DAMAGE).fetchone()
    if found != "ok":
        raise StoreError(
            f"the store is damaged: restore a backup ({found.splitlines()[0]})", "corrupt"
        )


async def open_sqlite(
    url: str,
    mode: IdentityMode,
    observe: CommitObserver = lambda _rows, _seconds: None,
    account: str = "",
) -> Store:
    """Create what is missing, migrate, and start the threads. Raises StoreError.

    `account`: its name, where several share the URL; each has a file beside the others.
    """
    path = files.path_of(url, account)
    await asyncio.get_running_loop().run_in_executor(None, files.prepare, path)
    connect = partial(files.connect, path)
    return SqliteStore(
        Writer(connect, str(path), observe),
        Reader(connect, str(path)),
        files.DeliveryLock(path),
        mode,
    )


class SqliteStore(Store):
    """See `app.store.interface.Store`; each method is one function run on one of the threads."""

    def __init__(
        self, writer: Writer, reader: Reader, lock: files.DeliveryLock, mode: IdentityMode
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self._mode = mode

    async def append(self, ping: InboxPing) -> None:
        await self._writer.append((ping.received_at, ping.referer, ping.body, ping.site))

    async def check_writable(self, now: int) -> None:
        await self._writer.run(lambda db: db.execute(BEAT, (now,)).close())
        if self._writer.damaged:
            # Pings may still fit, while what they become does not.
            await self._reader.run(_expect_whole)
            self._writer.damaged = False

    async def fold(self, limit: int, folding_: Folding, now: int, settle_ms: int) -> FoldReport:
        return await self._writer.run(
            lambda db: folding.fold_inbox(db, limit, folding_, self._mode, now, settle_ms)
        )

    async def close_quiet(self, limit: int, folding_: Folding, now: int) -> FoldReport:
        return await self._writer.run(
            lambda db: folding.close_quiet(db, limit, folding_, self._mode, now)
        )

    async def claim(self, now: int, lease_ms: int, quota: Quota) -> Claim:
        return await self._writer.run(lambda db: claims.claim(db, self._mode, now, lease_ms, quota))

    async def settle(
        self, job: Job, outcome: Outcome, account: AccountNews, now: int, quota: Quota
    ) -> None:
        await self._writer.run(
            lambda db: settling.settle(db, self._mode, job, outcome, account, now, quota)
        )

    async def release(
        self,
        job: Job,
        now: int,
        quota: Quota,
        *,
        sent: bool,
        wait: str = "",
        until: int | None = None,
    ) -> None:
        await self._writer.run(
            lambda db: settling.release(
                db, self._mode, job, now, quota, sent=sent, wait=wait, until=until
            )
        )

    async def claim_lookup(self, now: int, limit: int, lease_ms: int, quota: Quota) -> LookupClaim:
        return await self._writer.run(
            lambda db: lookups.claim_lookup(db, now, limit, lease_ms, quota)
        )

    async def settle_lookup(
        self,
        permit: int,
        answers: Mapping[str, int | None],
        ask_again: Mapping[str, int],
        account: AccountNews,
        now: int,
        quota: Quota,
    ) -> int:
        return await self._writer.run(
            lambda db: lookups.settle_lookup(db, permit, answers, ask_again, account, now, quota)
        )

    async def tend(self, now: int, retention: Retention, limit: int) -> Upkeep:
        return await self._writer.run(lambda db: upkeep.tend(db, now, retention, limit))

    async def take_over(self, now: int, quota: Quota) -> int:
        self._lock.acquire()
        return await self._writer.run(lambda db: upkeep.take_over(db, now, quota))

    async def unpause(self) -> None:
        await self._writer.run(connections.unpause)

    async def depths(self, now: int, most: int | None = None) -> Depths:
        return await self._reader.run(lambda db: insights.depths(db, now, most))

    async def outbox_list(self, status: Status | None, limit: int) -> list[OutboxEntry]:
        return await self._reader.run(lambda db: people.outbox_list(db, status, limit))

    async def outbox_show(self, event_id: int) -> OutboxEntry | None:
        return await self._reader.run(lambda db: people.outbox_show(db, event_id))

    async def outbox_requeue(self, event_ids: Sequence[int], now: int) -> int:
        return await self._writer.run(lambda db: people.outbox_requeue(db, event_ids, now))

    async def outbox_discard(self, event_ids: Sequence[int], now: int) -> int:
        return await self._writer.run(lambda db: people.outbox_discard(db, event_ids, now))

    async def walks(
        self,
        *,
        session_id: str | None = None,
        utk: str | None = None,
        contact_id: int | None = None,
        limit: int = 20,
    ) -> list[Walk]:
        asked = (
            (walks.OF_SESSION, session_id),
            (walks.OF_UTK, utk),
            (walks.OF_CONTACT, contact_id),
        )
        found: list[Walk] = []
        for query, who in asked:
            if who is not None:
                work = partial(walks.walks, mode=self._mode, query=query, who=who, limit=limit)
                found += await self._reader.run(work)
        return found

    async def days(self, since: int) -> list[Day]:
        return await self._reader.run(lambda db: figures.days(db, since))

    async def latest(self, limit: int) -> list[Walk]:
        return await self._reader.run(lambda db: insights.latest(db, self._mode, limit))

    async def media(
        self, order: Order, since: int, limit: int, after: tuple[int, int] | None = None
    ) -> list[MediumFigures]:
        return await self._reader.run(lambda db: figures.media(db, order, since, limit, after))

    async def medium(self, medium: int, since: int, pages: int) -> MediumReport | None:
        return await self._reader.run(lambda db: figures.medium(db, medium, since, pages))

    async def refused_media(self, now: int, limit: int) -> list[Refusal]:
        return await self._reader.run(lambda db: refused.refused_media(db, now, limit))

    async def refusals(self, media: Sequence[Medium]) -> Mapping[str, Refusal]:
        return await self._reader.run(lambda db: refused.refusals(db, media))

    async def families(self, limit: int) -> list[Family]:
        return await self._reader.run(lambda db: insights.families(db, limit))

    async def rejected(self, family: str, limit: int, before: int | None) -> list[Sample]:
        return await self._reader.run(
            lambda db: insights.rejected(db, self._mode, family, limit, before)
        )

    async def change_rejected(
        self, act: Act, choice: Choice, note: int, limit: int, now: int
    ) -> int:
        return await self._writer.run(
            lambda db: insights.change_rejected(db, act, choice, note, limit, now)
        )

    async def note(self, who: str, what: str, subject: str, now: int, count: int = 0) -> int:
        return await self._writer.run(
            lambda db: insights.make_note(db, who, what, subject, now, count)
        )

    async def audit(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        return await self._reader.run(lambda db: insights.audit(db, limit, before))

    async def forget(
        self,
        *,
        utk: str | None,
        contact_id: int | None,
        progress: OnProgress = lambda _looked: None,
    ) -> int:
        return await self._writer.run(lambda db: people.forget(db, utk, contact_id, progress))

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()  # one process alone delivers from a file

    async def load(self) -> StoredToken | None:
        return await self._reader.run(connections.load)

    async def save(self, token: StoredToken) -> None:
        await self._writer.run(lambda db: connections.save(db, token))

    async def connection(self) -> Connection | None:
        return await self._reader.run(connections.connection)

    async def connect(self, token: StoredToken, connection: Connection) -> None:
        await self._writer.run(lambda db: connections.connect(db, token, connection))

    async def listing(self) -> Listing:
        return await self._reader.run(shelf.listing)

    async def known_media(self) -> list[KnownMedium]:
        return await self._reader.run(shelf.known_media)

    async def shelve(self, media: Sequence[KnownMedium], listing: int) -> None:
        await self._writer.run(lambda db: shelf.shelve(db, media, listing))

    async def end_listing(self, listing: int, now: int) -> None:
        await self._writer.run(lambda db: shelf.end_listing(db, listing, now))

    async def permit(self, now: int, lease_ms: int, quota: Quota, spare: int) -> Permit:
        return await self._writer.run(lambda db: shelf.permit(db, now, lease_ms, quota, spare))

    async def used(self, permit: int, account: AccountNews, now: int, quota: Quota) -> None:
        await self._writer.run(lambda db: shelf.used(db, permit, account, now, quota))

    async def close(self) -> None:
        # The writer last: only it can take the write-ahead log into the database file.
        await self._reader.close()
        await self._writer.close()
        self._lock.release()
