"""Packages of the npm registry that tools and tests need, as a folder's lock file pins them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.machine.debian import INSTALL_SECONDS


def with_node(npm: str) -> Mapping[str, str]:
    """The environment for npm and what it installs: both look for `node` on the PATH."""
    path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path}


def install(npm: str, folder: Path) -> bool:
    """Install what the lock file in `folder` names, unless it is there; whether it is there now."""
    lock, installed = folder / "package-lock.json", folder / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return True
    done = subprocess.run(  # noqa: S603 - our own command
        [npm, "ci", "--silent", "--ignore-scripts"],
        cwd=folder,
        env=with_node(npm),
        timeout=INSTALL_SECONDS,
        check=False,
    )
    return done.returncode == 0
