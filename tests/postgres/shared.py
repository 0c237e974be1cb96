"""The server that the tests of a process share: started when first wanted, or given by a URL.

`PLAYRELAY_TEST_POSTGRES_URL` names a database to use instead, in which the tests make schemas.
"""

import atexit
import os
from functools import cache

import pytest

from tests.machine.debian import in_ci
from tests.postgres.server import Server, binaries

VARIABLE = "PLAYRELAY_TEST_POSTGRES_URL"


def missing() -> str | None:
    """Why there is none; None if there is."""
    if os.environ.get(VARIABLE) or binaries():
        return None
    return "PostgreSQL is not installed here: python -m tests.postgres.install"


@cache
def postgres_url() -> str:
    """The URL of a database; skips where there is no PostgreSQL, but not in CI."""
    if url := os.environ.get(VARIABLE):
        return url
    if reason := missing():
        assert not in_ci(), reason
        pytest.skip(reason)
    server = Server()
    atexit.register(server.__exit__, None, None, None)
    return server.__enter__().url
