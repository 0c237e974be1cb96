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


def test_a_film_that_is_made_in_another_window_is_watched_if_asked_for(
    page: Page, site: Site, collector: Collector
) -> None:
    """It is no element of the page's own kind, and its events don't reach the page."""
    show(page, site, collector, "<button>Open</button>")
    page.evaluate(
        """() => (document.querySelector("button").onclick = async () => {
            const { document: inner } = await documentPictureInPicture.requestWindow();
            window.film = inner.body.appendChild(inner.createElement("video"));
            film.src = `${location.origin}/clips/short.webm`;
            film.controls = true;
            playrelay.watch(film, { externalId: "beside" });
        })"""
    )
    page.click("button")
    passed(page, "window.film?.readyState > 3")
    page.evaluate("film.play()")
    collector.wait_for_end()
    assert collector.view().last["externalId"] == "beside"
