"""Browsers for the tests: the system's, or some installed for them. `make test` runs this.

`python -m tests.browser.install` ends with 0 when there are a Chromium, a Firefox and, on Debian, a
WebKitGTK, and also without them, saying what that skips; but with 1 where `CI` is true, for there
nobody would notice.
"""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tests.machine.debian import INSTALL_SECONDS, in_ci, installed, is_debian, runs, say

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
SHELL_NAMES = ("chromium-headless-shell",)
FIREFOX_NAMES = ("firefox-esr", "firefox")
"""What systems call them."""

WEBKIT_PACKAGES = (
    "webkit2gtk-driver",
    "xvfb",  # it has no headless mode
    # H.264 and AAC, in files and in HLS
    "gstreamer1.0-libav",
    "gstreamer1.0-plugins-bad",
)
"""Debian's, for a WebKit that plays what the others do."""

LIBRARIES = Path("/usr/lib")


@dataclass(frozen=True)
class WebKit:
    """The paths of the parts of a WebKitGTK."""

    driver: str
    browser: Path
    screen: str


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """`PLAYRELAY_CHROMIUM`, else the first on the PATH that starts; None: only Playwright's own."""
    named = environment.get("PLAYRELAY_CHROMIUM")
    if named:
        return named
    return _first(NAMES, environment)


def find_shell(environment: Mapping[str, str] = os.environ) -> str | None:
    """Chromium without windows, which takes half the processor time; else `find_chromium`."""
    named = environment.get("PLAYRELAY_CHROMIUM")
    return named or _first(SHELL_NAMES, environment) or find_chromium(environment)


def find_firefox(environment: Mapping[str, str] = os.environ) -> str | None:
    """`PLAYRELAY_FIREFOX`, else the first on the PATH that starts."""
    return environment.get("PLAYRELAY_FIREFOX") or _first(FIREFOX_NAMES, environment)


def find_webkit(environment: Mapping[str, str] = os.environ) -> WebKit | None:
    """Debian's WebKitGTK: the driver, the browser that it drives, and a screen to show it on."""
    driver = shutil.which("WebKitWebDriver", path=environment.get("PATH"))
    screen = shutil.which("Xvfb", path=environment.get("PATH"))
    browser = next(LIBRARIES.glob("*/webkit*gtk-*/MiniBrowser"), None)
    return WebKit(driver, browser, screen) if driver and browser and screen else None


def why_no_webkit() -> str:
    """The reason and the remedy."""
    if not is_debian():
        return "no WebKitGTK with its driver: the tests know only where Debian has it"
    return f"no WebKitGTK: apt-get install {' '.join(WEBKIT_PACKAGES)}"


def _first(names: Sequence[str], environment: Mapping[str, str]) -> str | None:
    paths = (shutil.which(name, path=environment.get("PATH")) for name in names)
    # Ubuntu has scripts of these names that only say where the browser would be.
    return next((path for path in paths if path and runs([path, "--version"])), None)


def main() -> int:
    """See that there are; returns the exit status."""
    missing = []
    if not (find_chromium() or _from_system() or _from_playwright()):
        missing.append("Chromium")
    if is_debian() and find_shell() == find_chromium():
        installed("chromium-headless-shell")  # the tests run without it, too
    if not (find_firefox() or (installed("firefox-esr") and find_firefox())):
        missing.append("Firefox")
    if is_debian() and not shutil.which("pulseaudio"):
        installed("pulseaudio")  # Firefox needs it for sounds, where there is no sound card
    for name in missing:
        say(
            f"no {name} found or installed: the tests in it are skipped "
            f"(install one, or name it in PLAYRELAY_{name.upper()})"
        )
    if not (find_webkit() or (is_debian() and installed(*WEBKIT_PACKAGES) and find_webkit())):
        say(f"{why_no_webkit()}; the tests in it are skipped")
        if is_debian():
            missing.append("WebKit")
    return int(bool(missing) and in_ci())


def _from_system() -> bool:
    return installed("chromium") and find_chromium() is not None


def _from_playwright() -> bool:
    """Playwright's own, if it starts: it may lack libraries that only root can install."""
    say("installing Playwright's chromium for the browser tests ...")
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    if not runs(install, INSTALL_SECONDS):
        return False
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(args=FLAGS).close()
    except Error:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
