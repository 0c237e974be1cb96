"""Disks that misbehave: small ones, full ones, and such as may not be written to."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Root may write everywhere. Without these two capabilities it is held to permissions like others.
POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


def powerless() -> tuple[str, ...]:
    """The command prefix that runs a process without root's rights, so that permissions apply."""
    if os.geteuid():
        return ()
    if shutil.which(POWERLESS[0]) is None:
        pytest.skip("as root this needs setpriv, or permissions mean nothing")
    return POWERLESS


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, of that size; skips where we may not mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:  # noqa: S603, PLW1510 - our own command; its failure is looked at
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - our own command


def fill(ballast: Path) -> None:
    """Leave no room on the disk where `ballast` lies; it grows."""
    with ballast.open("ab", buffering=0) as file:
        block = b"\0" * 65_536
        while block:
            try:
                file.write(block)
            except OSError:
                block = block[: len(block) // 2]


@contextmanager
def unwritable(pid: int) -> Iterator[None]:
    """Every write of the process to a file fails meanwhile, as on a disk that broke."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def forbidden(*paths: Path) -> Iterator[None]:
    """Nobody may write to these meanwhile."""
    before = [(path, path.stat().st_mode) for path in paths if path.exists()]
    for path, mode in before:
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in before:
            path.chmod(mode)
