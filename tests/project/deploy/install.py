"""The checkers of the deployment's files: promtool, Caddy, nginx and systemd-analyze.

`python -m tests.project.deploy.install` sees that they are there. Prometheus, Caddy and
nginx are programs of one file each: out of Debian's packages they are unpacked beside the
environment, for as packages they would start servers. It ends with 0 also without them, saying what
that skips; but with 1 where `CI` is true.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.machine.debian import INSTALL_SECONDS, in_ci, installed, runs, say

TOOLS = Path(sys.prefix) / "tools"
UNPACKED = {"promtool": "prometheus", "caddy": "caddy", "nginx": "nginx"}
"""Programs, and Debian's packages that have them."""


def find(program: str) -> str | None:
    """The path of the program, on the PATH or among the unpacked ones; None without it."""
    unpacked = os.pathsep.join(str(TOOLS / "usr" / folder) for folder in ("bin", "sbin"))
    return shutil.which(program) or shutil.which(program, path=unpacked)


def main() -> int:
    """See that they are there; returns the exit status."""
    missing = [package for program, package in UNPACKED.items() if find(program) is None]
    if missing:
        _unpack(missing)
    if find("systemd-analyze") is None:
        installed("systemd")
    lacking = [program for program in (*UNPACKED, "systemd-analyze") if find(program) is None]
    if not lacking:
        return 0
    say(f"{', '.join(lacking)} not found or installed: what deploy/ has for them is not checked")
    return int(in_ci())


def _unpack(packages: list[str]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return
    say(f"unpacking {' '.join(packages)} for the tests ...")
    with tempfile.TemporaryDirectory() as folder:
        if not _downloaded(packages, folder):
            if os.geteuid() != 0 or not runs(["apt-get", "update"], INSTALL_SECONDS):
                return
            _downloaded(packages, folder)
        for package in Path(folder).glob("*.deb"):
            runs(["dpkg-deb", "-x", str(package), str(TOOLS)], INSTALL_SECONDS)


def _downloaded(packages: list[str], folder: str) -> bool:
    done = subprocess.run(  # noqa: S603 - a command of our own, no shell
        ["apt-get", "download", *packages],  # noqa: S607 - the system's
        cwd=folder,
        capture_output=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
