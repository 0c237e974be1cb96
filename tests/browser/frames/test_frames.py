"""A frame is recognized as a vendor's by what it sends and its origin, not by the page's markup."""

import pytest
from playwright.sync_api import Page

from tests.browser.frames.network import (
    PACKAGE_HOST,
    VENDORS,
    Network,
    Vendor,
    asked,
    find_frame,
    measuring,
    says,
    watches,
)
from tests.browser.hosts import Collector, Site
from tests.browser.player import loaded, ready, script, show

VIMEO, YOUTUBE = VENDORS["vimeo"], VENDORS["youtube"]


def whole(page: Page, collector: Collector, host: str = "") -> None:
    """Watch the film in the page's frame to its end; the relay has it."""
    frame = find_frame(page, host)
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.views()[-1].last.get("ended"))
    assert collector.views()[-1].milestones == [25, 50, 75, 100]


def test_a_frame_that_is_inserted_later(page: Page, site: Site, collector: Collector) -> None:
    """Found; and no adapter of frames is loaded before, nor another vendor's after."""
    show(page, site, collector, '<div id="place"></div>')
    assert not [name for name in collector.fetched if "frames" in name]
    page.evaluate("html => (place.innerHTML = html)", VIMEO.embed())
    asked(find_frame(page))
    measuring(page)
    whole(page, collector)
    loaded = {name.rpartition("/")[2] for name in collector.fetched if "adapters" in name}
    assert loaded == {"view.js", "naming.js", "frames.js", "vimeo.js"}


def test_a_frame_in_a_page_that_is_never_idle(page: Page, site: Site, collector: Collector) -> None:
    """An animation that takes longer than a picture may leaves no idle time: it is found anyway."""
    busy = """<script>(function draw() {
        const until = performance.now() + 25;
        while (performance.now() < until);
        requestAnimationFrame(draw);
    })()</script>"""
    show(page, site, collector, VIMEO.embed() + busy)
    asked(find_frame(page))


def test_a_frame_in_a_shadow_root(page: Page, site: Site, collector: Collector) -> None:
    """A closed one too."""
    show(page, site, collector, '<div id="host"></div>')
    page.evaluate("html => (host.attachShadow({ mode: 'closed' }).innerHTML = html)", VIMEO.embed())
    asked(find_frame(page))
    measuring(page)
    whole(page, collector)
    assert collector.view().last["mediaUrl"] == VIMEO.film


FACADES = {
    "in srcdoc": """{
        place.append(document.createElement("iframe"));
        place.firstChild.srcdoc = facade;
    }""",
    "by a script": """{
        place.append(document.createElement("iframe"));
        const inner = place.firstChild.contentDocument;
        inner.open(), inner.write(facade), inner.close();
    }""",
}


@pytest.mark.parametrize("vendor", [YOUTUBE, VIMEO], ids=["YouTube", "Vimeo"])
@pytest.mark.parametrize("writes", FACADES.values(), ids=FACADES)
def test_a_frame_in_a_frame_that_the_page_writes(
    page: Page, site: Site, collector: Collector, vendor: Vendor, writes: str
) -> None:
    """A picture in a document of the page's own: a click makes the vendor's frame inside of it."""
    show(page, site, collector, '<div id="place"></div>')
    click = "document.body.innerHTML = this.dataset.film"
    film = vendor.embed().replace('"', "&quot;").replace("<", "&lt;")
    facade = f'<button onclick="{click}" data-film="{film}">Play</button>'
    page.evaluate("(html) => (window.facade = html)", facade)
    page.evaluate(writes)
    measuring(page, "frames", "inside")
    page.frame_locator("iframe").locator("button").click()
    frame = find_frame(page, vendor.hosts[0])
    asked(frame)
    for call in ("play()", *(f"time({each})" for each in range(11)), "end()"):
        frame.evaluate(f"speak.{call}")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    view = collector.view()
    assert view.milestones == [25, 50, 75, 100]
    assert (view.last["mediaUrl"], view.last["pageUrl"]) == (vendor.film, site.url + "/")


def test_lazysizes(page: Page, site: Site, collector: Collector) -> None:
    """It navigates the frame and leaves `src` empty."""
    address = VIMEO.frame.replace("&", "&amp;")
    lazy = f'<iframe class="lazyload" data-src="{address}" width="300"></iframe>'
    library = f'<script src="{PACKAGE_HOST}lazysizes/lazysizes.js"></script>'
    show(page, site, collector, lazy + library)
    frame = find_frame(page, "vimeo")
    asked(frame)
    measuring(page)
    whole(page, collector, "vimeo")
    assert collector.view().last["mediaUrl"] == VIMEO.film


@pytest.mark.parametrize("name", ["vimeo", "playerjs"])
def test_a_frame_whose_address_the_page_never_wrote(
    page: Page, site: Site, collector: Collector, name: str
) -> None:
    """It was navigated by a script: it is what it says."""
    vendor = VENDORS[name]
    show(page, site, collector, '<iframe id="f"></iframe>')
    loaded(page, "frames")
    measuring(page, name)
    page.evaluate("url => f.contentWindow.location.replace(url)", vendor.frame)
    frame = find_frame(page, vendor.hosts[0])
    asked(frame)
    says(page, frame, "ready()")
    measuring(page)
    whole(page, collector, vendor.hosts[0])
    assert collector.view().last["mediaUrl"] == vendor.film


def test_a_gallery_of_one_frame(page: Page, site: Site, collector: Collector) -> None:
    """Each address is a film; the last film's words are not taken for the next one's."""
    show(page, site, collector, VIMEO.embed(attributes='id="f"'))
    asked(find_frame(page))
    measuring(page, "again")
    first = find_frame(page)
    watches(page, first, *range(7))
    page.evaluate("f.src = 'https://player.vimeo.com/video/22?autoplay=1'")
    page.wait_for_function("document.readyState == 'complete'")
    second = find_frame(page, "video/22")
    asked(second)
    watches(page, second, *range(11))
    says(page, second, "end()")
    collector.wait(lambda relay: len(relay.views()) == 2 and relay.views()[1].last.get("ended"))
    one, two = collector.views()
    assert (one.last["mediaUrl"], one.milestones) == (VIMEO.film, [25, 50])
    assert (two.last["mediaUrl"], two.milestones) == ("https://vimeo.com/22", [25, 50, 75, 100])


def test_a_player_that_goes_on_to_the_next_film(
    page: Page, site: Site, collector: Collector
) -> None:
    """A playlist in YouTube's frame: each film is a view, under its own name."""
    address = "https://www.youtube.com/embed/videoseries?list=PL1&enablejsapi=1"
    show(page, site, collector, YOUTUBE.embed(address))
    frame = find_frame(page)
    asked(frame)
    measuring(page, "again")
    for film in ("first", "second"):
        frame.evaluate(f"film.id = film.title = '{film}'")
        watches(page, frame, *range(11))
        says(page, frame, "end()")
    collector.wait(lambda relay: len(relay.views()) == 2 and relay.views()[1].last.get("ended"))
    reported = [(view.last["mediaUrl"], view.last["mediaName"]) for view in collector.views()]
    assert reported == [
        ("https://www.youtube.com/watch?v=first", "first"),
        ("https://www.youtube.com/watch?v=second", "second"),
    ]


def test_words_from_elsewhere_do_not_count(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """Messages of the page, of another frame, or of a frame inside the frame don't count."""
    evil = '<iframe src="https://evil.test/vimeo/player.vimeo.com"></iframe>'
    show(page, site, collector, VIMEO.embed() + evil)
    frame = find_frame(page, "player.vimeo.com/")
    asked(frame)
    measuring(page)
    words = """() => {
        const to = top;
        for (let seconds = 0; seconds < 11; seconds++)
            to.postMessage({ event: "timeupdate", data: { seconds, duration: 10 } }, "*");
    }"""
    page.evaluate(words)
    other = next(each for each in page.frames if "evil" in each.url)
    other.evaluate(words)
    frame.evaluate("url => (document.body.innerHTML = `<iframe src=${url}></iframe>`)", VIMEO.frame)
    page.wait_for_function("frames.length == 2")
    inner = frame.child_frames[0]
    inner.wait_for_load_state()
    inner.evaluate(words)
    # What the frame itself says comes after all that.
    watches(page, frame, 0, 0.5, 1, 1.5, 2, 2.5, 3)
    network.leave(page)
    collector.wait(lambda relay: relay.plays and relay.view().percent >= 30)
    assert collector.view().last["playedPercent"] == 30


def test_a_form_that_mentions_a_vendor(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """Hosts are compared: a signed address stays as it is, and no vendor's adapter is loaded."""
    forms = [
        "https://forms.test/signed?next=https://www.youtube.com/embed/abc&signature=1",
        "https://www.youtube.com.evil.test/embed/abc",
        "https://www.youtube.com/live_chat?v=abc&embed_domain=www.example.com",
        "https://www.tiktok.com/embed/v2/6718335390845095173",
    ]
    body = "".join(f'<iframe src="{form.replace("&", "&amp;")}"></iframe>' for form in forms)
    page.goto(site.put(body + script(collector)))
    ready(page)
    loaded(page, "frames")
    measuring(page, "frames")
    assert page.evaluate("[...document.querySelectorAll('iframe')].map(f => f.src)") == forms
    assert sorted(url for url in network.requests if "adapters" not in url) == sorted(forms)


def test_a_frame_that_is_taken_out_while_it_plays(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its view has its last word soon, and then none for as long as the page stays."""
    page.clock.install()
    show(page, site, collector, VIMEO.embed(attributes='id="f"'))
    frame = find_frame(page)
    asked(frame)
    measuring(page)
    watches(page, frame, 0, 1, 2, 3)
    collector.wait(lambda relay: relay.plays)
    page.evaluate("f.remove()")
    page.clock.fast_forward("10:00")
    page.clock.fast_forward("10:00")
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    collector.wait(lambda relay: relay.view().percent >= 30)
    sent = len(collector.bodies)
    page.clock.fast_forward("59:00")
    page.clock.fast_forward("59:00")
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    assert len(collector.bodies) == sent


def test_data_debug_names_a_frame_that_does_not_answer(
    page: Page, site: Site, collector: Collector
) -> None:
    """The message has the frame's address, and what frames of that kind need."""
    # One that starts by itself is not loaded anew to be asked.
    address = "https://www.youtube.com/embed/abc?autoplay=1"
    debug = 'data-consent="none" data-debug'
    with page.expect_event("console", lambda message: "does not answer" in message.text) as said:
        show(page, site, collector, YOUTUBE.embed(address), attributes=debug)
    assert said.value.type == "warning"
    assert address in said.value.text


@pytest.mark.parametrize("style", ["pointer-events: none", ""])
def test_a_frame_that_is_silent_by_its_own_settings(
    page: Page, site: Site, collector: Collector, style: str
) -> None:
    """Known when it answers, a moment after it plays: decoration where nobody can click on it."""
    show(page, site, collector, VIMEO.embed(VIMEO.frame + "#silent", f'style="{style}"'))
    frame = find_frame(page)
    asked(frame)
    measuring(page, "frames", "vimeo", "decoration")
    watches(page, frame, 0, 0.25, 0.5)
    says(page, frame, "answer(true)", *(f"time({each})" for each in range(1, 11)), "end()")
    if style:
        assert collector.bodies == []
        says(page, frame, "mute(false)", "play()", "time(0)", "time(1)", "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert (collector.view().percent < 80) == bool(style)
