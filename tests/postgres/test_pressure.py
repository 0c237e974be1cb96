"""A million rows that stand by cost nothing: no step walks over them, whatever they wait for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.store.postgres import claims, folding, lookups, upkeep
from app.store.postgres.account import Gate
from app.store.postgres.address import schema_of
from app.store.postgres.db import Db, Queries
from app.store.postgres.engine import open_postgres
from app.store.values import InboxPing, Upkeep
from tests.postgres.shared import postgres_url
from tests.store.engines import Postgres
from tests.store.setting import (
    DAY,
    FOLDING,
    LEASE,
    MINUTE,
    NOW,
    QUOTA,
    RETENTION,
    SETTLE,
    body,
)

FEW, MANY = 100, 5_000
GATE = Gate(QUOTA, 1)

PLAYS = """
    INSERT INTO playrelay.plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT ('v' || i)::bytea, 's' || i, 1, $2, $2, 'u' || i, false,
        (SELECT state FROM playrelay.plays LIMIT 1)
    FROM generate_series(1, $1::bigint) AS n (i)
"""
EVENTS = """
    INSERT INTO playrelay.outbox
        (play, event, value, status, occurred_at, created_at, due_at, settled_at)
    SELECT id, 'media-played', 'STARTED', $1, $2, $2, $3, $4 FROM playrelay.plays
    WHERE session <> 'session'
"""
STRANGERS = """
    INSERT INTO playrelay.contacts (utk, asked_at, asked, ask_at, ask_by)
    SELECT utk, $1, 3, $2, $2 FROM playrelay.plays WHERE session <> 'session'
"""
# Of this session so far: rows read by walking a table, or by following an index.
READ = """
    SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint
    FROM pg_stat_xact_user_tables WHERE schemaname = $1
"""

Standing = tuple[str, int | None, int | None]
"""Status, due_at and settled_at of the events that stand by."""

STANDING: dict[str, Standing] = {
    "waiting strangers": ("waiting", None, None),
    "a backlog that is due": ("due", NOW - MINUTE, None),
    "retries of an outage": ("due", NOW + MINUTE, None),
    "rejected": ("rejected", None, NOW - DAY),
    "delivered": ("delivered", None, NOW - DAY),
}


async def claim(db: Db) -> None:
    """A fresh event is leased."""
    claimed = await claims.claim(db, GATE, "lookup", NOW, LEASE)
    assert claimed.job is not None
    assert claimed.job.play.session_id == "session"


async def fold(db: Db) -> None:
    """A ping of a new play is folded."""
    ping = InboxPing(NOW, None, body(sessionId="new", contactUtk="new"))
    insert = "INSERT INTO playrelay.inbox (received_at, body) VALUES ($1, $2)"
    await db.change(insert, ping.received_at, ping.body)
    assert (await folding.fold_inbox(db, 100, FOLDING, "lookup", NOW, SETTLE)).events == 1


async def look_up(db: Db) -> None:
    """A new usertoken is taken to be looked up."""
    insert = "INSERT INTO playrelay.contacts (utk, ask_at, ask_by) VALUES ('new', $1, $1)"
    await db.change(insert, NOW)
    claimed = await lookups.claim_lookup(db, GATE, NOW, 100, LEASE)
    assert claimed.utks == ("new",)


async def tend(db: Db) -> None:
    """A round of upkeep finds nothing to do."""
    assert await upkeep.tend(db, NOW, RETENTION, 10) == Upkeep()


WORKS: tuple[Callable[[Db], Awaitable[None]], ...] = (claim, fold, look_up, tend)


async def costs(standing: Standing) -> dict[str, int]:
    """The rows that each work reads beside many standing events, with one fresh and due."""
    account = Postgres.name()
    store = await open_postgres(postgres_url(), "lookup", account=account)
    await store.append(InboxPing(NOW, None, body(contactUtk=None, _hsenc="p2")))
    await store.fold(10, FOLDING, NOW, SETTLE)
    await store.close()
    status, due_at, settled_at = standing
    async with _connected(account) as (connection, db):
        await db.change(PLAYS, MANY, NOW - DAY)
        await db.change(EVENTS, status, NOW - DAY, due_at, settled_at)
        await db.change(STRANGERS, NOW - DAY, NOW + DAY)
        await db.script("ANALYZE")
        found = {}
        for work in WORKS:
            undo = connection.transaction()
            await undo.start()
            before = await db.value(READ, schema_of(account))
            await work(db)
            found[work.__name__] = await db.value(READ, schema_of(account)) - before
            await undo.rollback()
        return found


@asynccontextmanager
async def _connected(
    account: str,
) -> AsyncIterator[tuple["asyncpg.Connection[asyncpg.Record]", Db]]:
    connection = await asyncpg.connect(postgres_url())
    try:
        yield connection, Db(connection, Queries(schema_of(account)))
    finally:
        await connection.close()


@pytest.mark.parametrize("standing", STANDING)
async def test_what_stands_by_costs_nothing(standing: str) -> None:
    """No work reads more than a few rows, however many stand by."""
    read = await costs(STANDING[standing])
    assert max(read.values()) <= FEW, read
