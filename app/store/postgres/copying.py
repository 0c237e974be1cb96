"""The connection that writes pings: one COPY per group, in a transaction of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.store.group_commit import INBOX_COLUMNS, InboxRow
from app.store.postgres.faults import DRIVER, store_error
from app.store.postgres.pool import drop
from app.store.postgres.tx import Direct
from app.store.tx import Transaction

Connect = Callable[[], Awaitable[Direct]]


class PingWriter:
    """Connects when there is something to write, and again after any fault."""

    def __init__(self, connect: Connect, schema: str, shown: str, *, pooled: bool) -> None:
        self._connect = connect
        self._schema = schema
        self._shown = shown
        self._pooled = pooled
        self._db: Direct | None = None

    async def commit(self, rows: list[InboxRow], works: list[Transaction[Any]]) -> list[Any]:
        """Write all rows in one transaction, or raise StoreError and write none.

        No works are done, for they have a pool: they only ask whether rows could be written.
        """
        try:
            if self._db is None or self._db.is_closed():
                self._db = await self._connect()
            if self._pooled:  # otherwise the pooler could send each step to another server
                async with self._db.transaction():
                    await self._copy(self._db, rows)
            else:
                await self._copy(self._db, rows)
        except DRIVER as error:
            # Whatever it was, reconnect for the next one: there may be another primary by now.
            await drop(self._db)
            self._db = None
            raise store_error(error, self._shown) from error
        return [None] * len(works)

    async def close(self) -> None:
        """End the connection."""
        await drop(self._db)

    async def _copy(self, db: Direct, rows: list[InboxRow]) -> None:
        await db.copy_records_to_table(
            "inbox", schema_name=self._schema, columns=INBOX_COLUMNS, records=rows
        )
