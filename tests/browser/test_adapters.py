"""The adapters, against pages of ours that speak the vendors' protocols.

These pages are not the vendors: they say what YouTube's, Vimeo's and Wistia's players are known to
say, and show that the tracker makes true coverage of it.
"""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route

from tests.browser.hosts import Collector, Site
from tests.browser.player import leave, passed, show

PLAYER = """<!doctype html><script>
addEventListener("message", ({ data }) => {
    const { event, value } = JSON.parse(data);
    document.body.className += " asked-" + (value ?? event);
});
function say(message) { parent.postMessage(JSON.stringify(message), "*"); }
</script><body>"""

ANYWHERE = re.compile("^https:")

SITES = {
    "https://www.youtube.com/": PLAYER,
    "https://player.vimeo.com/": PLAYER,
}


@pytest.fixture(autouse=True)
def vendors(context: BrowserContext) -> Iterator[list[str]]:
    """Our frames at the vendors' addresses; lists what was asked for."""
    requests: list[str] = []

    def answer(route: Route, request: Request) -> None:
        requests.append(request.url)
        body = next((page for url, page in SITES.items() if request.url.startswith(url)), None)
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="text/html")

    context.route(ANYWHERE, answer)
    yield requests
    context.unroute(ANYWHERE)


def frame_says(page: Page, *messages: object) -> None:
    """The vendor's frame tells its parent, one message after the other; all have arrived."""
    (_, frame) = page.frames
    page.evaluate("window.heard = 0; addEventListener('message', () => window.heard++)")
    for message in messages:
        frame.evaluate("(message) => say(message)", message)
    passed(page, f"heard == {len(messages)}")


def asked(page: Page, question: str) -> None:
    """Wait until the tracker has asked the frame."""
    # The frame is loaded anew where the adapter changes its address.
    page.frame_locator("iframe").locator(f".asked-{question}").wait_for(state="attached")
    measuring(page)


def measuring(page: Page) -> None:
    """Wait until what measures is at work: a player plays for longer than a test's does."""
    page.evaluate("import(document.querySelector('[src*=playrelay]').src + '/../adapters/view.js')")


def youtube(seconds: float, state: int = 1) -> object:
    """One of YouTube's messages. `state`: 1 plays, 2 pauses, 0 has ended."""
    info = {
        "currentTime": seconds,
        "duration": 10,
        "playerState": state,
        "videoData": {"video_id": "abc", "title": "Bees"},
    }
    return {"event": "infoDelivery", "info": info}


def vimeo(seconds: float, event: str = "timeupdate") -> object:
    """One of Vimeo's messages."""
    data = {"seconds": seconds, "percent": seconds / 10, "duration": 10}
    return {"event": event, "data": data}


def test_youtube_is_covered_by_positions(
    page: Page, site: Site, collector: Collector, vendors: list[str]
) -> None:
    """Asked through `enablejsapi`; a jump is no play, and a message from elsewhere is no word."""
    body = '<iframe id="f" src="https://www.youtube.com/embed/abc"></iframe>'
    show(page, site, collector, body)
    passed(page, "f.src.endsWith('?enablejsapi=1')")
    asked(page, "listening")
    page.evaluate("postMessage(JSON.stringify({ info: { currentTime: 9, playerState: 1 } }), '*')")
    frame_says(page, *(youtube(second / 2) for second in range(7)), youtube(8), youtube(8.5, 2))
    page.context.unroute(ANYWHERE)  # a leaving page's last request is lost on its way through
    leave(page)
    collector.wait(lambda told: told.plays and told.view().percent >= 35)
    last = collector.view().last
    assert last["playedPercent"] == 35
    assert collector.view().milestones == [25]
    assert (last["mediaName"], last["mediaType"]) == ("Bees", "VIDEO")
    assert last["mediaUrl"] == "https://www.youtube.com/watch?v=abc"
    assert not [url for url in vendors if "iframe_api" in url]


def test_a_youtube_frame_that_listens_already_is_not_reloaded(
    page: Page, site: Site, collector: Collector, vendors: list[str]
) -> None:
    """The site uses the player's interface itself, and goes on doing so."""
    address = "https://www.youtube.com/embed/abc?enablejsapi=1&origin=x"
    show(page, site, collector, f'<iframe id="f" src="{address}"></iframe>')
    asked(page, "listening")
    frame_says(page, *(youtube(second) for second in range(11)), youtube(10, 0))
    collector.wait(lambda told: told.plays and told.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]
    assert vendors.count(address) == 1


def test_vimeo_is_covered_by_positions(page: Page, site: Site, collector: Collector) -> None:
    """From `timeupdate`, the first and the last sample included."""
    body = '<iframe title="Bees" src="https://player.vimeo.com/video/7"></iframe>'
    show(page, site, collector, body)
    asked(page, "timeupdate")
    frame_says(page, *(vimeo(second) for second in range(10)), vimeo(10, "ended"))
    collector.wait(lambda told: told.plays and told.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]
    assert collector.view().last["mediaUrl"] == "https://player.vimeo.com/video/7"
    assert collector.view().last["mediaName"] == "Bees"


def test_a_frame_inserted_later_is_found(page: Page, site: Site, collector: Collector) -> None:
    """By the observer; and the adapter is not loaded before."""
    show(page, site, collector, '<div id="place"></div>')
    loaded = "performance.getEntriesByType('resource').some(({ name }) => /frames/.test(name))"
    assert page.evaluate(loaded) is False
    page.evaluate("place.innerHTML = '<iframe src=https://player.vimeo.com/video/7></iframe>'")
    passed(page, loaded)
    asked(page, "timeupdate")
    frame_says(page, *(vimeo(second) for second in range(10)), vimeo(10, "ended"))
    collector.wait(lambda told: told.plays and told.view().milestones == [25, 50, 75, 100])


def test_wistia_is_covered_by_positions(page: Page, site: Site, collector: Collector) -> None:
    """Through the queue that Wistia's own script reads."""
    show(page, site, collector, '<div class="wistia_embed wistia_async_x1y2"></div>')
    passed(page, "window._wq?.length")
    measuring(page)
    page.evaluate(
        """() => {
            const bound = {};
            const video = {
                seconds: 0, now: "playing",
                time: () => video.seconds, duration: () => 10, state: () => video.now,
                name: () => "Bees", bind: (event, listener) => (bound[event] = listener),
            };
            const [{ id, onReady }] = _wq;
            window.id = id;
            onReady(video);
            bound.play();
            for (video.seconds = 1; video.seconds < 10; video.seconds++) bound.timechange();
            video.now = "ended";
            bound.end();
        }"""
    )
    collector.wait(lambda told: told.plays and told.view().last.get("ended"))
    assert page.evaluate("id") == "x1y2"
    assert collector.view().milestones == [25, 50, 75, 100]
    assert collector.view().last["mediaUrl"] == "https://fast.wistia.net/embed/iframe/x1y2"
    assert collector.view().last["mediaName"] == "Bees"


def test_a_document_counts_what_was_in_the_window(
    page: Page, site: Site, collector: Collector
) -> None:
    """A long region: the share of its height that was seen, and a jump sees nothing between."""
    style = "height: 4000px; margin: 0"
    region = f'<div data-media-type="DOCUMENT" data-external-id="paper" style="{style}"></div>'
    page.set_viewport_size({"width": 400, "height": 1000})
    show(page, site, collector, f"<style>body {{ margin: 0 }}</style>{region}")
    collector.wait(lambda told: told.plays)
    assert collector.view().last["playedPercent"] == 25
    page.evaluate("scrollTo(0, 3000)")
    collector.wait(lambda told: told.view().percent >= 50)
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
    collector.wait(lambda told: told.plays)
    last = collector.view().last
    assert (last["mediaType"], last["playedPercent"], last["externalId"]) == ("IMAGE", 100, "i")
    assert json.dumps(last).count("base64") == 0
