"""Films that are shown in another window."""

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import leave, passed, play, show, until, video

OPENING = """() => {
    window.film = v;
    document.querySelector("button").onclick = async () => {
        window.beside = await documentPictureInPicture.requestWindow();
        beside.document.body.append(film);
    };
}"""

CLOSING = """() => {
    const share = (film.played.end(0) / film.duration) * 100;
    beside.close();
    return share;
}"""


def test_a_picture_in_picture_window_closes(page: Page, site: Site, collector: Collector) -> None:
    """The part watched in the window counts, although its document is gone when it is reported."""
    show(page, site, collector, video("minute.webm", "controls") + "<button>Open</button>")
    page.evaluate(OPENING)
    play(page, rate=4, name="film")
    page.click("button")
    passed(page, "film.ownerDocument == window.beside?.document")
    until(page, 24, "film")
    share = page.evaluate(CLOSING)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent > 30)
    assert collector.view().percent == pytest.approx(share, abs=5)
