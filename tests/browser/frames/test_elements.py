"""Custom elements around vendors' players, as npm has them: one view each, under the film's name.

What such an element would load from its vendor is a few lines of ours that offer the same.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.frames.network import (
    PACKAGE_HOST,
    VENDORS,
    Network,
    find_frame,
    measuring,
    module,
    says,
    watches,
)
from tests.browser.hosts import Collector, Site
from tests.browser.player import loaded, passed, show

YOUTUBE_API = """
    window.YT = {
        PlayerState: { ENDED: 0, PLAYING: 1, PAUSED: 2, BUFFERING: 3 },
        get: (id) => YT.players[id],
        players: {},
        Player: class {
            info = { currentTime: 0, duration: 0, playerState: -1 };
            listeners = {};
            constructor(iframe, { events }) {
                iframe.id ||= "widget2";
                YT.players[iframe.id] = this;
                const ask = () => iframe.contentWindow.postMessage(
                    JSON.stringify({ event: "listening", id: 1, channel: "widget" }), "*");
                iframe.addEventListener("load", ask);
                ask();
                addEventListener("message", ({ source, data }) => {
                    if (source != iframe.contentWindow || typeof data != "string") return;
                    const { event, info } = JSON.parse(data);
                    Object.assign(this.info, info);
                    if (event == "initialDelivery") events.onReady({ target: this });
                    if ("playerState" in (info ?? {})) this.fire("onStateChange", info.playerState);
                    if ("currentTime" in (info ?? {})) this.fire("onVideoProgress");
                });
            }
            fire(event, data) { this.listeners[event]?.({ data }); }
            addEventListener(event, listener) { this.listeners[event] = listener; }
            getPlayerState() { return this.info.playerState; }
            getCurrentTime() { return this.info.currentTime; }
            getDuration() { return this.info.duration; }
            getOption() {}
            getVideoLoadedFraction() { return 1; }
            getVolume() { return 100; }
            isMuted() { return false; }
            getPlaybackRate() { return 1; }
        },
    };
    onYouTubeIframeAPIReady(YT);
"""


def shown(
    page: Page, site: Site, collector: Collector, element: str, entry: str, *adapters: str
) -> None:
    """A page with such an element."""
    imports = {
        "media-played-ranges-mixin": "media-played-ranges-mixin/dist/index.js",
        "@vimeo/player/dist/player.es.js": "@vimeo/player/dist/player.es.js",
    }
    show(page, site, collector, element + module(entry, imports))
    page.wait_for_function("!!customElements.get(document.querySelector('#e').localName)")
    measuring(page, *adapters)


@pytest.mark.parametrize(
    ("vendor", "element"),
    [
        ("youtube", '<youtube-video id="e" controls src="https://youtu.be/abcdefghijk">'),
        ("vimeo", '<vimeo-video id="e" controls src="https://vimeo.com/76979871">'),
        (
            "tiktok",
            '<tiktok-video id="e" controls src="https://www.tiktok.com/@a/video/6718335390845095173">',
        ),
        (
            "twitch",
            '<twitch-video id="e" controls src="https://www.twitch.tv/videos/12345">',
        ),
    ],
)
def test_an_element_around_a_frame(
    page: Page, site: Site, collector: Collector, network: Network, vendor: str, element: str
) -> None:
    """The frame is followed, and so the element around it is not."""
    network.scripts["https://www.youtube.com/iframe_api"] = YOUTUBE_API
    tag = element[1:].split(maxsplit=1)[0]
    entry = f"{tag}-element/dist/{tag}-element.js"
    shown(page, site, collector, f"{element}</{tag}>", entry, "frames", vendor, "element")
    frame = find_frame(page, VENDORS[vendor].hosts[0])
    loaded(page, vendor)
    says(page, frame, "ready()")
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.views()[-1].last.get("ended"))
    view = collector.view()
    assert view.milestones == [25, 50, 75, 100]
    assert view.last["mediaUrl"] == VENDORS[vendor].film


def test_spotifys_element(page: Page, site: Site, collector: Collector, network: Network) -> None:
    """Its frame's messages are not known: the element itself is followed, by its events."""
    network.scripts["https://open.spotify.com/embed-podcast/iframe-api/v1"] = """
        window.listeners = {};
        onSpotifyIframeApiReady({ createController: (frame, options, done) => done({
            addListener: (event, listener) => (listeners[event] = listener),
            resume() {}, pause() {},
        }) });
        window.say = (seconds, isPaused = false) => listeners.playback_update({ data: {
            position: seconds * 1000, duration: 10000, isPaused, isBuffering: false } });
    """
    address = "https://open.spotify.com/episode/7makk4oTQel546B0PZlDM5"
    element = f'<spotify-audio id="e" title="Bees" controls src="{address}"></spotify-audio>'
    shown(
        page,
        site,
        collector,
        element,
        "spotify-audio-element/dist/spotify-audio-element.js",
        "element",
    )
    passed(page, "!!window.listeners?.playback_update")
    page.evaluate("() => { say(0); say(0); }")
    passed(page, "!e.paused")
    for second in range(11):
        page.evaluate("seconds => say(seconds)", second)
    page.evaluate("say(10)")
    collector.wait(lambda relay: relay.plays and relay.view().milestones)
    collector.wait(lambda relay: relay.view().last.get("ended"))
    last = collector.view().last
    assert collector.view().milestones == [25, 50, 75, 100]
    assert (last["mediaUrl"], last["mediaName"], last["mediaType"]) == (address, "Bees", "AUDIO")


def test_cloudflares_element(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """Cloudflare's element itself is followed, by its events."""
    network.scripts["https://embed.videodelivery.net/embed/sdk.latest.js"] = """
        window.Stream = () => (window.api = Object.assign(new EventTarget(), {
            paused: true, currentTime: 0, duration: 10, ended: false, muted: false,
            playbackRate: 1, seeking: false,
        }));
        window.say = (type, state) => {
            Object.assign(api, state);
            api.dispatchEvent(new Event(type));
        };
    """
    address = "https://watch.videodelivery.net/bfbd585059e33391d67b0f1d15fe6ea4"
    element = f'<cloudflare-video id="e" title="Bees" controls src="{address}"></cloudflare-video>'
    shown(
        page,
        site,
        collector,
        element,
        "cloudflare-video-element/dist/cloudflare-video-element.js",
        "element",
    )
    passed(page, "!!window.api")
    page.evaluate("() => { say('play', { paused: false }); say('playing'); }")
    loaded(page, "element")
    for second in range(11):
        page.evaluate("currentTime => say('timeupdate', { currentTime })", second)
    page.evaluate("say('ended', { ended: true, paused: true })")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    last = collector.view().last
    assert collector.view().milestones == [25, 50, 75, 100]
    assert (last["mediaUrl"], last["mediaName"]) == (address, "Bees")


def test_vidyards_embed_code(page: Page, site: Site, collector: Collector) -> None:
    """The package makes the frame, and answers it; so does the tracker, once more."""
    uuid = VENDORS["vidyard"].film.rpartition("/")[2]
    image = f'<img class="vidyard-player-embed" data-uuid="{uuid}" data-v="4" data-type="inline">'
    library = f'<script src="{PACKAGE_HOST}@vidyard/embed-code/dist/v4.js"></script>'
    show(page, site, collector, image + library)
    frame = find_frame(page, "vidyard")
    loaded(page, "vidyard")
    measuring(page, "frames", "vidyard")
    says(page, frame, "ready()")
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    view = collector.view()
    assert view.milestones == [25, 50, 75, 100]
    assert (view.last["mediaUrl"], view.last["mediaName"]) == (VENDORS["vidyard"].film, "Bees")
