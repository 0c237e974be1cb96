"""A store is copied into one of the other engine and back, and nothing of it is lost."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.store import transfer
from app.store.errors import StoreError
from app.store.postgres.database import open_postgres
from app.store.sqlite.database import open_sqlite
from app.store.store import Store
from tests.store.engines import sqlite_url
from tests.store.old import stores
from tests.store.postgres.ask import fresh_database
from tests.store.setting import DAY, NOW, arrive, played, policy


def silent(_count: int) -> None:
    """Nobody watches."""


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables but those that are a store's own."""
    with closing(sqlite3.connect(path)) as db:
        names = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in transfer.LEFT_OUT and not name.startswith("sqlite_")
        ]
        return {name: sorted(rows_of(db, name), key=repr) for name in names}


def rows_of(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """All rows."""
    return [tuple(map(plain, row)) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608 - ours


def plain(value: object) -> object:
    """JSON as what it says: PostgreSQL orders the members of an object anew."""
    if isinstance(value, str | bytes) and value[:1] in {"{", b"{"}:
        return sorted(json.loads(value).items(), key=repr)
    return value


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store with plays, events, tokens, figures and an audit log."""
    path = tmp_path / "old.db"
    stores.sqlite_at(path)
    return path


async def sqlite(path: Path) -> Store:
    """The store in this file."""
    return await open_sqlite(sqlite_url(path), policy())


@pytest.fixture
def url() -> str:
    """An empty database of PostgreSQL."""
    return fresh_database()


async def copied(
    source: Store,
    target: Store,
    progress: Callable[[int], None] = silent,
    portion: int = transfer.PORTION,
) -> int:
    """Copy, and close both; returns the number of rows."""
    try:
        return sum((await source.copy_to(target, "the source", progress, portion)).values())
    finally:
        await source.close()
        await target.close()


async def test_a_store_goes_to_postgresql_and_back(old: Path, tmp_path: Path, url: str) -> None:
    """Every row of every table comes back as it was."""
    back = tmp_path / "back.db"
    seen: list[int] = []
    there = await copied(await sqlite(old), await open_postgres(url, policy()), seen.append)
    again = await copied(await open_postgres(url, policy()), await sqlite(back))
    before, after = contents(old), contents(back)
    assert there == again == sum(map(len, before.values())) == seen[-1] > 50
    for name, rows in before.items():
        assert after[name] == rows, name


async def test_a_copy_goes_on_working(old: Path, url: str) -> None:
    """A new play gets an id of its own in the copy, and no marker is left."""
    await copied(await sqlite(old), await open_postgres(url, policy()))
    store = await open_postgres(url, policy())
    try:
        await store.expect_whole()
        now = NOW + 100 * DAY
        await played(store, now, sessionId="a new session")
        assert len(await store.history.of_session("a new session", 5)) == 1
    finally:
        await store.close()


async def test_a_copy_that_was_cut_off_goes_on(old: Path, tmp_path: Path) -> None:
    """Until then no relay starts on it, and nothing else may be copied there."""
    target = tmp_path / "target.db"

    class CutOffError(Exception):
        """As if the process had been killed."""

    def cut_off(count: int) -> None:
        if count > 20:
            raise CutOffError

    with pytest.raises(CutOffError):
        await copied(await sqlite(old), await sqlite(target), cut_off, portion=3)
    half = await sqlite(target)
    with pytest.raises(StoreError, match=r"copy of the source into this store is not finished"):
        await half.expect_whole()
    other = await sqlite(tmp_path / "other.db")
    with pytest.raises(StoreError, match="another store is being copied there"):
        await other.copy_to(half, "another source", silent)
    await other.close()
    await copied(await sqlite(old), half)
    assert contents(target) == contents(old)


async def test_a_store_in_use_is_not_written_over(old: Path, tmp_path: Path) -> None:
    """Existing data in the target is left unchanged."""
    target = tmp_path / "target.db"
    store = await sqlite(target)
    await arrive(store)
    with pytest.raises(StoreError, match="the target is in use"):
        await copied(await sqlite(old), store)
    assert len(contents(target)["inbox"]) == 1


async def test_rows_that_arrive_meanwhile_are_noticed(old: Path, tmp_path: Path) -> None:
    """A source that changes while it is copied ends in an error, not in a smaller copy."""
    target = await sqlite(tmp_path / "target.db")

    def one_more(count: int) -> None:
        if count > 50:
            with closing(sqlite3.connect(old)) as db, db:
                db.execute("INSERT INTO activity (slot, pings) VALUES (?, 1)", (90_000 + count,))

    with pytest.raises(StoreError, match="stop every relay on the source, and copy again"):
        await copied(await sqlite(old), target, one_more)


def test_text_that_postgresql_can_not_hold_is_marked() -> None:
    """A NUL, as a character or as an escape of JSON, becomes the sign for a lost character."""
    assert transfer._text(b'{"name": "a\\u0000b"}') == '{"name": "a\\ufffdb"}'
    assert transfer._text("a\0b") == "a\ufffdb"
