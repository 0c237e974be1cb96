"""Queries of the pages use indexes, whatever the store holds: the plans are read.

Each question is asked on a transaction that first has the engine explain its plan. A table that
grows with the traffic must not be read from end to end, but for as long as a limit allows.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from app.domain.identity import IdentityMode
from app.domain.media import Medium
from app.domain.period import SLOT_MS, Period
from app.domain.traits import Traits
from app.store.event_reports import Action, Selection
from app.store.policy import StorePolicy
from app.store.postgres.database import PostgresDatabase
from app.store.postgres.tx import PostgresTx
from app.store.reports import COUNTED
from app.store.sqlite.tx import SqliteTx, finished
from app.store.store import Store
from app.store.transactions import (
    admin,
    claims,
    erasure,
    figure_reports,
    figure_traits,
    filtered,
    future,
    history,
    lookups,
    maintenance,
    refused_media,
    rejections,
    viewers,
    watchers,
)
from app.store.tx import Row, Tx
from tests.store.engines import Postgres, Sqlite
from tests.store.setting import (
    DAY,
    LEASE,
    NOW,
    QUOTA,
    RETENTION,
    YEAR,
    arrive,
    fold,
    played,
    policy,
)

GROWING = (
    *("plays", "outbox", "contacts", "mails", "media", "figures", "figure_pages", "audit"),
    *("figure_slots", "figure_blocks", "figure_traits", "figure_trait_slots"),
    "refused_media",
)
GATHERING = {"Sort", "Aggregate", "Hash", "Group", "SetOp"}
"""What has to have all before it gives the first: no limit above it reaches below."""

WHOLE = {
    *((f"requeue {which}", "refused_media") for which in ("all", "kind", "ids")),  # all are deleted
    ("maintain", "audit"),  # only people add to it
}
"""What is read from end to end, and may be."""

ALIASES = {"p": "plays", "o": "outbox", "c": "contacts", "e": "outbox"}
TOKYO = Period.latest(28, NOW, timezone(timedelta(hours=9)))
PAGE = Traits(context="page")
MODE: IdentityMode = "lookup"
POLICY: StorePolicy = policy()
LATER = NOW + 1

Question = Callable[[Tx], Coroutine[Any, Any, object]]


def questions() -> dict[str, Question]:
    """All that pages ask, and what the workers ask again and again, by name."""
    media = [Medium(bridge_id=1), Medium(bridge_id=2)]
    selections = {
        "all": Selection(NOW),
        "kind": Selection(NOW, "x"),
        "ids": Selection(NOW, ids=[1, 2]),
    }
    actions: tuple[Action, ...] = ("requeue", "discard")
    changes: dict[str, Question] = {
        f"{action} {name}": partial(_change, action, selection)
        for name, selection in selections.items()
        for action in actions
    }
    return {
        "depths": lambda tx: admin.depths(tx, NOW, COUNTED),
        "days": lambda tx: figure_reports.days(tx, TOKYO),
        "latest": lambda tx: history.latest(tx, MODE, 20),
        "media played last": lambda tx: figure_reports.media(tx, "latest", TOKYO, 50, None),
        "media played most": lambda tx: figure_reports.media(tx, "most", TOKYO, 50, None),
        "media of a period": lambda tx: figure_reports.played(tx, TOKYO, ""),
        "media found": lambda tx: figure_reports.played(tx, TOKYO, "a"),
        "medium": lambda tx: figure_reports.medium(tx, 1, YEAR, 10, compared=True),
        "medium, in a time zone": lambda tx: figure_reports.medium(tx, 1, TOKYO, 10, compared=True),
        "some plays": lambda tx: filtered.filtered(tx, 1, YEAR, PAGE, 10, compared=True),
        "some plays, in a time zone": lambda tx: filtered.filtered(
            tx, 1, TOKYO, PAGE, 10, compared=True
        ),
        "what there is to filter by": lambda tx: filtered.choices(tx, 1, TOKYO),
        "viewers": lambda tx: viewers.viewers(tx, 1, TOKYO),
        "viewers of all media": lambda tx: viewers.viewers_of_all(tx, TOKYO),
        "refused media": lambda tx: refused_media.refused_media(tx, NOW, 50),
        "refusals": lambda tx: refused_media.refusals(tx, media),
        "families": lambda tx: rejections.families(tx, 100),
        "rejected": lambda tx: rejections.rejected(tx, MODE, "x", 20, None),
        "watchers": lambda tx: watchers.watchers(tx, [1], 50, "any", 50, None),
        "watchers of several, later": lambda tx: watchers.watchers(
            tx, [1, 2, 3], 50, "all", 50, (9_000, 2**40)
        ),
        "what a contact watched": lambda tx: watchers.watched_by(tx, 9, 50),
        "audit": lambda tx: admin.audit_log(tx, 50, None),
        "session": lambda tx: history.plays_of(tx, MODE, history.OF_SESSION, "s1", 20),
        "usertoken": lambda tx: history.plays_of(tx, MODE, history.OF_UTK, "utk", 20),
        "contact": lambda tx: history.plays_of(tx, MODE, history.OF_CONTACT, 9, 20),
        **changes,
        "claim": lambda tx: claims.claim(tx, POLICY, NOW, LEASE),
        "look up": lambda tx: lookups.claim_lookup(tx, QUOTA, NOW, 100, LEASE),
        "sum up": lambda tx: figure_traits.sum_days(tx, NOW // DAY - 1, 50),
        "maintain": lambda tx: maintenance.maintain(tx, RETENTION, NOW, 500),
        "bring back": lambda tx: future.bring_back(tx, POLICY, NOW, 500, 0),
        "usertokens of a contact": lambda tx: erasure.usertokens(tx, None, 9),
        "count what to forget": lambda tx: erasure.count_plays(tx, ["utk"], 9),
        "forget unread": lambda tx: erasure.forget_unread(tx, "inbox", 0, ["utk"], 9),
        "forget plays of usertokens": lambda tx: erasure.forget_plays(tx, ["utk"], 9),
        "forget plays of a contact": lambda tx: erasure.forget_plays_of(tx, 9),
        "forget usertokens": lambda tx: erasure.forget_usertokens(tx, ["utk"]),
    }


async def _change(action: Action, selection: Selection, tx: Tx) -> int:
    return await rejections.change_rejected(tx, action, selection, 1, 200, LATER)


class Explaining(sqlite3.Connection):
    """A connection that keeps the plan of each query."""

    plans: list[tuple[str, bool]]

    def execute(self, query: str, given: Any = (), /) -> sqlite3.Cursor:
        """Explain, then do it."""
        steps = [each[-1] for each in super().execute(f"EXPLAIN QUERY PLAN {query}", given)]
        limited = "LIMIT" in query and not any("TEMP B-TREE" in step for step in steps)
        self.plans += [(step, limited) for step in steps]
        return super().execute(query, given)


class Explained(PostgresTx):
    """The same for PostgreSQL, which plans by what it knows of the rows that there are."""

    plans: list[str]
    """Tables that are read from end to end."""

    asked = 0

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Explain, then do it."""
        await self._explain(sql, values)
        return await super().rows(sql, *values)

    async def row(self, sql: str, *values: object) -> Row | None:
        """Explain, then do it."""
        await self._explain(sql, values)
        return await super().row(sql, *values)

    async def change(self, sql: str, *values: object) -> int:
        """Explain, then do it."""
        await self._explain(sql, values)
        return await super().change(sql, *values)

    async def _explain(self, sql: str, values: tuple[object, ...]) -> None:
        text = await super().value(f"EXPLAIN (FORMAT JSON) {sql}", *values)
        self.asked += 1
        self.plans += _read_whole(json.loads(text)[0]["Plan"], limited=False)


def _read_whole(plan: dict[str, Any], *, limited: bool) -> list[str]:
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


# Recent, as nearly all is in a store that is maintained: where half of it is to be deleted, reading
# all is right.
CROWD = f"""
    INSERT INTO playrelay.plays (view, session, pings, begun_at, received_at, utk, mail, state)
    SELECT decode(lpad(to_hex(i), 32, '0'), 'hex'), 'c' || i, 1, {NOW} - i, {NOW} - i, 'u' || i,
        false, (SELECT state FROM playrelay.plays LIMIT 1) FROM generate_series(1, 20000) i;
    INSERT INTO playrelay.outbox
        (play, event, value, status, occurred_at, created_at, settled_at, answer, family,
            contact_id)
    SELECT id, 'media-played', each, (ARRAY['delivered', 'rejected', 'waiting', 'due'])[1 + id % 4],
        {NOW} - id, {NOW} - id, {NOW} - id, jsonb_build_object('contact_id', id), 'f' || id % 3, id
    FROM playrelay.plays, unnest(ARRAY['STARTED', 'VIEWED']) each ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.contacts (utk, contact_id, asked_at)
    SELECT 'u' || i, i, {NOW} - i FROM generate_series(1, 20000) i;
    UPDATE playrelay.plays SET watched_by = id / 2, attributed = true, covered = id % 10000,
        started = begun_at / {SLOT_MS}, viewer = id / 3,
        medium = 'k' || id % 10, trait = id % 100;
    UPDATE playrelay.contacts SET contact_id = NULL, ask_at = {NOW + DAY}, ask_by = {NOW + 2 * DAY}
    WHERE contact_id % 2 = 0;
    INSERT INTO playrelay.mails (mail, utk, sent_at)
    SELECT decode(lpad(to_hex(i), 32, '0'), 'hex'), 'u' || i, {NOW} - i
    FROM generate_series(1, 5000) i;
    INSERT INTO playrelay.media (key, about, plays, last_day)
    SELECT 'k' || i, (SELECT about FROM playrelay.media LIMIT 1), i, {NOW // DAY} - i % 300
    FROM generate_series(1, 5000) i;
    INSERT INTO playrelay.figures SELECT id, {NOW // DAY} - day, 1, 1, 1, 1, 1, 1, 0, NULL, 0, 0
    FROM playrelay.media, generate_series(1, 5) day ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_slots
    SELECT id, {NOW // SLOT_MS} - slot, 1, 1, 1, 1, 1, 1, 0, 0, 0, NULL, NULL
    FROM playrelay.media, generate_series(1, 20) slot ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_blocks
    SELECT id, {NOW // DAY // 32} - block, 1, 1, 1, 1, 1, 1, 0, 0, 0
    FROM playrelay.media, generate_series(1, 5) block ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_traits
        (medium, day, digest, site, page, context, utm_source, utm_medium, utm_campaign, summed,
            plays)
    SELECT id, {NOW // DAY} - day, digest, '', 'p' || digest, 'page', '', '', '', day > 2, 1
    FROM playrelay.media, generate_series(1, 5) day, generate_series(1, 2) digest
    WHERE playrelay.media.id <= 1000
    ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_trait_slots
    SELECT id, day * 96 + slot, 1, 1, 1, 1, 1, 1, 0, 0, 0, NULL, NULL
    FROM playrelay.figure_traits, generate_series(1, 2) slot ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.figure_pages SELECT id, {NOW // DAY} - day, 'p', 1
    FROM playrelay.media, generate_series(1, 5) day ON CONFLICT DO NOTHING;
    INSERT INTO playrelay.audit (at, who, what, subject)
    SELECT {NOW} - i, 'w', 'w', 's' FROM generate_series(1, 5000) i;
    INSERT INTO playrelay.refused_media
    SELECT i || '/', 1, {NOW} - i, '{{"reason": "refused"}}' FROM generate_series(1, 5000) i;
    ANALYZE playrelay.plays; ANALYZE playrelay.outbox; ANALYZE playrelay.contacts;
    ANALYZE playrelay.mails; ANALYZE playrelay.media; ANALYZE playrelay.figures;
    ANALYZE playrelay.figure_pages; ANALYZE playrelay.figure_slots;
    ANALYZE playrelay.figure_blocks; ANALYZE playrelay.figure_traits;
    ANALYZE playrelay.figure_trait_slots;
    ANALYZE playrelay.audit; ANALYZE playrelay.refused_media;
"""  # noqa: S608 - numbers of ours


async def _some(store: Store) -> None:
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
        db.row_factory = sqlite3.Row
        for name, ask in questions().items():
            db.plans = []
            finished(ask(SqliteTx(db)))
            for step, limited in db.plans:
                if found := re.match(r"SCAN (\w+)( USING .*)?", step):
                    scanned = ALIASES.get(found[1], found[1])
                    all_of_it = (name, scanned) in WHOLE
                    assert scanned not in GROWING or (found[2] and limited) or all_of_it, (
                        name,
                        step,
                    )
            asked += len(db.plans)
    assert asked > 80


async def _explain_all(found: dict[str, list[str]], tx: Tx) -> int:
    assert isinstance(tx, PostgresTx)
    await tx.script(CROWD)
    explained = Explained(tx._connection, tx._schema)
    for name, ask in questions().items():
        explained.plans = []
        await ask(explained)
        found[name] = explained.plans
    return explained.asked


async def test_postgres_finds_all_by_indexes(tmp_path: Path) -> None:
    """PostgreSQL uses indexes, too, once tables are large enough to make them worthwhile."""
    found: dict[str, list[str]] = {}
    async with Postgres(tmp_path).open() as store:
        assert isinstance(store._database, PostgresDatabase)
        await _some(store)
        asked = await store._database.write(partial(_explain_all, found))
    for name, scanned in found.items():
        assert {(name, table) for table in scanned} <= WHOLE, name
    assert asked > 80
