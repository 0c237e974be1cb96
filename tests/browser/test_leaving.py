"""A view is not lost when the page is left while an adapter is still loading."""

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import leave, play, script, show, until, video

REPORT = """<script>
    window.progressed = { externalId: "tour", mediaType: "OTHER", playedPercent: 60 };
    playrelay.progress(progressed);
</script>"""


@pytest.mark.parametrize("fate", ["held", "missing"])
def test_a_pages_own_report_without_its_adapter(
    page: Page, site: Site, collector: Collector, fate: str
) -> None:
    """It goes with the page's address and title, whether the adapter is late or can't be had."""
    pattern = "**/adapters/page.js"
    page.route(pattern, lambda route: route.abort() if fate == "missing" else None)
    queue = "<script>window.playrelay = { q: [], progress(...a) { this.q.push(['progress', a]) } }"
    known = "requestfailed" if fate == "missing" else "request"
    with page.expect_event(known, lambda sent: sent.url.endswith("/adapters/page.js")):
        page.goto(site.put(f"{queue}</script>{REPORT}{script(collector)}", "/tour", title="Tour"))
    if fate == "missing":
        collector.wait(lambda relay: relay.plays)
    leave(page)
    collector.wait(lambda relay: relay.plays)
    last = collector.view().last
    assert (last["playedPercent"], last["pageName"]) == (60, "Tour")
    assert last["pageUrl"] == f"{site.url}/tour"


def test_a_film_without_the_adapter_that_names_it(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its address names it, if the page is left before its other words have been read."""
    page.route("**/adapters/naming.js", lambda _: None)
    with page.expect_request("**/adapters/naming.js"):
        show(page, site, collector, video(attributes='aria-label="Bees"'))
    play(page)
    until(page, 4)
    leave(page)
    collector.wait(lambda relay: relay.plays)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")
    assert collector.view().percent >= 39
