"""A store that can't take pings while the relay runs: it says so, loses nothing, and recovers."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.processes.disks import fill, small_disk, unwritable
from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until
from tests.system.failures.trouble import Visitors, recovers, refuses

RelayWith = Callable[..., Relay]
PAGE = 4096
DEPTH = "playrelay_outbox_depth"


def test_a_full_disk(tmp_path: Path, relay_with: RelayWith, sandbox: Sandbox) -> None:
    """On a full disk pings get 503; with room again all acknowledged ones arrive, once each."""
    with small_disk(tmp_path / "relay" / "data", megabytes=2) as disk, relay_with() as relay:
        relay.started()
        visitors = Visitors(relay)
        assert visitors.send().status_code == 202
        ballast = disk / "ballast"

        def full() -> bool:
            fill(ballast)
            return refuses(relay, visitors, {"full"})

        until("it refuses", full)
        ballast.unlink()
        recovers(relay, visitors, sandbox)
        relay.says("the disk is full: make room")


def test_a_disk_that_takes_no_writes(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A disk that fails at every write is said to be one; once it works all arrives, once each."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    with unwritable(relay.pid):
        until("it refuses", lambda: refuses(relay, visitors, {"failed"}))
    recovers(relay, visitors, sandbox)
    relay.says("look at the disk")


def test_a_locked_database(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """While another process holds the database pings get 503; then all is as before."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    with _locked(relay.database):
        until("it refuses", lambda: refuses(relay, visitors, {"locked"}))
    recovers(relay, visitors, sandbox)
    relay.says("is locked by another process")


@pytest.mark.parametrize(("page", "words"), [(0, "is no SQLite database"), (1, "is damaged")])
def test_a_damaged_file(page: int, words: str, relay_with: RelayWith, sandbox: Sandbox) -> None:
    """With its pages overwritten the relay takes no pings; put back, they are all still there."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    for _ in range(5):
        assert visitors.send().status_code == 202
    with _damaged(relay.database, page * PAGE):
        until("it refuses", lambda: refuses(relay, visitors, {"corrupt"}))
    recovers(relay, visitors, sandbox)
    relay.says(words)


def test_a_file_that_is_moved_away(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """No ping is acknowledged into a file that is gone; once it is back in place all is well."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    elsewhere = relay.database.with_name("elsewhere.db")
    relay.database.rename(elsewhere)
    until("it refuses", lambda: refuses(relay, visitors, {"missing"}))
    relay.database.touch()
    until("another file doesn't do", lambda: refuses(relay, visitors, {"missing"}))
    elsewhere.replace(relay.database)
    recovers(relay, visitors, sandbox)
    relay.says("put it back, or restart")


def test_a_file_that_is_deleted(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """Nothing more is acknowledged, and a restart begins with an empty store."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    until("it is delivered", lambda: sandbox.kept() == visitors.milestones)
    relay.database.unlink()
    until("it refuses", lambda: refuses(relay, visitors, {"missing"}))
    relay.stop()
    relay.started()
    assert visitors.send().status_code == 202
    until("all is delivered", lambda: sandbox.kept() == visitors.milestones)


def test_an_answer_that_cannot_be_written_down(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """Events that HubSpot took while the store could not be written are not sent again."""
    sandbox.faults({"path": "/media-bridge/*", "latency_ms": 2000})
    relay = relay_with(events="percent").started()
    for number in range(4):
        relay.watch(f"session-{number}", 25)
    until("they are under way", lambda: relay.metric(DEPTH, status="sending") == 4)
    with unwritable(relay.pid):
        until("HubSpot has them", lambda: sum(sandbox.kept().values()) == 4)
        relay.says("answer_waits_for_store")
    until("they are settled", lambda: relay.metric(DEPTH, status="delivered") == 4)
    assert set(sandbox.kept().values()) == {1}


def test_a_part_that_is_damaged(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """A relay that can't fold its pings is not ready; once repaired, it delivers all."""
    relay = relay_with().started()
    visitors = Visitors(relay)
    assert visitors.send().status_code == 202
    ((page,),) = relay.rows("SELECT rootpage FROM sqlite_master WHERE name = 'plays'")
    with _damaged(relay.database, (page - 1) * PAGE, PAGE):
        assert visitors.send().status_code == 202
        until("it is not ready", lambda: relay.probe().json().get("reason") == "corrupt")
        assert visitors.send().status_code == 202
    recovers(relay, visitors, sandbox)


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield
        db.execute("ROLLBACK")


@contextmanager
def _damaged(database: Path, begin: int, length: int | None = None) -> Iterator[None]:
    """Nonsense from there on, or so many bytes, until the end. The relay reads it anew."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        until(
            "a checkpoint", lambda: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        )
    whole = database.read_bytes()
    with database.open("r+b") as file:
        file.seek(begin)
        file.write(b"\xa5" * (length or len(whole) - begin))
    yield
    with database.open("r+b") as file:
        file.write(whole)
