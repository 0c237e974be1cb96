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
from app.domain.media import Medium
from app.store.insights import COUNTED, Choice
from app.store.postgres import figures as postgres_figures
from app.store.postgres import insights as postgres_insights
from app.store.postgres import refused as postgres_refused
from app.store.postgres import walks as postgres_walks
from app.store.postgres.db import Db, Figures, Row
from app.store.postgres.engine import PostgresStore
from app.store.sqlite import figures as sqlite_figures
from app.store.sqlite import insights as sqlite_insights
from app.store.sqlite import refused as sqlite_refused
from app.store.sqlite import walks as sqlite_walks
from tests.store.engines import Postgres, Sqlite
from tests.store.setting import NOW, arrive, fold, played

GROWING = (
    *("plays", "outbox", "contacts", "mails", "media", "figures", "figure_pages", "audit"),
    "refused_media",
)
GATHERING = {"Sort", "Aggregate", "Hash", "Group", "SetOp"}
"""What has to have all before it gives the first: no limit above it reaches below."""

ALIASES = {"p": "plays", "o": "outbox", "c": "contacts"}
SQLITE = (sqlite_insights, sqlite_figures, sqlite_walks, sqlite_refused)
POSTGRES = (postgres_insights, postgres_figures, postgres_walks, postgres_refused)
MODE: IdentityMode = "lookup"
LATER = NOW + 1


def questions(
    insights: Any, figures: Any, walks: Any, refused: Any
) -> list[tuple[str, Callable[[Any], Any]]]:
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
        ("depths", lambda db: insights.depths(db, NOW, COUNTED)),
        ("days", lambda db: figures.days(db, 0)),
        ("latest", lambda db: insights.latest(db, MODE, 20)),
        *media.items(),
        ("medium", lambda db: figures.medium(db, 1, 0, 10)),
        ("refused media", lambda db: refused.refused_media(db, NOW, 50)),
        ("refusals", lambda db: refused.refusals(db, [Medium(bridge_id=1), Medium(bridge_id=2)])),
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
        steps = [each[-1] for each in super().execute(f"EXPLAIN QUERY PLAN {query}", given)]
        limited = "LIMIT" in query and not any("TEMP B-TREE" in step for step in steps)
        self.plans += [(step, limited) for step in steps]
        return super().execute(query, given)


class Explained(Db):
    """The same for PostgreSQL, which plans by what it knows of the rows that there are."""

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
    kind = plan["Node Type"]
    if kind in GATHERING or plan.get("Parent Relationship") in {"InitPlan", "SubPlan"}:
        limited = False
    limited |= kind == "Limit"
    scans = kind.endswith("Scan") and kind not in {"Bitmap Heap Scan", "CTE Scan", "WorkTable Scan"}
    whole = scans and "Index Cond" not in plan and not limited
    name = str(plan.get("Relation Name") or plan.get("Index Name", ""))
    found = [name] if whole and name.startswith(GROWING) else []
    inner = plan.get("Plans", [])
    return found + [each for part in inner for each in _read_whole(part, limited=limited)]


CROWD = """
    INSERT INTO playrelay.plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT decode(lpad(to_hex(i), 32, '0'), 'hex'), 'c' || i, 1, i, i, 'u' || i, false,
        (SELECT state FROM playrelay.plays LIMIT 1) FROM generate_series(1, 20000) i;
    INSERT INTO playrelay.outbox
        (play, event, value, status, occurred_at, created_at, settled_at, answer, family)
    SELECT id, 'media-played', each, (ARRAY['delivered', 'rejected', 'waiting', 'due'])[1 + id % 4],
        id, id, id, jsonb_build_object('contact_id', id), 'f' || id % 3
    FROM playrelay.plays, unnest(ARRAY['STARTED', 'VIEWED']) each ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.contacts (utk, contact_id, asked_at)
    SELECT 'u' || i, i, 1 FROM generate_series(1, 20000) i;
    INSERT INTO playrelay.media (key, about, plays, last_day)
    SELECT 'k' || i, (SELECT about FROM playrelay.media LIMIT 1), i, i
    FROM generate_series(1, 5000) i;
    INSERT INTO playrelay.figures SELECT id, day, 1, 1, 1, 1, 1, 1, 0, NULL
    FROM playrelay.media, generate_series(1, 5) day ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_pages SELECT id, day, 'p', 1
    FROM playrelay.media, generate_series(1, 5) day ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.audit (at, who, what, subject)
    SELECT i, 'w', 'w', 's' FROM generate_series(1, 5000) i;
    INSERT INTO playrelay.refused_media
    SELECT i || '/', 1, i, '{"reason": "refused"}' FROM generate_series(1, 5000) i;
    ANALYZE playrelay.plays; ANALYZE playrelay.outbox; ANALYZE playrelay.contacts;
    ANALYZE playrelay.media; ANALYZE playrelay.figures; ANALYZE playrelay.figure_pages;
    ANALYZE playrelay.audit; ANALYZE playrelay.refused_media;
"""


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
        for name, ask in questions(*SQLITE):
            db.plans = []
            ask(db)
            for step, limited in db.plans:
                if found := re.match(r"SCAN (\w+)( USING .*)?", step):
                    scanned = ALIASES.get(found[1], found[1])
                    assert scanned not in GROWING or (found[2] and limited), (name, step)
            asked += len(db.plans)
    assert asked > 40


async def test_postgres_finds_all_by_indexes(tmp_path: Path) -> None:
    """Nor there, where tables are large enough that reading them whole does not pay."""
    asked = 0

    async def ask_all(db: Db) -> None:
        nonlocal asked
        await db.script(CROWD)
        explained = Explained(db._connection, db._queries)
        for name, ask in questions(*POSTGRES):
            explained.plans = []
            answer = ask(explained)
            assert inspect.isawaitable(answer)
            await cast("Awaitable[object]", answer)
            gone = ["refused_media"] if name.startswith("requeue") else []  # all of them
            assert explained.plans == gone, name
        asked = explained.asked

    async with Postgres(tmp_path).open() as store:
        assert isinstance(store, PostgresStore)
        await _some(store)
        await store._pool.run(ask_all)
    assert asked > 40
