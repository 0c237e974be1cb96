"""What pages ask of the store is found by indexes, whatever stands in it: the plans are read.

Each question is asked through a connection that first has the engine explain its plan. A table that
grows with the traffic must not be read from end to end, but for as long as a limit allows.
"""

import inspect
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from app.domain.identity import IdentityMode
from app.store.insights import Choice
from app.store.postgres import figures as postgres_figures
from app.store.postgres import insights as postgres_insights
from app.store.postgres import walks as postgres_walks
from app.store.postgres.db import Db, Figures, Row
from app.store.postgres.engine import PostgresStore
from app.store.sqlite import figures as sqlite_figures
from app.store.sqlite import insights as sqlite_insights
from app.store.sqlite import walks as sqlite_walks
from tests.store.engines import Postgres, Sqlite
from tests.store.setting import NOW, arrive, fold, played

GROWING = ("plays", "outbox", "contacts", "mails", "media", "figures", "figure_pages", "audit")
ALIASES = {"p": "plays", "o": "outbox", "c": "contacts"}
MODE: IdentityMode = "lookup"
LATER = NOW + 1


def questions(insights: Any, figures: Any, walks: Any) -> list[tuple[str, Callable[[Any], Any]]]:
    """All that pages ask, by name; each is asked of a connection."""
    media = {
        order: lambda db, order=order: figures.media(db, order, 0, 50, None)
        for order in ("latest", "most")
    }
    choices = {"all": Choice(NOW), "kind": Choice(NOW, "x"), "ids": Choice(NOW, ids=[1, 2])}
    changes = {
        f"{act} {name}": lambda db, act=act, choice=choice: insights.change_rejected(
            db, act, choice, 1, 200, LATER
        )
        for name, choice in choices.items()
        for act in ("requeue", "discard")
    }
    return [
        ("standing", lambda db: insights.standing(db, NOW)),
        ("days", lambda db: figures.days(db, 0)),
        ("latest", lambda db: insights.latest(db, MODE, 20)),
        *media.items(),
        ("medium", lambda db: figures.medium(db, 1, 0, 10)),
        ("families", lambda db: insights.families(db, 100)),
        ("rejected", lambda db: insights.rejected(db, MODE, "x", 20, None)),
        ("audit", lambda db: insights.audit(db, 50, None)),
        ("session", lambda db: walks.walks(db, MODE, walks.OF_SESSION, "s1", 20)),
        ("usertoken", lambda db: walks.walks(db, MODE, walks.OF_UTK, "utk", 20)),
        ("contact", lambda db: walks.walks(db, MODE, walks.OF_CONTACT, 9, 20)),
        *changes.items(),
    ]


class Explaining(sqlite3.Connection):
    """A connection that keeps the plan of each query."""

    plans: list[tuple[str, bool]]

    def execute(self, query: str, given: Any = (), /) -> sqlite3.Cursor:
        """Explain, then do it."""
        for *_, step in super().execute(f"EXPLAIN QUERY PLAN {query}", given):
            self.plans.append((step, "LIMIT" in query))
        return super().execute(query, given)


class Explained(Db):
    """The same for PostgreSQL, which is told to avoid reading tables whole if it can."""

    plans: list[str]
    """Tables that are read from end to end."""

    asked = 0

    async def rows(self, query: str, *given: object) -> list[Row]:
        """Explain, then do it."""
        await self._explain(query, given)
        return await super().rows(query, *given)

    async def row(self, query: str, *given: object) -> Row | None:
        """Explain, then do it."""
        await self._explain(query, given)
        return await super().row(query, *given)

    async def change(self, query: str, *given: object) -> int:
        """Explain, then do it."""
        await self._explain(query, given)
        return await super().change(query, *given)

    async def _explain(self, query: str, given: tuple[object, ...]) -> None:
        text = await super().value(f"EXPLAIN (FORMAT JSON) {query}", *given)
        self.asked += 1
        self.plans += _read_whole(json.loads(text)[0]["Plan"], limited=False)


def _read_whole(plan: Figures, *, limited: bool) -> list[str]:
    """Tables read from end to end, by themselves or along an index, with no limit above."""
    limited |= plan["Node Type"] == "Limit"
    table = plan.get("Relation Name")
    picks = "Index Cond" in plan or plan["Node Type"] == "Bitmap Heap Scan" or "Alias" not in plan
    found = [table] if table in GROWING and not picks and not limited else []
    inner = plan.get("Plans", [])
    return found + [name for each in inner for name in _read_whole(each, limited=limited)]


async def _some(store: Any) -> None:
    """A few plays, so that what comes of a first answer is asked as well."""
    for number in range(3):
        await arrive(store, sessionId=f"s{number}", _hsenc=f"m{number}")
    await fold(store)
    await played(store, NOW, sessionId="s1", playedPercent=60)


async def test_sqlite_finds_all_by_indexes(tmp_path: Path) -> None:
    """No table that grows is scanned, unless along an index and up to a limit."""
    database = Sqlite(tmp_path)
    async with database.open() as store:
        await _some(store)
    asked = 0
    with closing(sqlite3.connect(database._path, factory=Explaining)) as db:
        for name, ask in questions(sqlite_insights, sqlite_figures, sqlite_walks):
            db.plans = []
            ask(db)
            for step, limited in db.plans:
                if found := re.match(r"SCAN (\w+)( USING .*)?", step):
                    scanned = ALIASES.get(found[1], found[1])
                    assert scanned not in GROWING or (found[2] and limited), (name, step)
            asked += len(db.plans)
    assert asked > 40


async def test_postgres_finds_all_by_indexes(tmp_path: Path) -> None:
    """Nor there."""
    asked = 0

    async def ask_all(db: Db) -> None:
        nonlocal asked
        explained = Explained(db._connection, db._queries)
        await db.script("SET LOCAL enable_seqscan = off")
        for name, ask in questions(postgres_insights, postgres_figures, postgres_walks):
            explained.plans = []
            answer = ask(explained)
            assert inspect.isawaitable(answer)
            await cast("Awaitable[object]", answer)
            assert explained.plans == [], name
        asked = explained.asked

    async with Postgres(tmp_path).open() as store:
        assert isinstance(store, PostgresStore)
        await _some(store)
        await store._pool.run(ask_all)
    assert asked > 40
