"""`backup` and `store copy`: a store can be kept, restored and moved."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.store.sqlite.files import DeliveryLock
from tests.store.postgres.ask import ask, fresh_database
from tests.system.cli.outbox_store import fill


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A filled store (the sandbox's, which has one of its own), and the setting that names it."""
    path = tmp_path / "relay.db"
    fill(path)
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", f"sqlite:///{path}")
    return tmp_path / "relay-sandbox.db"


def sessions(path: Path) -> list[str]:
    """The plays in a store."""
    with closing(sqlite3.connect(path)) as db:
        return [session for (session,) in db.execute("SELECT session FROM plays ORDER BY id")]


def test_a_backup_is_whole_and_private(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file, for its owner alone, made while a relay holds the store; it can be restored."""
    target, lock = tmp_path / "backup.db", DeliveryLock(store)
    lock.acquire()
    assert main(["backup", str(target)]) == 0
    lock.release()
    assert capsys.readouterr().out == f"{target}: 2 plays, verified\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.db"]
    assert sessions(target) == sessions(store) == ["by-mail", "stranger"]
    for path in tmp_path.glob("relay-sandbox.db*"):
        path.unlink()
    target.rename(store)
    assert main(["outbox", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_a_backup_replaces_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays as it is."""
    target = tmp_path / "backup.db"
    target.write_text("mine")
    assert main(["backup", str(target)]) == 1
    assert "exists already: give another name" in capsys.readouterr().err
    assert target.read_text() == "mine"


@pytest.mark.parametrize("name", ["missing/backup.db", "backup.db/inner.db", "."])
def test_a_place_that_takes_no_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names the file that was asked for, and what to name instead."""
    (tmp_path / "backup.db").write_text("a file, no folder")
    assert main(["backup", str(tmp_path / name)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"playrelay: {tmp_path / name} ")
    assert "name a file" in line


def test_a_damaged_store_makes_no_backup(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is found out now, and not when the backup is needed."""
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = bytearray(store.read_bytes())
    pages[-8192:] = b"\x5a" * 8192
    store.write_bytes(pages)
    assert main(["backup", str(tmp_path / "backup.db")]) == 1
    assert "damaged" in capsys.readouterr().err
    assert list(tmp_path.glob("backup*")) == []


def test_a_backup_of_postgresql_is_pg_dumps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the tool."""
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["backup", "x.db"]) == 1
    assert "pg_dump" in capsys.readouterr().err


def test_a_store_is_copied_to_postgresql(capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it has copied and what to do next."""
    url = fresh_database()
    assert main(["store", "copy", "--to", url]) == 0
    said = capsys.readouterr().out
    assert "2 plays, 4 events" in said
    assert "Set PLAYRELAY_DATABASE_URL to the copy" in said
    assert ask(url, 'SELECT count(*) FROM "playrelay-sandbox".outbox') == [(4,)]
    assert main(["store", "copy", "--to", url]) == 1
    assert "the target is in use" in capsys.readouterr().err


def test_a_store_that_is_being_delivered_from_is_not_copied(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that is being delivered from is not copied: the copy would lack later changes."""
    lock = DeliveryLock(store)
    lock.acquire()
    assert main(["store", "copy", "--to", f"sqlite:///{tmp_path}/copy.db"]) == 1
    lock.release()
    assert "another playrelay already delivers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("mysql://host/db", "--to: write sqlite:///"),
        ("postgresql://u:TopSecret/x@host/db", "percent-encode"),
    ],
)
def test_a_wrong_target_is_named(to: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong target is reported without its password."""
    assert main(["store", "copy", "--to", to]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "TopSecret" not in said
