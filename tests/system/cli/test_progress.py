"""Progress: a count for who watches, silence for everybody else."""

import contextlib
import io
import os
import pty
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from app.cli import main
from app.cli.progress import Progress
from tests.system.cli.outbox_store import UTK, fill


class Terminal:
    """A terminal, and the text on it at the end."""

    shown = ""


@contextmanager
def terminal() -> Iterator[tuple[TextIO, Terminal]]:
    """One to write to, and what was written once it is closed."""
    seen = Terminal()
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        yield stream, seen
    shown = b""
    with contextlib.suppress(OSError):  # the end, for a terminal that nobody writes to any more
        while part := os.read(master, 10_000):
            shown += part
    os.close(master)
    seen.shown = shown.decode()


def test_a_terminal_sees_the_count() -> None:
    """Each count takes the place of the one before, and nothing is left at the end."""
    with terminal() as (stream, seen), Progress("requeueing", stream) as progress:
        progress(1_000)
        progress(2_000)
    assert seen.shown == "\r\x1b[Krequeueing: 1,000 …\r\x1b[Krequeueing: 2,000 …\r\x1b[K"


def test_a_pipe_sees_nothing() -> None:
    """Logs and pipes are left alone."""
    pipe = io.StringIO()
    with Progress("requeueing", pipe) as progress:
        progress(1_000)
    assert pipe.getvalue() == ""


def test_forgetting_counts_the_pings_that_it_looks_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait to be read; all else is found by indexes."""
    fill(tmp_path / "relay.db")
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", f"sqlite:///{tmp_path}/relay.db")
    with closing(sqlite3.connect(tmp_path / "relay-sandbox.db")) as db, db:
        db.executemany(
            "INSERT INTO inbox (received_at, body) VALUES (1, ?)", [(b"{",), (b"{",), (b"{",)]
        )
    with terminal() as (stream, seen):
        monkeypatch.setattr(sys, "stderr", stream)
        assert main(["forget", "--utk", UTK]) == 0
    assert seen.shown == "\r\x1b[Klooking through pings: 3 …\r\x1b[K"
