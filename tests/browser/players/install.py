"""The players of the matrix, from the npm registry. `make test` runs this.

`python -m tests.browser.players.install` ends with 0 when they are there, and also without Node,
saying what that skips; but with 1 where `CI` is true.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.browser.players.records import FOLDER
from tests.machine.debian import INSTALL_SECONDS, in_ci, runs, say
from tests.machine.node import find_node

MODULES = FOLDER / "node_modules"
LOCK = FOLDER / "package-lock.json"
DONE = MODULES / ".installed-lock.json"
"""The lock file of what was installed; a checkout may touch the other one at any time."""


def installed() -> bool:
    """Whether what the lock file names is there."""
    return DONE.exists() and DONE.read_bytes() == LOCK.read_bytes()


def environment(npm: str) -> Mapping[str, str]:
    """With Node on the PATH, where npm and its packages' commands look for it."""
    return {"PATH": os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))}


def main() -> int:
    """See that they are there; returns the exit status."""
    if installed():
        return 0
    npm = find_node("npm")
    if npm is not None:
        say("installing the players of the matrix ...")
        # None of their install scripts is needed; a foreign one is none of this machine's business.
        command = [npm, "ci", "--silent", "--ignore-scripts", "--prefix", str(FOLDER)]
        if runs(command, INSTALL_SECONDS, environment(npm)):
            shutil.copyfile(LOCK, DONE)
            return 0
    say("the players of the matrix could not be installed: the tests with them are skipped")
    return int(in_ci())


if __name__ == "__main__":
    sys.exit(main())
