"""Checks that `static/` is built from its sources: strict types, the build, the sizes.

`make lint` runs it. Without Node it prints that and passes, except in CI.
"""

import subprocess
import sys

from tests.machine.debian import in_ci, say
from tests.machine.node import find_node
from tests.machine.npm import install, with_node
from tests.places import ROOT

STATIC = ROOT / "static"
SCRIPTS = ("check", "verify", "size")
"""Of `static/package.json`."""


def main() -> int:
    """Run them; returns the exit status."""
    npm = find_node("npm")
    if npm is None:
        say("no Node: whether static/ is what its sources make was not checked")
        return int(in_ci())
    if not install(npm, STATIC):
        return 1
    for script in SCRIPTS:
        done = subprocess.run(  # noqa: S603 - our own
            [npm, "run", "--silent", script], cwd=STATIC, env=with_node(npm), check=False
        )
        if done.returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
