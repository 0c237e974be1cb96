"""Installs on Debian, as root, what the tests need and a fresh machine lacks."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from fcntl import LOCK_EX, flock
from pathlib import Path

INSTALL_SECONDS = 900.0
ANSWER_SECONDS = 60.0
LOCK = Path(tempfile.gettempdir()) / "playrelay-apt.lock"


def in_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether something missing is a fault: in CI nobody would notice a skipped test."""
    return environment.get("CI", "").lower() in {"1", "true"}


def is_debian() -> bool:
    """Whether the machine runs Debian itself, and not a derivative."""
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def installed(*packages: str) -> bool:
    """Whether Debian's packages could be installed; False if that is not up to us."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"installing {' '.join(packages)} for the tests ...")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    with LOCK.open("w") as lock:  # `make -j` installs several things at a time, apt one
        flock(lock, LOCK_EX)
        return runs(["apt-get", "update"], INSTALL_SECONDS) and runs(
            install, INSTALL_SECONDS, {"DEBIAN_FRONTEND": "noninteractive"}
        )


def runs(
    command: Sequence[str],
    patience: float = ANSWER_SECONDS,
    environment: Mapping[str, str] | None = None,
) -> bool:
    """Whether `command` ends well within `patience` (seconds)."""
    try:
        done = subprocess.run(  # noqa: S603 - commands of our own, no shell
            command,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def say(text: str) -> None:
    """To the terminal of whoever runs `make`."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks to its terminal
