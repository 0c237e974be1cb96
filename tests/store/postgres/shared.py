"""The server that the tests of a process share: started when first wanted, or given by a URL.

`PLAYRELAY_TEST_POSTGRES_URL` names a database to use instead, in which the tests make schemas.
"""

import atexit
import os
from functools import cache

import pytest

from tests.machine.debian import in_ci
from tests.store.postgres.server import Server, binaries

VARIABLE = "PLAYRELAY_TEST_POSTGRES_URL"


def expect_postgres() -> None:
    """Skip where none is installed, but not in CI."""
    if binaries() is None:
        reason = "PostgreSQL is not installed here: python -m tests.store.postgres.install"
        assert not in_ci(), reason
        pytest.skip(reason)


@cache
def postgres_url() -> str:
    """The URL of a database; skips where there is none, but not in CI."""
    if url := os.environ.get(VARIABLE):
        return url
    expect_postgres()
    server = Server()
    atexit.register(server.__exit__, None, None, None)
    return server.__enter__().url
