"""Wistia's embed, element and frame: one view each, although a `<video>` stands inside."""

import pytest
from playwright.sync_api import Page

from tests.browser.frames.network import (
    VENDORS,
    asked,
    find_frame,
    measuring,
    says,
    watches,
)
from tests.browser.hosts import Collector, Site
from tests.browser.player import loaded, passed, show

FILM = "https://fast.wistia.net/embed/iframe/x1y2z3"
CLIP = '<video src="/clips/ten.webm"></video>'

HANDLE = """
    window.bound = {};
    window.film = {
        seconds: 0, now: "playing", muted: false,
        time: () => film.seconds, duration: () => 10, state: () => film.now,
        name: () => "Bees", isMuted: () => film.muted,
        bind: (event, listener) => (bound[event] = listener),
    };
    window.played = () => {
        bound.play();
        for (film.seconds = 1; film.seconds < 10; film.seconds++) bound.timechange();
        film.now = "ended";
        bound.end();
    };
    0;
"""
"""What Wistia's script hands to `onReady`."""


def whole_film(collector: Collector) -> None:
    """One view, of the whole film."""
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    view = collector.view()
    assert view.milestones == [25, 50, 75, 100]
    assert (view.last["mediaUrl"], view.last["mediaName"]) == (FILM, "Bees")


def test_the_async_embed(page: Page, site: Site, collector: Collector) -> None:
    """The tracker uses the queue that Wistia's script reads; the page's own entries stay in it."""
    own = "<script>window._wq = [{ id: 'own' }]</script>"
    body = f'{own}<div class="wistia_embed wistia_async_x1y2z3">{CLIP}</div>'
    show(page, site, collector, body)
    passed(page, "_wq.length == 2")
    measuring(page)
    page.evaluate(HANDLE)
    page.evaluate("document.querySelector('video').play()")
    page.evaluate("() => { _wq[1].onReady(film); played(); }")
    whole_film(collector)
    assert page.evaluate("_wq.map(({ id }) => id)") == ["own", "x1y2z3"]


def test_two_embeds_of_one_film(page: Page, site: Site, collector: Collector) -> None:
    """Each hears of its own player alone."""
    embed = '<div class="wistia_embed wistia_async_x1y2z3"></div>'
    show(page, site, collector, embed + embed)
    passed(page, "window._wq?.length == 2")
    measuring(page)
    page.evaluate(HANDLE)
    page.evaluate(
        """() => {
            film.container = document.querySelectorAll(".wistia_embed")[1];
            for (const { onReady } of _wq) onReady(film);
            played();
        }"""
    )
    whole_film(collector)


def test_the_element(page: Page, site: Site, collector: Collector) -> None:
    """`<wistia-player>` plays a `<video>` in its open shadow root."""
    element = """<script>
        customElements.define("wistia-player", class extends HTMLElement {
            name = "Bees"; currentTime = 0; duration = 10; state = "beforeplay"; muted = false;
            connectedCallback() {
                this.attachShadow({ mode: "open" }).innerHTML = `CLIP`;
            }
            get paused() { return this.state != "playing"; }
            pause() {}
            play() {
                this.shadowRoot.querySelector("video").play();
                this.state = "playing";
                this.dispatchEvent(new Event("play"));
                while (++this.currentTime < 10) this.dispatchEvent(new Event("time-update"));
                this.state = "ended";
                this.dispatchEvent(new Event("ended"));
            }
        });
    </script>""".replace("CLIP", CLIP)
    show(
        page, site, collector, f'{element}<wistia-player id="w" media-id="x1y2z3"></wistia-player>'
    )
    loaded(page, "wistia")
    measuring(page, "frames", "wistia")
    page.evaluate("w.play()")
    whole_film(collector)


def test_the_frame_is_asked_in_its_own_words(page: Page, site: Site, collector: Collector) -> None:
    """A Wistia frame is not asked in YouTube's protocol, whatever class it has."""
    show(page, site, collector, VENDORS["wistia"].embed(attributes='class="wistia_embed"'))
    frame = find_frame(page)
    asked(frame)
    measuring(page)
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert collector.view().last["mediaUrl"] == FILM
    assert set(frame.evaluate("window.eval('asked')")) == {"amp-listening"}


def test_a_frame_beside_wistias_script(page: Page, site: Site, collector: Collector) -> None:
    """The script knows how long the film is: one view, with a share."""
    own = "<script>window._wq = []</script>"
    body = own + VENDORS["wistia"].embed(attributes='class="wistia_embed"')
    show(page, site, collector, body)
    frame = find_frame(page)
    asked(frame)
    passed(page, "_wq.length")
    measuring(page)
    page.evaluate(HANDLE)
    page.evaluate("_wq[0].onReady(film)")
    watches(page, frame, 0, 1)
    page.evaluate("played()")
    whole_film(collector)


@pytest.mark.parametrize(
    "options",
    [
        "silentAutoPlay=true endVideoBehavior=loop",
        "autoPlay=true muted=true chromeless=true endVideoBehavior=loop",
    ],
)
def test_a_silent_background_is_nothing(
    page: Page, site: Site, collector: Collector, options: str
) -> None:
    """A silent background video counts only once it is heard."""
    show(page, site, collector, f'<div class="wistia_embed wistia_async_x1y2z3 {options}"></div>')
    passed(page, "window._wq?.length == 1")
    measuring(page)
    page.evaluate(HANDLE)
    page.evaluate(
        """() => {
            film.muted = true;
            _wq[0].onReady(film);
            bound.play();
            for (film.seconds = 1; film.seconds < 8; film.seconds++) bound.timechange();
        }"""
    )
    assert collector.bodies == []
    page.evaluate(
        """() => {
            film.muted = false;
            bound.mutechange();
            for (; film.seconds < 10; film.seconds++) bound.timechange();
            film.now = "ended";
            bound.end();
        }"""
    )
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert collector.view().percent < 50
