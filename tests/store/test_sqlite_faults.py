"""A file, a disk or a lock that fails SQLite: a clear word, and nothing acknowledged is lost."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.store.errors import StoreError
from app.store.records import InboxPing
from app.store.sqlite import files
from app.store.sqlite.database import SqliteDatabase, open_sqlite
from app.store.store import Store
from tests.store.engines import sqlite_url
from tests.store.setting import FOLDING, LEASE, NOW, body, policy

POLICY = policy()


async def failure(path: Path) -> StoreError:
    """The message at the start; the text is one line."""
    with pytest.raises(StoreError) as caught:
        await open_sqlite(sqlite_url(path), POLICY)
    assert "\n" not in str(caught.value)
    return caught.value


def foreign(path: Path) -> bytes:
    """Put somebody else's file there."""
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to look like one" * 50)
    return path.read_bytes()


def spoil(path: Path) -> None:
    """Damage every page of the file but the first."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


async def fill(store: Store, kept: list[InboxPing]) -> None:
    """Append until it is enough, whether the store can or not."""
    for number in range(1000):
        ping = InboxPing(NOW, None, body(sessionId=f"s{number}", mediaName="x" * 4000))
        await store.inbox.append(ping)
        kept.append(ping)


def store_on(path: Path, connect: Callable[[], sqlite3.Connection] | None = None) -> Store:
    """A store whose connections are made by a test."""
    database = SqliteDatabase(path, lambda _rows, _seconds: None, connect)
    return Store(database, POLICY)


async def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    """A file in the way of the folder is named."""
    (tmp_path / "data").write_text("in the way")
    error = await failure(tmp_path / "data" / "relay.db")
    assert error.fault == "read_only"
    assert str(tmp_path / "data" / "relay.db") in str(error)


async def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    """So is a folder in the way of the file."""
    assert (await failure(path.parent.parent)).fault == "read_only"


async def test_a_file_that_is_no_database(path: Path) -> None:
    """Somebody else's file is left as it is."""
    before = foreign(path)
    error = await failure(path)
    assert error.fault == "corrupt"
    assert "move it aside" in str(error)
    with path.open("rb") as file:
        assert file.read() == before


async def test_a_damaged_file(path: Path) -> None:
    """Damage that shows at work is told as such, and takes no acknowledgement with it."""
    store = await open_sqlite(sqlite_url(path), POLICY)
    for number in range(200):
        await store.inbox.append(InboxPing(NOW, None, body(sessionId=f"s{number}")))
    await store.close()
    spoil(path)
    store = store_on(path)
    with pytest.raises(StoreError) as caught:
        await store.folding.fold(100, FOLDING, NOW)
    assert caught.value.fault == "corrupt"
    await store.close()


async def test_a_schema_from_the_future(path: Path) -> None:
    """A file that a newer version has migrated is not touched, and the remedy is named."""
    await (await open_sqlite(sqlite_url(path), POLICY)).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    error = await failure(path)
    assert error.fault == "schema"
    assert "newer playrelay" in str(error)


async def test_a_read_only_database(path: Path) -> None:
    """A store that may not write refuses pings with a word for it, and goes on when it may."""
    await (await open_sqlite(sqlite_url(path), POLICY)).close()
    writable = True

    def connect() -> sqlite3.Connection:
        db = files.connect(path)
        db.execute(f"PRAGMA query_only = {int(not writable)}")
        return db

    writable = False
    store = store_on(path, connect)
    for attempt in (
        store.inbox.append(InboxPing(NOW, None, body())),
        store.inbox.check_writable(NOW),
        store.outbox.claim(NOW, LEASE),
    ):
        with pytest.raises(StoreError) as caught:
            await attempt
        assert caught.value.fault == "read_only"
    writable = True
    await store.inbox.append(InboxPing(NOW, None, body()))
    assert (await store.admin.depths(NOW)).inbox == 1
    await store.close()


async def test_a_full_disk(path: Path) -> None:
    """A ping that does not fit is refused, acknowledged ones stay, and free space helps again."""
    await (await open_sqlite(sqlite_url(path), POLICY)).close()
    pages = 100

    def connect() -> sqlite3.Connection:
        db = files.connect(path)
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    store = store_on(path, connect)
    kept: list[InboxPing] = []
    with pytest.raises(StoreError) as caught:
        await fill(store, kept)
    assert caught.value.fault == "full"
    with pytest.raises(StoreError):
        await asyncio.gather(
            *(
                store.inbox.append(InboxPing(NOW, None, body(mediaName="y" * 4000)))
                for _ in range(9)
            )
        )
    assert (await store.admin.depths(NOW)).inbox == len(kept) > 0
    pages = 100_000
    await store.inbox.append(InboxPing(NOW, None, body(mediaName="x" * 4000)))
    assert (await store.admin.depths(NOW)).inbox == len(kept) + 1
    await store.close()


async def test_a_locked_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program's lock is waited for, then named; nothing is acknowledged meanwhile."""
    monkeypatch.setattr(files, "BUSY_SECONDS", 0.05)
    store = await open_sqlite(sqlite_url(path), POLICY)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            await store.inbox.append(InboxPing(NOW, None, body()))
        assert caught.value.fault == "locked"
        other.execute("ROLLBACK")
    await store.inbox.append(InboxPing(NOW, None, body()))
    assert (await store.admin.depths(NOW)).inbox == 1
    await store.close()


async def test_more_than_the_store_can_keep_up_with(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue in memory is limited: a ping beyond it is refused, later ones are accepted."""
    monkeypatch.setattr("app.store.group_commit.MAX_WAITING_BYTES", 10 * len(body()))
    store = await open_sqlite(sqlite_url(path), POLICY)
    appends = [store.inbox.append(InboxPing(NOW, None, body())) for _ in range(15)]
    done = await asyncio.gather(*appends, return_exceptions=True)
    refused = [each for each in done if isinstance(each, StoreError)]
    assert [error.fault for error in refused] == ["busy"] * 5
    await store.inbox.append(InboxPing(NOW, None, body()))
    assert (await store.admin.depths(NOW)).inbox == 11
    await store.close()
