"""Makes the stores of an earlier release that the tests migrate: `python -m tests.store.old.make`.

Run by hand, on a machine with PostgreSQL. It checks that release out below /tmp, installs what it
needs there, has it fill a store on each engine, and keeps a dump of each beside this file.
"""

import gzip
import sqlite3
import subprocess
import sys
import tempfile
import venv
from contextlib import closing
from pathlib import Path

from tests.store.postgres.server import Server, binaries

RELEASE = "aa029d5"
HERE = Path(__file__).parent


def make(folder: Path) -> None:
    """Both dumps. `folder`: for what is needed meanwhile."""
    checkout, python = folder / "release", folder / "venv" / "bin" / "python"
    _run("git", "worktree", "add", "--quiet", "--detach", str(checkout), RELEASE)
    try:
        venv.create(folder / "venv", with_pip=True)
        needs = checkout / "requirements" / "runtime.txt"
        for what in (("-r", str(needs)), ("pytest",)):  # the second without hashes
            _run(str(python), "-m", "pip", "install", "--quiet", *what)
        fill = [str(python), str(HERE / "fill.py.txt")]
        file = folder / "playrelay.db"
        _run(*fill, f"sqlite:///{file}", folder=checkout)
        with closing(sqlite3.connect(file)) as db:
            _keep("sqlite", "\n".join(db.iterdump()))
        with Server() as server:
            _run(*fill, server.url, folder=checkout)
            _keep("postgres", _dump(server.url))
    finally:
        _run("git", "worktree", "remove", "--force", str(checkout))


def _dump(url: str) -> str:
    programs = binaries()
    assert programs is not None
    options = ["--schema=playrelay", "--inserts", "--no-owner", "--no-comments"]
    text = _run(str(programs / "pg_dump"), *options, url)
    return "\n".join(line for line in text.splitlines() if not line.startswith(("\\", "--")))


def _keep(engine: str, text: str) -> None:
    packed = gzip.compress(text.encode(), mtime=0)
    (HERE / f"{engine}.sql.gz").write_bytes(packed)
    sys.stdout.write(f"{engine}: {len(text)} characters, {len(packed)} bytes\n")


def _run(*command: str, folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    return done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        make(Path(temporary))
