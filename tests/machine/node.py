"""A Node for the tracker's tool chain and tests: the machine's, or one from PyPI.

`python -m tests.machine.node` installs it where there is none; it ends with 0 when there is one,
and also without one, saying what that skips; but with 1 where `CI` is true.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.machine.debian import ANSWER_SECONDS, INSTALL_SECONDS, in_ci, runs, say
from tests.places import ROOT

BIN = Path(sys.executable).parent
OLDEST = 20
"""The oldest version that the tool chain is run with."""


def find_node(name: str = "node") -> str | None:
    """The path of `node` or `npm`: the environment's own, or the machine's if it is new enough."""
    own = shutil.which(name, path=str(BIN))
    if own:
        return own
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < OLDEST:
        return None
    return npm if name == "npm" else node


def main() -> int:
    """See that there is one; returns the exit status."""
    if find_node() or _from_pypi():
        return 0
    say(f"no Node {OLDEST} or newer found or installed: what needs it is skipped")
    return int(in_ci())


def _from_pypi() -> bool:
    say("installing Node for the tracker's tool chain ...")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    lock = ["--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / "node.txt")]
    return runs([*pip, *lock], INSTALL_SECONDS) and find_node() is not None


def _version(node: str) -> int:
    said = subprocess.run(  # noqa: S603 - our own
        [node, "--version"], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
    )
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
