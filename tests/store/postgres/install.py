"""A PostgreSQL, and a pooler before it, for the tests: the machine's, or Debian's.

`python -m tests.store.postgres.install` installs them where they are missing; it ends with 0 when
they are there, and also without them, saying what that skips; but with 1 where `CI` is true.
"""

import sys

from tests.machine.debian import in_ci, installed, say
from tests.store.postgres.server import binaries, pooler_path


def main() -> int:
    """See that they are there; returns the exit status."""
    if _there() or (installed("postgresql", "pgbouncer") and _there()):
        return 0
    say(
        "no PostgreSQL or no PgBouncer found or installed: their tests are skipped "
        "(install postgresql and pgbouncer)"
    )
    return int(in_ci())


def _there() -> bool:
    return binaries() is not None and pooler_path() is not None


if __name__ == "__main__":
    sys.exit(main())
