"""Erase a visitor in small transactions: meanwhile pings are acknowledged, however long it takes.

What was erased stays so when it is interrupted, and who asks again goes on with the rest.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from app.store.event_reports import OnProgress
from app.store.transactions import erasure
from app.store.tx import Database, Row, Tx

T = TypeVar("T")

RESTS = 4
"""Times as long as a transaction took: so long the store is left to others."""


async def forget(
    database: Database, utk: str | None, contact_id: int | None, progress: OnProgress
) -> int:
    """Erase plays, events, look-ups and unread pings; how many plays and pings that were.

    The unread ones first: those that are folded meanwhile are plays then, and erased with these.
    """
    utks = await database.write(lambda tx: erasure.usertokens(tx, utk, contact_id))
    contacts = await database.write(lambda tx: erasure.contacts(tx, utks, contact_id))
    await database.write(lambda tx: erasure.forget_names(tx, contacts))

    async def look_through(table: str, after: int) -> tuple[list[Row], int]:
        return await _write(
            database, lambda tx: erasure.forget_unread(tx, table, after, utks, contact_id)
        )

    erased = await _each_portion(look_through, progress)
    while some := await _write(database, lambda tx: erasure.forget_plays(tx, utks, contact_id)):
        erased += some
    if contact_id is not None:
        while some := await _write(database, lambda tx: erasure.forget_plays_of(tx, contact_id)):
            erased += some
    await database.write(lambda tx: erasure.forget_usertokens(tx, utks))
    # Again: somebody may have looked at the console meanwhile.
    await database.write(lambda tx: erasure.forget_names(tx, contacts))
    return erased


async def count(
    database: Database, utk: str | None, contact_id: int | None, progress: OnProgress
) -> int:
    """How many plays and unread pings `forget` would erase."""
    utks = await database.read(lambda tx: erasure.usertokens(tx, utk, contact_id))

    async def look_through(table: str, after: int) -> tuple[list[Row], int]:
        rows, theirs = await database.read(
            lambda tx: erasure.unread_of(tx, table, after, utks, contact_id)
        )
        return rows, len(theirs)

    unread = await _each_portion(look_through, progress)
    return unread + await database.read(lambda tx: erasure.count_plays(tx, utks, contact_id))


async def _each_portion(
    look_through: Callable[[str, int], Coroutine[Any, Any, tuple[list[Row], int]]],
    progress: OnProgress,
) -> int:
    """Look through all unread pings; how many were found."""
    looked_through = found = 0
    for table in erasure.TABLES:
        after = 0
        while True:
            rows, theirs = await look_through(table, after)
            if not rows:
                break
            after = rows[-1]["id"]
            found += theirs
            looked_through += len(rows)
            progress(looked_through)
    return found


async def _write(database: Database, work: Callable[[Tx], Coroutine[Any, Any, T]]) -> T:
    """Run a transaction, then leave the store to others."""
    began = time.monotonic()
    result = await database.write(work)
    await asyncio.sleep(RESTS * (time.monotonic() - began))
    return result
