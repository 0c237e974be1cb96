"""Whether `static/` is what its sources make: strict types, the committed build, the sizes.

`make lint` runs this. Without Node it says so and passes, but not where `CI` is true.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.machine.debian import in_ci, say
from tests.machine.node import ROOT, find_node

STATIC = ROOT / "static"
SCRIPTS = ("check", "verify", "size")
"""Of `static/package.json`."""


def main() -> int:
    """Run them; returns the exit status."""
    npm = find_node("npm")
    if npm is None:
        say("no Node: whether static/ is what its sources make was not checked")
        return int(in_ci())
    # npm's own scripts look for `node` on the PATH.
    path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))
    steps = [["run", "--silent", script] for script in SCRIPTS]
    if _outdated():
        steps.insert(0, ["ci", "--silent", "--ignore-scripts"])
    for step in steps:
        done = subprocess.run(  # noqa: S603 - our own
            [npm, *step], cwd=STATIC, env={**os.environ, "PATH": path}, check=False
        )
        if done.returncode:
            return 1
    return 0


def _outdated() -> bool:
    """Whether the tool chain is older than its lock file, or not there."""
    lock, installed = STATIC / "package-lock.json", STATIC / "node_modules/.package-lock.json"
    return not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime


if __name__ == "__main__":
    sys.exit(main())
