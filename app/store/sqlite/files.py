"""The database file: its path, how a connection to it is set up, and the lock on it."""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from app.store.errors import StoreError
from app.store.migrations import is_current, migrate
from app.store.sqlite.faults import store_error
from app.store.sqlite.tx import SqliteTx, finished

BUSY_SECONDS = 5.0

CACHE_KIB = 4096
"""A connection's page cache. 64 MiB made a relay no quicker, even with a million plays, and filled
with pages of pings that had only passed through."""

FileId: TypeAlias = tuple[int, int]
"""Device and inode: they identify the file, whatever its name."""


def path_of(url: str, account: str = "") -> Path:
    """Parse the URL: `sqlite:///data/playrelay.db` is relative, `sqlite:////…` is absolute.

    An account with a name has its own file beside the others: `data/playrelay-acme.db`.
    """
    path = unquote(urlsplit(url).path).removeprefix("/")
    if not path:
        raise StoreError("the database URL names no file: write sqlite:///data/playrelay.db")
    file = Path(path)
    return file.with_stem(f"{file.stem}-{account}") if account else file


def connect(path: Path) -> sqlite3.Connection:
    """A connection in WAL mode that returns from COMMIT only when the disk has confirmed.

    It never creates the file: an empty file in place of a deleted one would look like a store.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    db.row_factory = sqlite3.Row
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute("PRAGMA journal_size_limit = 67108864")
    except sqlite3.Error:
        db.close()
        raise
    return db


def prepare(path: Path) -> None:
    """Create the folder and the file, for the relay's user only, and migrate the schema.

    One process at a time: SQLite itself fails at once if two create a file together.
    """
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with closing(connect(path)) as db:
            tx = SqliteTx(db)
            if not finished(is_current(tx, "sqlite")):
                db.execute("BEGIN EXCLUSIVE")  # rolled back by closing, if anything fails
                finished(migrate(tx, "sqlite"))
                db.execute("COMMIT")
    except sqlite3.Error as error:
        raise store_error(error, str(path)) from error
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    """Open a file of the store for writing, created with its folder for the relay's user only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"the store {path} can't be opened for writing ({error.strerror}): "
            "check the folder and its permissions, or set PLAYRELAY_DATABASE_URL",
            "read_only",
        ) from error


def file_id(path: str) -> FileId | None:
    """The identity of the file at the path; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - once a commit: a Path would cost as much again
    except OSError:
        return None
    return status.st_dev, status.st_ino


def expect_in_place(path: str, opened: FileId | None) -> None:
    """StoreError if the file was deleted or moved: writes to it would be lost with the process."""
    if file_id(path) != opened:
        raise StoreError(
            f"the store {path} was deleted, moved or replaced while the relay runs: "
            "put it back, or restart",
            "missing",
        )


class DeliveryLock:
    """Held by the one process that folds and delivers from this file; the kernel releases it."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._handle: int | None = None

    def acquire(self) -> None:
        """Acquire it, or raise an error that says which process to stop."""
        handle = _open(self._path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise StoreError(
                f"another playrelay already delivers from {self._path.with_suffix('')}: stop it, "
                "or give this one its own PLAYRELAY_DATABASE_URL",
                "locked",
            ) from error
        self._handle = handle

    def release(self) -> None:
        """Release it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
