"""A store that keeps the relay from starting: one clear line, and once mended all is delivered."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from tests.processes.disks import fill, forbidden, powerless, small_disk
from tests.processes.ports import free_port
from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until

RelayWith = Callable[..., Relay]
PAGE = 4096
SESSIONS = ("one", "two", "three")
MILESTONES = Counter((session, "media-played-percent", "25") for session in SESSIONS)


@pytest.fixture(scope="module")
def backlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a relay that had acknowledged pings, sent none on, and was killed."""
    folder = tmp_path_factory.mktemp("backlog")
    with Relay(folder, f"http://127.0.0.1:{free_port()}", events="percent") as relay:
        relay.started()
        for session in SESSIONS:
            relay.watch(session, 25)
        relay.kill()
        return relay.data


@contextmanager
def _read_only_folder(database: Path) -> Iterator[None]:
    """As after a clean end: no write-ahead log is left that could still be written to."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with forbidden(database.parent):
        yield


@contextmanager
def _read_only_after_a_restore(database: Path) -> Iterator[None]:
    """The folder again, with everything in it but the lock, which does not belong to a backup."""
    database.with_name(database.name + ".lock").unlink()
    with forbidden(database.parent):
        yield


@contextmanager
def _read_only_file(database: Path) -> Iterator[None]:
    with forbidden(database):
        yield


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _of_the_future(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        ((known,),) = db.execute("SELECT version_num FROM alembic_version").fetchall()
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        yield
        db.execute("UPDATE alembic_version SET version_num = ?", (known,))


@contextmanager
def _no_database(database: Path) -> Iterator[None]:
    """Something else lies where the database should."""
    aside = database.with_name("aside")
    database.rename(aside)
    database.write_text("Dear diary, today a relay wanted to read you.\n" * 100)
    yield
    aside.rename(database)


@contextmanager
def _of_another_program(database: Path) -> Iterator[None]:
    """Another program's database lies there."""
    aside = database.with_name("aside")
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # its write-ahead log stays where it is
    database.rename(aside)
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE orders (id INTEGER)")
    yield
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
    aside.rename(database)


@contextmanager
def _overwritten(database: Path, *, tables: tuple[str, ...]) -> Iterator[None]:
    """The pages at which these tables begin hold nonsense."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = dict(db.execute("SELECT name, rootpage FROM sqlite_master"))
    whole = database.read_bytes()
    with database.open("r+b") as file:
        for table in tables:
            file.seek((roots[table] - 1) * PAGE)
            file.write(b"\xa5" * PAGE)
    yield
    database.write_bytes(whole)


def _damaged_version(database: Path) -> AbstractContextManager[None]:
    return _overwritten(database, tables=("alembic_version",))


def _damaged_outbox(database: Path) -> AbstractContextManager[None]:
    return _overwritten(database, tables=("outbox", "outbox_sending", "outbox_due"))


FAULTS: dict[str, tuple[Callable[[Path], AbstractContextManager[None]], str]] = {
    "a read-only folder": (_read_only_folder, "write permission, for its folder too"),
    "a read-only folder, restored": (_read_only_after_a_restore, "check the folder"),
    "a read-only file": (_read_only_file, "check the folder and its permissions"),
    "a lock": (_locked, "is locked by another process"),
    "an unknown migration": (_of_the_future, "was written by a newer playrelay"),
    "another program's database": (_of_another_program, "has tables of another program: name one"),
    "another kind of file": (_no_database, "is no SQLite database"),
    "a damaged page of the version": (_damaged_version, "is damaged"),
    "a damaged page of the outbox": (_damaged_outbox, "is damaged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_start_fails_clearly(
    fault: str, backlog: Path, relay_with: RelayWith, sandbox: Sandbox
) -> None:
    """It ends with status 1 and one line that says what to do; mended, nothing has been lost."""
    broken, advice = FAULTS[fault]
    relay = relay_with(events="percent")
    shutil.copytree(backlog, relay.data)
    with broken(relay.database):
        relay.start(*powerless())
        assert relay.ended() == 1
    _says_one_line(relay, advice)
    relay.started()
    until("all is delivered", lambda: sandbox.kept() == MILESTONES)
    assert relay.probe().status_code == 200


def test_a_full_disk_at_the_first_start(
    tmp_path: Path, relay_with: RelayWith, sandbox: Sandbox
) -> None:
    """Without room for its tables the relay does not start, and does once there is room."""
    with small_disk(tmp_path / "relay" / "data", megabytes=1) as disk:
        relay = relay_with(events="percent")
        fill(disk / "ballast")
        relay.start()
        assert relay.ended() == 1
        _says_one_line(relay, "the disk is full: make room")
        (disk / "ballast").unlink()
        relay.started()
        relay.watch("session", 25)
        until("it is delivered", lambda: sum(sandbox.kept().values()) == 1)
        relay.kill()


def _says_one_line(relay: Relay, advice: str) -> None:
    (line,) = relay.said.splitlines()
    assert line.startswith("playrelay: ")
    assert advice in line
