"""A real PostgreSQL of the tests' own: a data folder in /tmp, a free port, no password.

It runs as a child of this process and ends with it. It refuses to be root's; then it runs as
the user `postgres`, whom the Debian package brings along.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.processes.ports import free_port
from tests.processes.waiting import SECONDS, until

USER = "postgres"
DATABASE = "postgres"

FAST = {"fsync": "off", "full_page_writes": "off"}
"""For tests of anything but durability: the disk is not waited for."""


def binaries() -> Path | None:
    """The folder of the newest `initdb` and `postgres`; None if they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def pooler_path() -> str | None:
    """The path of PgBouncer; None if it is not installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _version(path: Path) -> float:
    number = re.match(r"\d+(\.\d+)?", path.parent.parent.name)
    return float(number[0]) if number else 0.0


class Server:
    """One cluster, from `with` to its end. It can be stopped, killed and started again.

    `through`: a command that runs the one given it.
    """

    def __init__(self, settings: Mapping[str, str] = FAST, through: Sequence[str] = ()) -> None:
        programs = binaries()
        if programs is None:
            raise RuntimeError(
                "PostgreSQL is not installed: python -m tests.store.postgres.install"
            )
        self._programs = programs
        self._settings = dict(settings)
        self._through = through
        # Not in a test's own folder: another user reads it, and a socket's path must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="playrelay-postgres-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """As it stands in the settings."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def log(self) -> str:
        """The server's log so far."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def start(self, **settings: str) -> None:
        """Start it (with these settings, this time), and wait until it takes connections."""
        given = {"port": str(self.port), "unix_socket_directories": str(self._folder)}
        given |= {"listen_addresses": "127.0.0.1", "max_connections": "120"}
        given |= self._settings | settings
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [
                    *self._through,
                    *as_somebody(),
                    str(self._programs / "postgres"),
                    "-D",
                    str(self._data),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        until("PostgreSQL is up", self._is_up)

    def stop(self) -> None:
        """As at a failover: all connections are cut at once, and everything is on disk."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As if the machine had crashed; the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(SECONDS)
            self._process = None

    def _is_up(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended: {self.log}")
        ask = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, check=False).returncode == 0  # noqa: S603 - our own command

    def __enter__(self) -> Self:
        give_away(self._folder)
        initdb = [str(self._programs / "initdb"), "-D", str(self._data), "-U", USER, "-A", "trust"]
        subprocess.run(  # noqa: S603 - our own command
            [*as_somebody(), *initdb, "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def give_away(folder: Path) -> None:
    """Make it, and what is in it, belong to whom `as_somebody` runs programs as."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, USER, USER)


def as_somebody() -> list[str]:
    """The command prefix by which a program does not run as root, and ends with this process."""
    if shutil.which("setpriv") is None:
        return []
    through = ["setpriv", "--pdeathsig=QUIT"]
    if os.geteuid() == 0:
        who = pwd.getpwnam(USER)
        through += [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
    return [*through, "--"]
