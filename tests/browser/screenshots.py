"""Pictures of the console's pages for the documents: `make screenshots`, in light and dark."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from app.demo.sample import PLAYS
from tests.browser.console_kit import SECRET_KEY, Watched, address, crowded_relay
from tests.browser.demo_kit import PATIENCE, Relay, chromium
from tests.places import ROOT
from tests.system.console.big import PLAIN

FOLDER = ROOT / "docs" / "screenshots"
SIZE = ViewportSize(width=840, height=560)
TALL = ViewportSize(width=840, height=860)
"""For pages of which the curve, or the list below the form, is to be seen."""

LONG = {"media", "medium", "people"}

SCHEMES = ("light", "dark")

PAGES = {
    "now": "/console",
    "live": "/console/live",
    "play": "/console/play?session=sample-7",
    "media": "/console/media",
    "embed": "/console/embed",
    "connect": "/console/connect",
    "doctor": "/console/doctor",
    "audit": "/console/audit",
}
"""Pages of a sandbox that is filled with sample plays; those of a medium and a contact are looked
for there."""

REJECTED = {
    "rejected": "/console/rejected",
    "rejected-kind": "/console/rejected/kind?family={family}",
}
"""Pages of a store in which much was rejected."""


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    sandbox = {"PLAYRELAY_SANDBOX": "true", "PLAYRELAY_SECRET_KEY": SECRET_KEY}
    with tempfile.TemporaryDirectory() as folder:
        with Relay(_made(folder, "sample"), 0, **sandbox) as relay, chromium() as browser:
            found = _fill(relay, browser)
            pages = {name: relay.url + path for name, path in PAGES.items()}
            _take(browser, (pages | found).items())
        with crowded_relay(_made(folder, "crowded"), PLAIN) as relay, chromium() as browser:
            pages = {name: address(relay, path, PLAIN[0]) for name, path in REJECTED.items()}
            _take(browser, pages.items())


def _made(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.mkdir()
    return path


def _fill(relay: Relay, browser: Browser) -> dict[str, str]:
    """Fill the sandbox as a person does; returns the addresses of what is found in it, by name."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console")
    page.get_by_role("button", name="Fill with sample plays").click()
    page.get_by_text(f"{PLAYS} of {PLAYS}").wait_for()
    page.goto(f"{relay.url}/console")
    late = 2_000 * PATIENCE
    expect(_figure(page, "Pings not processed yet")).to_have_text("0", timeout=late)
    expect(_figure(page, "Events delivered")).not_to_have_text("0", timeout=late)
    expect(_figure(page, "Events to be sent")).to_have_text("0", timeout=late)
    page.goto(f"{relay.url}/console/media")
    found = {"medium": _follow(page, "a[href*='/media/']:text('Product tour')", "/media/")}
    (number,) = re.findall(r"/media/(\d+)", found["medium"])
    found["people"] = f"{relay.url}/console/people?medium={number}&over=75"
    page.goto(found["people"])
    found["contact"] = _follow(page, "table a[href*='/people/']", "/people/")
    page.close()
    return found


def _follow(page: Page, link: str, place: str) -> str:
    """Follow the first such link; returns the address that it leads to."""
    page.locator(link).first.click()
    page.wait_for_url(lambda url: place in url)
    return page.url


def _figure(page: Page, name: str) -> Locator:
    return page.locator(".figure", has_text=name).locator("dd")


def _take(browser: Browser, pages: Iterable[tuple[str, str]]) -> None:
    for name, url in pages:
        for scheme in SCHEMES:
            size = TALL if name in LONG else SIZE
            page = Watched(browser, viewport=size, color_scheme=scheme).page
            page.goto(url)
            if name == "doctor":
                page.get_by_role("button", name="Run the checks").click()
                page.locator("#findings li").last.wait_for()
            page.locator("h1").wait_for()
            page.screenshot(path=FOLDER / f"{name}-{scheme}.png", animations="disabled")
            page.close()


if __name__ == "__main__":
    main()
