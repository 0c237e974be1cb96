"""The adapter of documents and images. Players in frames: tests/browser/frames."""

import json

from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import show


def test_a_document_counts_what_was_in_the_window(
    page: Page, site: Site, collector: Collector
) -> None:
    """A long region: the share of its height that was seen, and a jump sees nothing between."""
    style = "height: 4000px; margin: 0"
    region = f'<div data-media-type="DOCUMENT" data-external-id="paper" style="{style}"></div>'
    page.set_viewport_size({"width": 400, "height": 1000})
    show(page, site, collector, f"<style>body {{ margin: 0 }}</style>{region}")
    collector.wait(lambda seen: seen.plays)
    assert collector.view().last["playedPercent"] == 25
    page.evaluate("scrollTo(0, 3000)")
    collector.wait(lambda seen: seen.view().percent >= 50)
    last = collector.view().last
    assert (last["mediaType"], last["externalId"], last["playedPercent"]) == (
        "DOCUMENT",
        "paper",
        50,
    )
    assert len(collector.views()) == 1


def test_an_image_that_was_seen_is_told(page: Page, site: Site, collector: Collector) -> None:
    """`data-media-type="IMAGE"`: all of it in the window."""
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    image = f'<img id="i" data-media-type="IMAGE" data-media-name="Bee" src="{dot}" height="200">'
    show(page, site, collector, image)
    collector.wait(lambda seen: seen.plays)
    last = collector.view().last
    assert (last["mediaType"], last["playedPercent"], last["externalId"]) == ("IMAGE", 100, "/#i")
    assert json.dumps(last).count("base64") == 0
