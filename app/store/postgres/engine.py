"""The PostgreSQL engine: the store's interface over a pool, a committer and a wire to others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeVar

from app.domain.identity import IdentityMode
from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import AccountNews, Outcome, Status
from app.domain.ping import MAX_BODY
from app.hubspot.tokens import StoredToken
from app.runtime.notifier import Notifiers
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
from app.store.interface import Folding, OnProgress, Store
from app.store.postgres import (
    claims,
    connections,
    figures,
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
from app.store.postgres.account import Gate
from app.store.postgres.address import address_of, key_of, schema_of
from app.store.postgres.clock import ServerClock, wall_ms
from app.store.postgres.committer import CommitObserver, Committer
from app.store.postgres.db import Db, Queries
from app.store.postgres.news import News
from app.store.postgres.pool import Pool, connect
from app.store.postgres.schema import prepare
from app.store.shelf import Listing, Permit
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

T = TypeVar("T")

BEAT = """
    INSERT INTO playrelay.heartbeat VALUES (1, $1, $2)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, room = excluded.room
"""
ROOM = bytes(MAX_BODY)


async def open_postgres(
    url: str,
    mode: IdentityMode,
    observe: CommitObserver = lambda _rows, _seconds: None,
    account: str = "",
    *,
    notifiers: Notifiers | None = None,
    wall: Callable[[], int] = wall_ms,
) -> Store:
    """Migrate, and make ready to connect. Raises StoreError.

    `account`: its name, where several share the URL; each has a schema beside the others.
    `notifiers`: notified when another process has something to fold or to send. `wall`: this
    machine's clock, by which the callers live.
    """
    address, schema = address_of(url), schema_of(account)
    queries = Queries(schema)
    await prepare(address, schema)
    pool = await Pool(address, queries).open()
    direct = partial(connect, address)
    clock = ServerClock(wall)
    await pool.run(clock.compare)
    # Through a pooler notices don't arrive: others are heard of by looking.
    news = News(pool, None if address.pooled else direct, schema, notifiers)

    def committed(rows: int, seconds: float) -> None:
        observe(rows, seconds)
        news.tell("pings")

    return PostgresStore(
        pool,
        Committer(direct, schema, address.shown, committed, pooled=address.pooled),
        news,
        mode,
        clock,
        schema,
    )


class PostgresStore(Store):
    """See `app.store.interface.Store`; each method is one function run in a transaction."""

    def __init__(
        self,
        pool: Pool,
        committer: Committer,
        news: News,
        mode: IdentityMode,
        clock: ServerClock,
        schema: str,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._news = news
        self._mode = mode
        self._clock = clock
        self._claim_turn = key_of(schema, "claim")
        self._token_turn = key_of(schema, "token")

    def _gate(self, quota: Quota) -> Gate:
        return Gate(quota, self._claim_turn, self._clock.ahead)

    async def append(self, ping: InboxPing) -> None:
        await self._committer.append((ping.received_at, ping.referer, ping.body, ping.site))

    async def check_writable(self, now: int) -> None:
        await self._pool.run(lambda db: db.change(BEAT, now, ROOM))

    async def fold(self, limit: int, folding_: Folding, now: int, settle_ms: int) -> FoldReport:
        report = await self._pool.run(
            lambda db: folding.fold_inbox(db, limit, folding_, self._mode, now, settle_ms)
        )
        if report.events:
            self._news.tell("due")
        return report

    async def close_quiet(self, limit: int, folding_: Folding, now: int) -> FoldReport:
        report = await self._pool.run(
            lambda db: folding.close_quiet(db, limit, folding_, self._mode, now)
        )
        if report.events:
            self._news.tell("due")
        return report

    async def claim(self, now: int, lease_ms: int, quota: Quota) -> Claim:
        return await self._pool.run(
            lambda db: claims.claim(db, self._gate(quota), self._mode, now, lease_ms)
        )

    async def settle(
        self, job: Job, outcome: Outcome, account: AccountNews, now: int, quota: Quota
    ) -> None:
        await self._pool.run(
            lambda db: settling.settle(
                db, self._gate(quota), self._mode, job, outcome, account, now
            )
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
        await self._pool.run(
            lambda db: settling.release(
                db, self._gate(quota), self._mode, job, now, sent=sent, wait=wait, until=until
            )
        )

    async def claim_lookup(self, now: int, limit: int, lease_ms: int, quota: Quota) -> LookupClaim:
        return await self._pool.run(
            lambda db: lookups.claim_lookup(db, self._gate(quota), now, limit, lease_ms)
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
        return await self._telling(
            lambda db: lookups.settle_lookup(
                db, self._gate(quota), permit, answers, ask_again, account, now
            )
        )

    async def tend(self, now: int, retention: Retention, limit: int) -> Upkeep:
        await self._pool.run(self._clock.compare)
        done = await self._pool.run(lambda db: upkeep.tend(db, now, retention, limit))
        if done.leases_expired or done.woken:
            self._news.tell("due")
        return done

    async def take_over(self, now: int, quota: Quota) -> int:  # noqa: ARG002 - the interface's
        # Others may be at work: what a dead one had in flight comes back with the end of its lease.
        return 0

    async def unpause(self) -> None:
        await self._pool.run(connections.unpause)

    async def depths(self, now: int, most: int | None = None) -> Depths:
        return await self._pool.run(lambda db: insights.depths(db, now, most))

    async def outbox_list(self, status: Status | None, limit: int) -> list[OutboxEntry]:
        return await self._pool.run(lambda db: people.outbox_list(db, status, limit))

    async def outbox_show(self, event_id: int) -> OutboxEntry | None:
        return await self._pool.run(lambda db: people.outbox_show(db, event_id))

    async def outbox_requeue(self, event_ids: Sequence[int], now: int) -> int:
        return await self._telling(lambda db: people.outbox_requeue(db, event_ids, now))

    async def outbox_discard(self, event_ids: Sequence[int], now: int) -> int:
        return await self._pool.run(lambda db: people.outbox_discard(db, event_ids, now))

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
                found += await self._pool.run(work)
        return found

    async def days(self, since: int) -> list[Day]:
        return await self._pool.run(lambda db: figures.days(db, since))

    async def latest(self, limit: int) -> list[Walk]:
        return await self._pool.run(lambda db: insights.latest(db, self._mode, limit))

    async def media(
        self, order: Order, since: int, limit: int, after: tuple[int, int] | None = None
    ) -> list[MediumFigures]:
        return await self._pool.run(lambda db: figures.media(db, order, since, limit, after))

    async def medium(self, medium: int, since: int, pages: int) -> MediumReport | None:
        return await self._pool.run(lambda db: figures.medium(db, medium, since, pages))

    async def refused_media(self, now: int, limit: int) -> list[Refusal]:
        return await self._pool.run(lambda db: refused.refused_media(db, now, limit))

    async def refusals(self, media: Sequence[Medium]) -> Mapping[str, Refusal]:
        return await self._pool.run(lambda db: refused.refusals(db, media))

    async def families(self, limit: int) -> list[Family]:
        return await self._pool.run(lambda db: insights.families(db, limit))

    async def rejected(self, family: str, limit: int, before: int | None) -> list[Sample]:
        return await self._pool.run(
            lambda db: insights.rejected(db, self._mode, family, limit, before)
        )

    async def change_rejected(
        self, act: Act, choice: Choice, note: int, limit: int, now: int
    ) -> int:
        return await self._pool.run(
            lambda db: insights.change_rejected(db, act, choice, note, limit, now)
        )

    async def note(self, who: str, what: str, subject: str, now: int, count: int = 0) -> int:
        return await self._pool.run(
            lambda db: insights.make_note(db, who, what, subject, now, count)
        )

    async def audit(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        return await self._pool.run(lambda db: insights.audit(db, limit, before))

    async def forget(
        self,
        *,
        utk: str | None,
        contact_id: int | None,
        progress: OnProgress = lambda _looked: None,
    ) -> int:
        return await self._pool.run(lambda db: people.forget(db, utk, contact_id, progress))

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        return self._pool.holding(self._token_turn)

    async def load(self) -> StoredToken | None:
        return await self._pool.run(connections.load)

    async def save(self, token: StoredToken) -> None:
        await self._pool.run(lambda db: connections.save(db, token))

    async def connection(self) -> Connection | None:
        return await self._pool.run(connections.connection)

    async def connect(self, token: StoredToken, connection: Connection) -> None:
        await self._pool.run(lambda db: connections.connect(db, token, connection))

    async def listing(self) -> Listing:
        return await self._pool.run(shelf.listing)

    async def known_media(self) -> list[KnownMedium]:
        return await self._pool.run(shelf.known_media)

    async def shelve(self, media: Sequence[KnownMedium], listing: int) -> None:
        await self._pool.run(lambda db: shelf.shelve(db, media, listing))

    async def end_listing(self, listing: int, now: int) -> None:
        await self._pool.run(lambda db: shelf.end_listing(db, listing, now))

    async def permit(self, now: int, lease_ms: int, quota: Quota, spare: int) -> Permit:
        return await self._pool.run(
            lambda db: shelf.permit(db, self._gate(quota), now, lease_ms, spare)
        )

    async def used(self, permit: int, account: AccountNews, now: int, quota: Quota) -> None:
        await self._pool.run(lambda db: shelf.used(db, self._gate(quota), permit, account, now))

    async def close(self) -> None:
        await self._committer.close()
        await self._news.close()
        await self._pool.close()

    async def _telling(self, work: Callable[[Db], Awaitable[int]]) -> int:
        """Do it, and let the others know if events became due."""
        made_due = await self._pool.run(work)
        if made_due:
            self._news.tell("due")
        return made_due
