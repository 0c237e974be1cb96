"""A real PgBouncer in transaction mode: each transaction may run on another connection."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.machine.debian import in_ci
from tests.processes.ports import free_port
from tests.processes.waiting import SECONDS, until
from tests.store.postgres.server import USER, as_somebody, give_away, pooler_path

CONNECTIONS = 3
"""To the server, whatever the number of clients."""


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The URL of the same database through a pooler; skips where there is none, but not in CI."""
    program = pooler_path()
    if program is None:
        assert not in_ci(), "PgBouncer is missing"
        pytest.skip("PgBouncer is not installed here: python -m tests.store.postgres.install")
    server, port = urlsplit(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="playrelay-pooler-"))
    (folder / "users").write_text(f'"{USER}" ""\n')
    (folder / "pooler.ini").write_text(f"""
[databases]
* = host={server.hostname} port={server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {CONNECTIONS}
server_round_robin = 1
""")
    give_away(folder)
    command = [*as_somebody(), program, str(folder / "pooler.ini")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        until("the pooler is up", lambda: _answers(port))
        netloc = f"{USER}@127.0.0.1:{port}"
        yield server._replace(netloc=netloc, query="pooler=true").geturl()
    finally:
        process.terminate()
        process.wait(SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
