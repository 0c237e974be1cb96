"""Packages of the npm registry that tools and tests need, as a folder's lock file pins them.

`python -m tests.machine.npm FOLDER …` installs them where they are not; it ends with 0 when they
are there, and also without Node, saying what that skips; but with 1 where `CI` is true.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.machine.debian import INSTALL_SECONDS, in_ci, say
from tests.machine.node import find_node


def with_node(npm: str) -> Mapping[str, str]:
    """The environment for npm and what it installs: both look for `node` on the PATH."""
    path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path}


def installed(folder: Path) -> bool:
    """Whether the packages of the folder's lock file are installed."""
    done, lock = _done(folder), folder / "package-lock.json"
    # By content: a checkout may touch the lock file at any time.
    return done.exists() and done.read_bytes() == lock.read_bytes()


def install(npm: str, folder: Path) -> bool:
    """Install what the folder's lock file names, unless it is there; whether it is there now."""
    if installed(folder):
        return True
    done = subprocess.run(  # noqa: S603 - our own command; no package's own scripts are run
        [npm, "ci", "--silent", "--ignore-scripts"],
        cwd=folder,
        env=with_node(npm),
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode == 0:
        shutil.copyfile(folder / "package-lock.json", _done(folder))
    return done.returncode == 0


def main(folders: list[str]) -> int:
    """See that they are there; returns the exit status."""
    npm = find_node("npm")
    for folder in map(Path, folders):
        if installed(folder):
            continue
        say(f"installing the npm packages of {folder} ...")
        if npm is None or not install(npm, folder):
            say(f"the npm packages of {folder} are not installed: tests with them are skipped")
            return int(in_ci())
    return 0


def _done(folder: Path) -> Path:
    """A copy of the lock file of what was installed."""
    return folder / "node_modules" / ".installed-lock.json"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
