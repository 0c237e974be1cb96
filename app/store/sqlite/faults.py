"""Translates SQLite's error codes to the store's faults, each with its remedy."""

import sqlite3

from app.store.errors import StoreError

_ADVICE = (
    ("SQLITE_FULL", "full", "the disk is full: make room, nothing acknowledged is lost"),
    (
        "SQLITE_READONLY",
        "read_only",
        "is read-only: give the relay's user write permission, for its folder too",
    ),
    (
        "SQLITE_CANTOPEN",
        "read_only",
        "can't be opened: check the folder and its permissions, or PLAYRELAY_DATABASE_URL",
    ),
    ("SQLITE_BUSY", "locked", "is locked by another process: stop it, or wait until it is done"),
    ("SQLITE_LOCKED", "locked", "is locked by another process: stop it, or wait until it is done"),
    ("SQLITE_CORRUPT", "corrupt", "is damaged: move it aside and restore a backup"),
    (
        "SQLITE_NOTADB",
        "corrupt",
        "is no SQLite database: move it aside, or set PLAYRELAY_DATABASE_URL",
    ),
    ("SQLITE_IOERR", "failed", "can't be read or written: look at the disk"),
)


def store_error(error: sqlite3.Error, path: str) -> StoreError:
    """Name the fault and its remedy in one line."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for code, fault, advice in _ADVICE:
        if name.startswith(code):
            return StoreError(f"the store {path} {advice}" if fault != "full" else advice, fault)
    return StoreError(f"the store {path} failed: {error}", "failed")
