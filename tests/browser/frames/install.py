"""What pages use around players in frames, from the npm registry, as the lock file names it."""

import os
from pathlib import Path

from tests.machine.debian import INSTALL_SECONDS, runs
from tests.machine.node import find_node

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"


def installed() -> bool:
    """See that the packages are there."""
    lock, done = FOLDER / "package-lock.json", PACKAGES / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return True
    npm = find_node("npm")
    if npm is None:
        return False
    # npm looks for `node` on the PATH. None of the packages' install scripts is needed.
    path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))
    command = [npm, "ci", "--silent", "--ignore-scripts", "--prefix", str(FOLDER)]
    return runs(command, INSTALL_SECONDS, {"PATH": path})
