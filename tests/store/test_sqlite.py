"""SQLite has a file of its own, and one process that delivers from it."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from app.store.errors import StoreError
from app.store.records import InboxPing
from app.store.sqlite import files
from app.store.sqlite.database import open_sqlite
from tests.store.engines import sqlite_url
from tests.store.setting import NOW, SECOND, body, claimed, drained, played, policy

POLICY = policy()


async def test_folder_and_file_are_made_for_the_relay_alone(path: Path) -> None:
    """The data is personal: nobody else on the machine may read it."""
    store = await open_sqlite(sqlite_url(path), POLICY)
    await store.inbox.append(InboxPing(NOW, None, body()))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    await store.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}


async def test_acknowledged_means_on_disk(path: Path) -> None:
    """A commit waits for the disk, and another connection sees the ping at once."""
    store = await open_sqlite(sqlite_url(path), POLICY)
    await store.inbox.append(InboxPing(NOW, None, body()))
    with contextlib.closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT body FROM inbox").fetchall() == [(body(),)]
    await store.close()
    with contextlib.closing(files.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL


async def test_a_relative_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes: below the working directory; percent-encoded where need be."""
    monkeypatch.chdir(tmp_path)
    await (await open_sqlite("sqlite:///my%20data/relay.db", POLICY)).close()
    assert (tmp_path / "my data" / "relay.db").exists()


async def test_one_process_delivers(path: Path) -> None:
    """A second one on the same file is told so, and may take over when the first has ended."""
    first = await open_sqlite(sqlite_url(path), POLICY)
    await first.maintenance.recover_in_flight(NOW)
    second = await open_sqlite(sqlite_url(path), POLICY)
    with pytest.raises(StoreError) as caught:
        await second.maintenance.recover_in_flight(NOW)
    assert caught.value.fault == "locked"
    assert str(path) in str(caught.value)
    await second.inbox.append(InboxPing(NOW, None, body()))  # collecting is for any number
    await first.close()
    await second.maintenance.recover_in_flight(NOW)
    await second.close()


async def test_two_processes_may_start_at_once(path: Path) -> None:
    """The schema is made by one of them, and the others find it."""
    environment = os.environ | {
        "PLAYRELAY_DATABASE_URL": sqlite_url(path),
        "PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "token",
        "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com",
    }
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "migrate", env=environment, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], said
    store = await open_sqlite(sqlite_url(path), POLICY)
    await store.inbox.append(InboxPing(NOW, None, body()))
    await store.close()


async def test_any_number_may_prepare_it_at_once(path: Path) -> None:
    """One after the other: none finds a file that is half made."""
    await asyncio.gather(*(asyncio.to_thread(files.prepare, path) for _ in range(4)))


async def test_a_migration_that_breaks_leaves_nothing(path: Path) -> None:
    """A migration that fails leaves nothing behind, not even its earlier statements."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE VIEW known_media AS SELECT 1")  # a migration makes a table of that name
    with pytest.raises(StoreError, match="known_media already exists"):
        await open_sqlite(sqlite_url(path), POLICY)
    with contextlib.closing(sqlite3.connect(path)) as db:
        left = db.execute("SELECT name FROM sqlite_schema").fetchall()
    assert left == [("known_media",)]


async def test_a_dead_predecessors_jobs_are_taken_over(path: Path) -> None:
    """Events that a dead process was sending are due again at once for the next one."""
    first = await open_sqlite(sqlite_url(path), policy("passthrough"))
    await played(first, sessionId="a")
    await played(first, sessionId="b")
    await claimed(first)
    await first.close()
    second = await open_sqlite(sqlite_url(path), policy("passthrough"))
    assert await second.maintenance.recover_in_flight(NOW + SECOND) == 1
    attempts = {job.play.session_id: job.attempts for job in await drained(second, NOW + SECOND)}
    assert attempts == {"a": 2, "b": 1}
    await second.close()
