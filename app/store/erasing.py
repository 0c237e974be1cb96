"""Erases a visitor in small transactions, so that pings are acknowledged meanwhile.

If it is interrupted, what was erased stays erased; run it again for the rest.
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
"""How long the store is left to others after a transaction, in durations of the transaction."""


async def forget(
    database: Database, utk: str | None, contact_id: int | None, progress: OnProgress
) -> int:
    """Erase plays, events, look-ups and unread pings; returns how many plays and pings.

    Unread pings go first: those that are folded meanwhile become plays, which are erased after
    them.
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
    # Again, because somebody may have opened the console meanwhile.
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
    """Search all unread pings; returns how many were found."""
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
