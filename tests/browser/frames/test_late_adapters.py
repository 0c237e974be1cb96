"""A vendor's player is the vendor's, however late its adapter comes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Route

from tests.browser.frames.network import (
    VENDORS,
    Network,
    find_frame,
    measuring,
    module,
    says,
    watches,
)
from tests.browser.frames.test_elements import YOUTUBE_API
from tests.browser.hosts import Collector, Site
from tests.browser.player import loaded, passed, play, show, until

WISTIA = """<script>
    // As wistia-video-element does: a container for Wistia's script, whose events it repeats.
    customElements.define("wistia-video", class extends HTMLElement {
        connectedCallback() {
            this.innerHTML = `<div class="wistia_embed wistia_async_x1y2z3">
                <video id="v" src="/clips/ten.webm"></video></div>`;
            this.video = this.querySelector("video");
            const types = ["play", "playing", "pause", "timeupdate", "ended"];
            for (const type of types)
                this.video.addEventListener(type, () => this.dispatchEvent(new Event(type)));
        }
        get currentTime() { return this.video.currentTime; }
        get currentSrc() { return this.video.currentSrc; }
        get duration() { return this.video.duration; }
        get paused() { return this.video.paused; }
        get ended() { return this.video.ended; }
        get readyState() { return this.video.readyState; }
    });
    // As Wistia's script does, once there is something in its queue.
    window.answerQueue = () => {
        const EVENTS = { play: "play", pause: "pause", end: "ended", timechange: "timeupdate" };
        _wq[0].onReady({
            name: () => "Bees",
            time: () => v.currentTime,
            duration: () => v.duration,
            state: () => (v.ended ? "ended" : v.paused ? "paused" : "playing"),
            bind: (event, listener) => EVENTS[event] && v.addEventListener(EVENTS[event], listener),
        });
    };
</script><wistia-video id="e"></wistia-video>"""

YOUTUBE = (
    '<youtube-video id="e" controls src="https://youtu.be/abcdefghijk"></youtube-video>'
    + module(
        "youtube-video-element/dist/youtube-video-element.js",
        {"media-played-ranges-mixin": "media-played-ranges-mixin/dist/index.js"},
    )
)

Held = Callable[[str], Callable[[], None]]


@pytest.fixture
def held(context: BrowserContext) -> Held:
    """Keeps an adapter back, until what it returns is called."""

    def hold(name: str) -> Callable[[], None]:
        routes: list[Route] = []
        pattern = f"**/adapters/{name}.js"

        def keep(route: Route) -> None:
            routes.append(route)

        context.route(pattern, keep)

        def release() -> None:
            context.unroute(pattern)
            for route in routes:
                route.continue_()

        return release

    return hold


def evaluated(page: Page, *adapters: str) -> None:
    """Wait until adapters are there and have been called with what they were asked for."""
    loaded(page, *adapters)
    measuring(page, *adapters)


def begins(page: Page, site: Site, collector: Collector, network: Network) -> Frame:
    """A film begins in a frame inside of an element, which says so, too."""
    network.scripts["https://www.youtube.com/iframe_api"] = YOUTUBE_API
    show(page, site, collector, YOUTUBE)
    frame = find_frame(page, VENDORS["youtube"].hosts[0])
    says(page, frame, "ready()")
    watches(page, frame, 0, 1)
    passed(page, "!e.paused")
    evaluated(page, "element")
    return frame


def test_wistias_embed(
    page: Page, site: Site, collector: Collector, network: Network, held: Held
) -> None:
    """Neither the element around it nor the video inside of it is followed in its place."""
    release = held("wistia")
    show(page, site, collector, WISTIA)
    play(page, rate=2)
    evaluated(page, "element")
    until(page, 2)
    page.evaluate("v.pause()")
    release()
    passed(page, "window._wq?.length == 1")
    page.evaluate("answerQueue()")
    play(page, rate=2)
    until(page, 6)
    page.evaluate("v.pause()")
    network.leave(page)
    collector.wait(lambda relay: relay.plays)
    last = collector.view().last
    assert last["mediaUrl"] == "https://fast.wistia.net/embed/iframe/x1y2z3"
    assert last["mediaName"] == "Bees"


def test_a_frame_in_an_element(
    page: Page, site: Site, collector: Collector, network: Network, held: Held
) -> None:
    """The frame is followed, and not the element, which has begun to play before."""
    release = held("youtube")
    frame = begins(page, site, collector, network)
    release()
    evaluated(page, "youtube")
    watches(page, frame, *range(2, 11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.views()[-1].last.get("ended"))
    view = collector.view()
    assert view.last["mediaUrl"] == VENDORS["youtube"].film
    assert view.milestones[-1] == 100


@pytest.mark.parametrize("missing", ["frames", "youtube"])
def test_an_adapter_that_cannot_be_had(
    page: Page, site: Site, collector: Collector, network: Network, missing: str
) -> None:
    """The element is followed then, by what it says itself."""
    page.context.route(f"**/adapters/{missing}.js", lambda route: route.abort())
    frame = begins(page, site, collector, network)
    watches(page, frame, 2, 3, 4)
    says(page, frame, "pause()")
    network.leave(page)
    collector.wait(lambda relay: relay.plays)
    assert collector.view().last["mediaUrl"] == "https://youtu.be/abcdefghijk"
