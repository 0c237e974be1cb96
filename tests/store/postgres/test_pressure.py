"""Rows that are not concerned cost nothing: no step scans them, whatever they wait for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.store.postgres.address import schema_of
from app.store.postgres.database import open_postgres
from app.store.postgres.tx import PostgresTx, Schema
from app.store.records import InboxPing
from tests.store.engines import Postgres
from tests.store.postgres.shared import postgres_url
from tests.store.setting import DAY, FOLDING, MINUTE, NOW, body
from tests.store.test_pressure import POLICY, WORKS

FEW, MANY = 100, 5_000

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
# Of this session so far: rows read by scanning a table, or through an index.
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


async def costs(
    standing: Standing, *, created_at: int = NOW - DAY, analysed: bool = True
) -> dict[str, int]:
    """The rows that each work reads beside many standing events, with one fresh and due.

    `analysed`: the planner has statistics of them.
    """
    account = Postgres.name()
    store = await open_postgres(postgres_url(), POLICY, account=account)
    await store.inbox.append(InboxPing(NOW, None, body(contactUtk=None, _hsenc="p2")))
    await store.folding.fold(10, FOLDING, NOW)
    await store.close()
    status, due_at, settled_at = standing
    async with _connected(account) as (connection, tx):
        await tx.change(PLAYS, MANY, NOW - DAY)
        await tx.change(EVENTS, status, created_at, due_at, settled_at)
        await tx.change(STRANGERS, NOW - DAY, NOW + DAY)
        if analysed:
            await tx.script("ANALYZE")
        found = {}
        for work in WORKS:
            undo = connection.transaction()
            await undo.start()
            before = await tx.value(READ, schema_of(account))
            await work(tx)
            found[work.__name__] = await tx.value(READ, schema_of(account)) - before
            await undo.rollback()
        return found


@asynccontextmanager
async def _connected(
    account: str,
) -> AsyncIterator[tuple["asyncpg.Connection[asyncpg.Record]", PostgresTx]]:
    connection = await asyncpg.connect(postgres_url())
    try:
        yield connection, PostgresTx(connection, Schema(schema_of(account)))
    finally:
        await connection.close()


@pytest.mark.parametrize("standing", STANDING)
async def test_what_stands_by_costs_nothing(standing: str) -> None:
    """No work reads more than a few rows, however many stand by."""
    read = await costs(STANDING[standing])
    assert max(read.values()) <= FEW, read


async def test_a_claim_needs_no_statistics() -> None:
    """In a store that was never analysed, too, a claim reads a few of many fresh events."""
    read = await costs(("due", NOW - MINUTE, None), created_at=NOW + 1, analysed=False)
    assert read["claim"] <= FEW, read
