"""Pictures of the console's pages for the documents: `make screenshots`, in light and dark."""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize

from tests.browser.console_kit import PAGES, Watched, address, crowded_relay
from tests.browser.demo_kit import chromium, send_play
from tests.places import ROOT
from tests.system.console.big import PLAIN

FOLDER = ROOT / "docs" / "screenshots"
SIZE = ViewportSize(width=840, height=560)
TALL = ViewportSize(width=840, height=860)
"""For pages of which the curve, or the list below the form, is to be seen."""

LONG = ("/media", "/people?")

SCHEMES = ("light", "dark")


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        crowded_relay(Path(folder), PLAIN) as relay,
        chromium() as browser,
    ):
        send_play(relay, mediaName="Launch film", duration=93, watched=[[1, 30], [3, 5], [0, 15]])
        for path in PAGES:
            for scheme in SCHEMES:
                watched = Watched(
                    browser,
                    viewport=TALL if any(each in path for each in LONG) else SIZE,
                    color_scheme=scheme,
                )
                watched.page.goto(address(relay, path, PLAIN[0]))
                if path == "/console/doctor":
                    watched.page.get_by_role("button", name="Examine").click()
                    watched.page.locator("#findings li").last.wait_for()
                watched.page.locator("h1").wait_for()
                picture = FOLDER / f"{name_of(path)}-{scheme}.png"
                watched.page.screenshot(path=picture, animations="disabled")
                watched.page.close()


def name_of(path: str) -> str:
    """The name of a page's pictures, such as `now`, `medium` or `rejected-kind`."""
    words = re.sub(r"\?.*|\{.*", "", path).removeprefix("/console").strip("/")
    named = {"": "now", "media/1": "medium", "people/1101": "contact"}
    return named.get(words, words.replace("/", "-"))


if __name__ == "__main__":
    main()
