"""What pages use around players in frames, from the npm registry. `make test` runs this.

`python -m tests.browser.frames.install` ends with 0 when it is there, and also without Node, saying
what that skips; but with 1 where `CI` is true.
"""

import os
import sys
from pathlib import Path

from tests.machine.debian import INSTALL_SECONDS, in_ci, runs, say
from tests.machine.node import find_node

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"


def installed() -> bool:
    """Whether what the lock file names is there."""
    lock, done = FOLDER / "package-lock.json", PACKAGES / ".package-lock.json"
    return done.exists() and done.stat().st_mtime >= lock.stat().st_mtime


def main() -> int:
    """See that it is there; returns the exit status."""
    npm = None if installed() else find_node("npm")
    if npm is not None:
        say("installing what stands around players in frames ...")
        # npm looks for `node` on the PATH. None of the packages' install scripts is needed.
        path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))
        command = [npm, "ci", "--silent", "--ignore-scripts", "--prefix", str(FOLDER)]
        runs(command, INSTALL_SECONDS, {"PATH": path})
    if installed():
        return 0
    say("packages of npm could not be installed: the tests of players in frames are skipped")
    return int(in_ci())


if __name__ == "__main__":
    sys.exit(main())
