"""Marked documents: how much of them was shown, by whatever scrolls."""

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import show

MARKS = 'data-media-type="DOCUMENT" data-external-id="paper"'
PAGES = '<div style="height: 4000px"></div>'
SCROLLER = "height: 1000px; overflow: auto; width: 300px"


@pytest.fixture(autouse=True)
def window(page: Page) -> None:
    """A window of a thousand pixels."""
    page.set_viewport_size({"width": 400, "height": 1000})


@pytest.mark.parametrize(
    "body",
    [
        f'<div id="s" {MARKS} style="{SCROLLER}">{PAGES}</div>',
        f'<div {MARKS}><nav>menu</nav><div id="s" style="{SCROLLER}">{PAGES}</div></div>',
        f'<div id="s" style="{SCROLLER}"><article {MARKS}>{PAGES}</article></div>',
    ],
    ids=["it scrolls itself", "what is inside of it scrolls", "it is inside of what scrolls"],
)
def test_pages_count_by_what_a_scrolling_part_shows(
    page: Page, site: Site, collector: Collector, body: str
) -> None:
    """A quarter at first; and another one after a jump, with nothing between."""
    show(page, site, collector, f"<style>body {{ margin: 0 }}</style>{body}")
    collector.wait(lambda seen: seen.plays)
    assert collector.view().last["playedPercent"] == pytest.approx(25, abs=2)
    page.evaluate("s.scrollTo(0, 3000)")
    collector.wait(lambda seen: seen.view().percent >= 46)
    assert collector.view().percent == pytest.approx(50, abs=4)


def test_a_page_in_a_frame_counts_by_what_the_frame_shows(
    page: Page, site: Site, collector: Collector
) -> None:
    """The tracker looks into the document of a frame of the same site."""
    site.put(f"<style>body {{ margin: 0 }}</style>{PAGES}", "/paper")
    frame = f'<iframe id="f" {MARKS} src="/paper" style="width: 300px; height: 1000px; border: 0">'
    show(page, site, collector, f"<style>body {{ margin: 0 }}</style>{frame}</iframe>")
    collector.wait(lambda seen: seen.plays)
    assert collector.view().last["playedPercent"] == pytest.approx(25, abs=2)
    page.evaluate("f.contentWindow.scrollTo(0, 3000)")
    collector.wait(lambda seen: seen.view().percent >= 46)
    assert collector.view().percent == pytest.approx(50, abs=4)


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe data-media-type="DOCUMENT" src="{}" height="500"></iframe>',
        '<object data-media-type="DOCUMENT" data="{}" type="application/pdf"></object>',
    ],
    ids=["iframe", "object"],
)
def test_a_document_that_cannot_be_looked_into_has_no_share(
    page: Page, site: Site, collector: Collector, markup: str
) -> None:
    """It is named by its address, and that it was shown is all that is told."""
    address = "https://elsewhere.example/paper.pdf"
    page.route(address, lambda route: route.fulfill(body="<p>pages</p>", content_type="text/html"))
    show(page, site, collector, markup.format(address))
    collector.wait(lambda seen: seen.plays)
    last = collector.view().last
    assert (last["mediaType"], last["mediaUrl"]) == ("DOCUMENT", address)
    assert "playedPercent" not in last
