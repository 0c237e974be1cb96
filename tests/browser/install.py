"""A Chromium for the tests: the system's, or one installed for them. `make test` runs this.

`python -m tests.browser.install` ends with 0 when there is one, and also without one, saying what
that skips; but with 1 where `CI` is true, for there nobody would notice.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from playwright.sync_api import Error, sync_playwright

FLAGS = (
    "--no-sandbox",  # it can't have one as root, nor in most containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
"""What Chromium is started with: nothing of its own on the network, and `play()` at once."""

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""What systems call it."""

INSTALL_SECONDS = 900.0
ANSWER_SECONDS = 60.0


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """`PLAYRELAY_CHROMIUM`, else the first on the PATH that starts; None: only Playwright's own."""
    named = environment.get("PLAYRELAY_CHROMIUM")
    if named:
        return named
    paths = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    # Ubuntu has a script of that name that only says where the browser would be.
    return next((path for path in paths if path and _runs([path, "--version"])), None)


def in_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a missing browser is a fault."""
    return environment.get("CI", "").lower() in {"1", "true"}


def main() -> int:
    """See that there is one; returns the exit status."""
    if find_chromium() or _from_system() or _from_playwright():
        return 0
    _say(
        "no Chromium found or installed: the browser tests are skipped "
        "(install one, or name it in PLAYRELAY_CHROMIUM)"
    )
    return int(in_ci())


def _from_system() -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    _say("installing chromium for the browser tests ...")
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    return (
        _runs(["apt-get", "update"], INSTALL_SECONDS)
        and _runs(install, INSTALL_SECONDS, quiet)
        and find_chromium() is not None
    )


def _from_playwright() -> bool:
    """Playwright's own, if it starts: it may lack libraries that only root can install."""
    _say("installing Playwright's chromium for the browser tests ...")
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    if not _runs(install, INSTALL_SECONDS):
        return False
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(args=FLAGS).close()
    except Error:
        return False
    return True


def _runs(
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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks to its terminal


if __name__ == "__main__":
    sys.exit(main())
