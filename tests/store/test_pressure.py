"""However much stands in the store, the next event costs the same: SQLite's own steps are counted.

Steps of its virtual machine are the same on every machine and at every load, unlike seconds.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.store.records import InboxPing, MaintenanceReport
from app.store.sqlite import files
from app.store.sqlite.database import open_sqlite
from app.store.sqlite.tx import run
from app.store.transactions import claims, folding, lookups, maintenance
from app.store.tx import Tx
from tests.store.engines import sqlite_url
from tests.store.setting import (
    DAY,
    FOLDING,
    LEASE,
    MINUTE,
    NOW,
    QUOTA,
    RETENTION,
    body,
    policy,
)

FEW, MANY = 100, 20_000
GRAIN = 10
"""Steps between two calls of the counter."""

# Standing plays of one event each, copied from the one there is. `{due}`, `{status}`: of the event.
PLAYS = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
    INSERT INTO plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT CAST('v' || i AS BLOB), 's' || i, 1, :then, :then, 'u' || i, 0,
        (SELECT state FROM plays LIMIT 1)
    FROM n
"""
EVENTS = """
    INSERT INTO outbox (play, event, value, status, occurred_at, created_at, due_at, settled_at)
    SELECT id, 'media-played', 'STARTED', :status, :then, :then, :due, :settled FROM plays
    WHERE session <> 'session'
"""
STRANGERS = """
    INSERT INTO contacts (utk, asked_at, asked, ask_at, ask_by)
    SELECT utk, :then, 3, :later, :later FROM plays WHERE session <> 'session'
"""

POLICY = policy()

Work = Callable[[Tx], Coroutine[Any, Any, None]]


async def claim(tx: Tx) -> None:
    """A fresh event is leased."""
    claimed = await claims.claim(tx, POLICY, NOW, LEASE)
    assert claimed.job is not None
    assert claimed.job.play.session_id == "session"


async def fold(tx: Tx) -> None:
    """A ping of a new play is folded."""
    ping = body(sessionId="new", contactUtk="new")
    await tx.change("INSERT INTO playrelay.inbox (received_at, body) VALUES ($1, $2)", NOW, ping)
    assert (await folding.fold_inbox(tx, POLICY, 100, FOLDING, NOW)).events == 1


async def look_up(tx: Tx) -> None:
    """A new usertoken is taken to be looked up."""
    sql = "INSERT INTO playrelay.contacts (utk, ask_at, ask_by) VALUES ('new', $1, $1)"
    await tx.change(sql, NOW)
    assert (await lookups.claim_lookup(tx, QUOTA, NOW, 100, LEASE)).utks == ("new",)


async def maintain(tx: Tx) -> None:
    """A round of maintenance finds nothing to do."""
    assert await maintenance.maintain(tx, RETENTION, NOW, 10) == MaintenanceReport()


WORKS = (claim, fold, look_up, maintain)

STANDING: dict[str, dict[str, object]] = {
    "waiting strangers": {"status": "waiting", "due": None, "settled": None},
    "a backlog that is due": {"status": "due", "due": NOW - MINUTE, "settled": None},
    "retries of an outage": {"status": "due", "due": NOW + MINUTE, "settled": None},
    "rejected": {"status": "rejected", "due": None, "settled": NOW - DAY},
    "delivered": {"status": "delivered", "due": None, "settled": NOW - DAY},
}


@contextlib.contextmanager
def counting(db: sqlite3.Connection) -> Iterator[list[int]]:
    """Counts the steps of the block, in grains."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    db.set_progress_handler(step, GRAIN)
    yield steps
    db.set_progress_handler(None, GRAIN)


async def cost(path: Path, standing: dict[str, object], many: int, work: Work) -> int:
    """The steps that `work` takes beside so many standing events, with one fresh and due."""
    store = await open_sqlite(sqlite_url(path), POLICY)
    await store.inbox.append(InboxPing(NOW, None, body(contactUtk=None, _hsenc="p2")))
    await store.folding.fold(10, FOLDING, NOW)
    await store.close()
    with contextlib.closing(files.connect(path)) as db:
        then = NOW - DAY
        db.execute(PLAYS, {"many": many, "then": then})
        db.execute(EVENTS, {"then": then, **standing})
        db.execute(STRANGERS, {"then": then, "later": NOW + DAY})
        with counting(db) as steps:
            run(work, db)
    return steps[0]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
@pytest.mark.parametrize("standing", STANDING)
async def test_what_stands_by_costs_nothing(standing: str, work: Work, tmp_path: Path) -> None:
    """Two hundred times as many rows may cost a few steps more of the indexes, and no scan."""
    few = await cost(tmp_path / "few.db", STANDING[standing], FEW, work)
    many = await cost(tmp_path / "many.db", STANDING[standing], MANY, work)
    assert many <= few * 1.5 + 10
