"""A PHP for the documents' examples: the system's, or one installed for them.

`python -m tests.machine.php` ends with 0 when there is one, and also without one, saying what that
skips; but with 1 where `CI` is true.
"""

import shutil
import sys

from tests.machine.debian import in_ci, installed, say


def main() -> int:
    """See that there is one; returns the exit status."""
    if shutil.which("php") or (installed("php-cli") and shutil.which("php")):
        return 0
    say("no php found or installed: the documents' PHP is not run (install php-cli)")
    return int(in_ci())


if __name__ == "__main__":
    sys.exit(main())
