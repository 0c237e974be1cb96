"""A store of an earlier release, and one at any earlier state of the schema, are migrated whole."""

import asyncio
import re
import sqlite3
import struct
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.period import SLOT_MS, Period
from app.domain.traits import Traits
from app.store import migrations
from app.store.errors import StoreError
from app.store.migrations import REPLACE, _scripts
from app.store.postgres.database import open_postgres
from app.store.rules.plays import decode_play, watched
from app.store.sqlite.database import open_sqlite
from app.store.sqlite.dialect import sqlite_sql
from app.store.store import Store
from tests.store.engines import sqlite_url
from tests.store.old import stores
from tests.store.postgres.ask import ask, fresh_database
from tests.store.setting import DAY, LEASE, NOW, YEAR, arrive, fold, played, policy, values

LATER = NOW + 2 * DAY
VERSIONS = sorted(_scripts("sqlite"))


class Sqlite:
    """A file in a folder, beside the relay."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "relay.db"

    async def restore(self) -> None:
        """The earlier release's store is there."""
        await asyncio.to_thread(stores.sqlite_at, self._path)

    async def build(self, version: str) -> None:
        """The schema is there as it was at this version, and nothing else."""
        scripts = [text for number, text in _scripts("sqlite").items() if number <= version]
        with closing(sqlite3.connect(self._path)) as db:
            db.executescript("\n".join(scripts))
            db.execute("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
            db.execute("INSERT INTO alembic_version VALUES (?)", (version,))
            db.commit()

    async def ask(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self._path)) as db:
            rows = db.execute(sqlite_sql(query)).fetchall()
            db.commit()
            return rows

    async def open(self) -> Store:
        """The store on it."""
        return await open_sqlite(sqlite_url(self._path), policy())


class Postgres:
    """A database of its own, beside the relay."""

    def __init__(self, _folder: Path) -> None:
        self._url = fresh_database()

    async def restore(self) -> None:
        """See `Sqlite`."""
        await stores.postgres_at(self._url)

    async def build(self, version: str) -> None:
        """See `Sqlite`."""
        scripts = [text for number, text in _scripts("postgres").items() if number <= version]
        table = "CREATE TABLE playrelay.alembic_version (version_num varchar(32) NOT NULL)"
        row = f"INSERT INTO playrelay.alembic_version VALUES ('{version}')"  # noqa: S608 - ours
        for script in ("CREATE SCHEMA playrelay", *scripts, table, row):
            await stores.run(self._url, script)

    async def ask(self, query: str) -> list[tuple[object, ...]]:
        """See `Sqlite`."""
        return await asyncio.to_thread(ask, self._url, query)

    async def open(self) -> Store:
        """See `Sqlite`."""
        return await open_postgres(self._url, policy())


Database = Sqlite | Postgres
SINCE = {
    *("console_sessions", "outbox_new", "resting", "figure_slots", "shared_links", "contact_names"),
    *("alerts", "alert_turn", "alert_messages", "alert_channels"),
    *("days", "activity", "figure_blocks", "figure_traits", "figure_trait_slots"),
}
"""Tables that the earlier release did not have, or that a migration renames or replaces."""

TABLES = sorted(
    set(re.findall(r"CREATE TABLE (\w+)", "".join(_scripts("sqlite").values()))) - SINCE
)


@pytest.fixture(params=[Sqlite, Postgres])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Not there yet."""
    made: Callable[[Path], Database] = request.param
    return made(tmp_path)


async def counts(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """The number of rows of each table, and of events by status."""
    found = {
        table: await database.ask(f"SELECT count(*) FROM playrelay.{table}")  # noqa: S608 - ours
        for table in TABLES
    }
    events = "SELECT status, reason, count(*) FROM playrelay.outbox GROUP BY 1, 2 ORDER BY 1, 2"
    return {**found, "events": await database.ask(events)}


async def test_a_store_of_an_earlier_release_keeps_all(database: Database) -> None:
    """Every table has as many rows as before, and every event what became of it."""
    await database.restore()
    before = await counts(database)
    assert all(rows[0][0] for rows in before.values())
    await (await database.open()).close()
    assert await counts(database) == before
    (version,) = await database.ask("SELECT version_num FROM playrelay.alembic_version")
    assert version == (VERSIONS[-1],)


async def test_what_became_a_column_is_filled(database: Database) -> None:
    """Contacts as HubSpot's answers name them, and plays that have an event on one."""
    await database.restore()
    await (await database.open()).close()
    contacts = await database.ask(
        "SELECT contact_id FROM playrelay.outbox WHERE contact_id IS NOT NULL ORDER BY 1"
    )
    assert contacts == [(7,), (900,), (901,), (905,)]
    attributed = "SELECT id FROM playrelay.plays WHERE attributed ORDER BY 1"
    delivered = """
        SELECT DISTINCT play FROM playrelay.outbox WHERE status = 'delivered' ORDER BY 1
    """
    assert await database.ask(attributed) == await database.ask(delivered)


async def test_who_watched_what_is_filled(database: Database) -> None:
    """The contact that was named last, medium and share are filled in for plays on a contact."""
    await database.restore()
    await (await database.open()).close()
    found = await database.ask(
        "SELECT watched_by, medium, covered, state FROM playrelay.plays WHERE attributed"
    )
    assert {row[0] for row in found} == {7, 901, 905}
    for _, medium, covered, state in found:
        assert isinstance(state, str | bytes)
        assert (medium, covered) == watched(decode_play(state))


async def test_earlier_figures_are_there_by_slot(database: Database) -> None:
    """Each day as one of its slots; and what its plays saw in all is summed up."""
    await database.restore()
    await (await database.open()).close()
    columns = "plays, whole, attributed, mapped, parts, repeats, seen, again"
    days = await database.ask(
        f"SELECT medium, 96 * day + 48, {columns} FROM playrelay.figures ORDER BY 1, 2"  # noqa: S608 - ours
    )
    assert days == await database.ask(
        f"SELECT medium, slot, {columns} FROM playrelay.figure_slots ORDER BY 1, 2"  # noqa: S608 - ours
    )
    known = [(parts, struct.unpack("<100i", seen)) for *_, parts, _, seen, _ in days if seen]  # type: ignore[arg-type]
    assert any(parts for parts, _ in known)
    assert [parts for parts, _ in known] == [sum(seen) for _, seen in known]


async def test_earlier_plays_have_viewers(database: Database) -> None:
    """Each play has its medium and its time; those of one usertoken have one viewer."""
    await database.restore()
    await (await database.open()).close()
    found = await database.ask("SELECT medium, started, utk, viewer, state FROM playrelay.plays")
    by_identity: dict[object, set[object]] = {}
    for medium, started, utk, viewer, state in found:
        assert isinstance(state, str | bytes)
        play = decode_play(state)
        assert (medium, started) == (watched(play)[0], play.started_at // SLOT_MS)
        by_identity.setdefault(utk or state, set()).add(viewer)
    assert len(found) > len(by_identity) > 1
    assert all(len(viewers) == 1 for viewers in by_identity.values())
    assert len(set.union(*by_identity.values())) == len(by_identity)


async def test_days_agree_with_media_after_a_migration(database: Database) -> None:
    """Plays count where their media count them; what else was done stays on its day."""
    await database.restore()
    (done,) = await database.ask("SELECT sum(pings), sum(delivered) FROM playrelay.days")
    store = await database.open()
    days = await store.figures.days(Period.latest(365, LATER))
    media = await store.figures.played(Period.latest(365, LATER))
    assert sum(each.plays for each in days) == sum(each.figures.plays for each in media) > 0
    assert (sum(each.pings for each in days), sum(each.delivered for each in days)) == done
    await store.close()


async def test_blocks_agree_with_days_after_a_migration(database: Database) -> None:
    """A year of a medium, of which most is read from blocks, is what its days come to."""
    await database.restore()
    store = await database.open()
    year = Period.latest(365, LATER)
    media = await store.figures.played(year)
    assert media
    for each in media:
        report = await store.figures.medium(each.id, year, 1)
        assert report is not None
        assert report.figures.counts == each.figures.counts
    await store.close()


async def test_filters_count_what_begins_after_a_migration(database: Database) -> None:
    """Earlier plays are in no filter, also when they grow later; since when is said."""
    await database.restore()
    store = await database.open()
    who = {"contactUtk": "u0", "mediaBridgeId": 40, "playedPercent": 100}
    for session in ("s0", "new"):
        await arrive(store, LATER, sessionId=session, **who)
    await fold(store, LATER)
    (row,) = await database.ask("SELECT id FROM playrelay.media WHERE key = 'bridge:40'")
    year, medium = Period.latest(365, LATER), int(str(row[0]))
    every = await store.figures.medium(medium, year, 9)
    some = await store.figures.filtered(medium, year, Traits(context="page"), 9)
    assert every is not None
    assert some is not None
    assert (every.figures.plays, every.figures.whole) == (5, 2)
    assert (some.report.figures.plays, some.report.figures.whole, some.viewers.plays) == (1, 1, 1)
    assert NOW < some.choices.since <= LATER
    await store.close()


async def test_work_goes_on_after_a_migration(database: Database) -> None:
    """Unread pings are folded, events claimed, figures and the account as before."""
    await database.restore()
    store = await database.open()
    assert (await fold(store, LATER)).rows == 3
    assert (await store.maintenance.maintain(LATER, 100)).leases_expired == 1
    assert (await store.outbox.claim(LATER, LEASE)).job is not None
    (attributed,) = await database.ask("SELECT count(*) FROM playrelay.plays WHERE attributed")
    figures = await store.figures.media("most", YEAR, 9)
    assert (sum(each.figures.attributed for each in figures),) == attributed
    histories = await store.history.of_contact(905)
    assert "delivered" in {event.status for each in histories for event in each.events}
    assert await store.rejections.families(9)
    token, connection = await store.tokens.load(), await store.tokens.connection()
    assert token is not None
    assert connection is not None
    assert (token.access_token.get_secret_value(), connection.hub_id) == ("sealed-a", 123)
    assert [entry.who for entry in await store.admin.audit_log(9)] == ["ana"]
    await store.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_any_earlier_schema_is_migrated(database: Database, version: str) -> None:
    """Each version that was ever the newest is migrated, and a second run changes nothing."""
    await database.build(version)
    for _ in range(2):
        store = await database.open()
        await played(store)
        await store.close()
    store = await database.open()
    assert await values(store) == ["session STARTED"]
    await store.close()


async def test_starts_at_the_same_time_migrate_once(database: Database) -> None:
    """However many find the old schema, one changes it, and all go on."""
    await database.restore()
    opened = await asyncio.gather(*(database.open() for _ in range(4)))
    for store in opened:
        await arrive(store, LATER)
    assert (await opened[0].admin.depths(LATER)).inbox == 3 + len(opened)
    for store in opened:
        await store.close()


async def test_a_newer_store_is_refused(database: Database) -> None:
    """A newer store is refused in one line, and left unchanged."""
    await database.restore()
    newer = REPLACE.replace("$1", "'9999'")
    await database.ask(f"{newer} RETURNING version_num")
    before = await counts(database)
    with pytest.raises(StoreError, match="written by a newer playrelay") as caught:
        await database.open()
    assert caught.value.fault == "schema"
    assert "\n" not in str(caught.value)
    assert await counts(database) == before
    assert await database.ask("SELECT version_num FROM playrelay.alembic_version") == [("9999",)]


def test_both_engines_have_each_migration() -> None:
    """A change of the schema is made for both."""
    assert sorted(_scripts("postgres")) == VERSIONS


def test_each_number_is_of_one_migration() -> None:
    """Two of the same number would hide one another."""
    files = sorted(Path(migrations.__file__).parent.glob("*.sql"))
    numbers = Counter((file.name[:4], file.suffixes[0]) for file in files)
    assert [number for number, count in numbers.items() if count > 1] == []
