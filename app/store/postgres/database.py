"""The shared engine: a pool, a connection that writes pings, and notifications."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeVar

from app.store.group_commit import GroupCommit, OnCommit
from app.store.policy import StorePolicy
from app.store.postgres.address import Address, address_of, schema_of
from app.store.postgres.clock import ServerClock, wall_ms
from app.store.postgres.copying import PingWriter
from app.store.postgres.notices import Notices, OnNotice
from app.store.postgres.pool import Pool, connect
from app.store.postgres.schema import prepare
from app.store.postgres.tx import Schema
from app.store.records import InboxPing
from app.store.store import Store
from app.store.tx import Engine, Notice, Transaction, Tx

T = TypeVar("T")


async def open_postgres(
    url: str,
    policy: StorePolicy,
    on_commit: OnCommit = lambda _rows, _seconds: None,
    account: str = "",
    *,
    on_notice: OnNotice | None = None,
    wall: Callable[[], int] = wall_ms,
) -> Store:
    """Migrate, and prepare to connect. Raises StoreError.

    `account`: its name, if several share the URL; each has its own schema. `on_notice`: called when
    another process has written something that this one may have to process. `wall`: this machine's
    clock, which the callers use.
    """
    address, schema = address_of(url), Schema(schema_of(account))
    await prepare(address, schema)
    clock = ServerClock(wall)
    pool = await Pool(address, schema, clock).open()
    await pool.run(clock.compare)
    return Store(PostgresDatabase(address, schema, pool, clock, on_commit, on_notice), policy)


class PostgresDatabase:
    """See `store.tx.Database`."""

    engine: Engine = "postgres"

    def __init__(
        self,
        address: Address,
        schema: Schema,
        pool: Pool,
        clock: ServerClock,
        on_commit: OnCommit,
        on_notice: OnNotice | None,
    ) -> None:
        direct = partial(connect, address)
        # Through a pooler notifications don't arrive: each process finds others' work by polling.
        listen = None if address.pooled else direct
        self._pool = pool
        self._clock = clock
        self._pings = PingWriter(direct, schema.name, address.shown, pooled=address.pooled)
        self._group = GroupCommit(self._pings.commit, self._committed)
        self._notices = Notices(pool, listen, schema.name, on_notice)
        self._on_commit = on_commit

    async def write(self, work: Transaction[T]) -> T:
        return await self._pool.run(work)

    async def read(self, work: Transaction[T]) -> T:
        return await self._pool.run(work)

    def append(self, ping: InboxPing) -> Awaitable[None]:
        return self._group.append(ping)

    async def verify(self) -> None:
        """See that the connection that writes pings can be made: the pool may have had the last."""
        await self._group.run(_nothing)

    async def compare_clocks(self) -> None:
        await self._pool.run(self._clock.compare)

    def notify(self, notice: Notice) -> None:
        self._notices.notify(notice)

    def take_delivery(self) -> bool:
        """Any number of processes may deliver."""
        return False

    def exclusive(self, purpose: str) -> AbstractAsyncContextManager[None]:
        return self._pool.holding(purpose)

    async def close(self) -> None:
        await self._group.close()
        await self._pings.close()
        await self._notices.close()
        await self._pool.close()

    def _committed(self, rows: int, seconds: float) -> None:
        if rows:
            self._on_commit(rows, seconds)
            self._notices.notify("pings")


async def _nothing(_tx: Tx) -> None:
    """Asks whether pings could be written."""
