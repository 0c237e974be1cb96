"""`playrelay backup`: copy the SQLite store while the relay runs."""

import argparse
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.cli.progress import Progress
from app.cli.stores import add_account, the_one
from app.cli.terminal import say
from app.config import is_postgresql
from app.formatting import count
from app.runtime.stores import store_name
from app.store.errors import StoreError
from app.store.sqlite.faults import store_error
from app.store.sqlite.files import path_of

PAGES = 1_000
"""Pages that are copied at a time; in between the relay can write."""


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the file to write, and --account."""
    verb.add_argument("file", metavar="FILE", help="the file to write; it must not exist")
    add_account(verb, all_without=False)
    verb.set_defaults(run=backup)


def backup(given: argparse.Namespace) -> int:
    """Copy, verify, and only then give the file its name. Raises SettingsError, StoreError."""
    account = the_one(given.account)
    url = account.settings.database_url
    if is_postgresql(url):
        raise StoreError(
            "the store is on PostgreSQL: back it up with pg_dump, which comes with the server"
        )
    source, target = path_of(url, store_name(account.settings, account.name)), Path(given.file)
    if not source.exists():
        raise StoreError(f"there is no store at {source}: check PLAYRELAY_DATABASE_URL")
    if target.is_dir():
        raise StoreError(f"{target} is a folder: name a file in it")
    if target.exists():
        raise StoreError(f"{target} exists already: give another name, or delete it")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        # Only the owner may read it, from the first byte on.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(
            f"{target} can't be written ({error.strerror}): name a file in a folder that "
            "exists and is writable"
        ) from None
    try:
        plays = _copy(source, unfinished)
        os.link(unfinished, target)  # fails if the file was created meanwhile
    except sqlite3.Error as error:
        raise store_error(error, str(source)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    say(f"{target}: {count(plays, 'play')}, verified")
    return 0


def _copy(source: Path, target: Path) -> int:
    """Copy and verify; returns how many plays the copy has. Raises StoreError."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as store,
        closing(sqlite3.connect(target)) as copy,
        Progress("copying pages") as progress,
    ):
        store.backup(
            copy, pages=PAGES, progress=lambda _status, left, total: progress(total - left)
        )
        copy.execute("PRAGMA journal_mode = DELETE")  # a single file
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(
                f"the copy is damaged ({found}), perhaps the store too: run playrelay doctor"
            )
        (plays,) = copy.execute("SELECT count(*) FROM plays").fetchone()
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return int(plays)
