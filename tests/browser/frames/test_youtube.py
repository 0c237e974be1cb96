"""YouTube's frames, which tell nothing unless their address has `enablejsapi=1`."""

import pytest
from playwright.sync_api import Page

from tests.browser.frames.network import (
    Network,
    asked,
    find_frame,
    measuring,
    module,
    says,
    watches,
)
from tests.browser.hosts import Collector, Site
from tests.browser.player import leave, loaded, ready, script, show

PLAIN = "https://www.youtube.com/embed/abcdefghijk"
FRAME = f'<iframe id="f" src="{PLAIN}"></iframe>'


def documents(network: Network) -> list[str]:
    """The addresses at YouTube's that were loaded."""
    hosts = ("www.youtube.com", "www.youtube-nocookie.com")
    return [url for host in hosts for url in network.documents(host)]


def settled(page: Page) -> None:
    """Wait until the adapter has seen what is there."""
    loaded(page, "youtube")
    measuring(page, "frames", "youtube")
    page.wait_for_function(
        "new Promise(done => requestIdleCallback(() => setTimeout(done, 50), { timeout: 1500 }))"
    )


def test_a_frame_that_says_nothing_is_loaded_anew(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """A silent frame is reloaded once, before any click; its `src` and the steps of Back stay."""
    page.goto(site.put(FRAME, "/without"))
    steps = page.evaluate("history.length")
    show(page, site, collector, FRAME)
    frame = find_frame(page)
    frame.wait_for_url(PLAIN + "?enablejsapi=1")
    asked(find_frame(page))
    measuring(page)
    frame = find_frame(page)
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]
    assert page.evaluate("[f.outerHTML, history.length]") == [FRAME, steps + 1]
    assert documents(network).count(PLAIN + "?enablejsapi=1") == 1
    page.evaluate("history.back()")
    page.wait_for_url("**/without", wait_until="commit")


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(PLAIN + "?enablejsapi=1", id="listens"),
        pytest.param(PLAIN + "?autoplay=1", id="starts-by-itself"),
    ],
)
def test_a_frame_that_is_left_alone(
    page: Page, site: Site, collector: Collector, network: Network, address: str
) -> None:
    """One that listens already, and one that starts by itself, for it may be playing."""
    show(page, site, collector, FRAME.replace(PLAIN, address))
    settled(page)
    find_frame(page)
    assert documents(network) == [address]


def test_a_frame_that_was_clicked_before_the_tracker_came(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """It may play: it is not loaded anew."""
    page.goto(site.put(FRAME))
    find_frame(page)
    page.locator("iframe").click()
    page.evaluate(
        "html => document.body.append(document.createRange().createContextualFragment(html))",
        script(collector),
    )
    ready(page)
    settled(page)
    assert documents(network) == [PLAIN]


def test_a_picture_that_stands_for_the_film(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """A page's picture in `srcdoc`, with a link to the film, stays as it is."""
    picture = f"<a href='{PLAIN}?autoplay=1'>Play</a>"
    show(page, site, collector, f'<iframe id="f" src="{PLAIN}" srcdoc="{picture}"></iframe>')
    settled(page)
    page.frame_locator("iframe").locator("a").click()
    find_frame(page, "youtube").wait_for_url(PLAIN + "?autoplay=1")
    assert documents(network) == [PLAIN + "?autoplay=1"]


@pytest.mark.parametrize("meanwhile", ["", "about:blank", "https://consent.test/empty.html"])
def test_a_frame_that_waits_for_consent(
    page: Page, site: Site, collector: Collector, network: Network, meanwhile: str
) -> None:
    """A film whose frame waits for consent is asked for once the visitor has agreed."""
    frame_html = f'<iframe id="f" src="{meanwhile}" data-suppressedsrc="{PLAIN}"></iframe>'
    show(page, site, collector, frame_html if meanwhile else frame_html.replace('src=""', ""))
    settled(page)
    assert documents(network) == []
    page.evaluate("f.src = f.dataset.suppressedsrc")
    find_frame(page, "youtube").wait_for_url(PLAIN + "?enablejsapi=1")
    asked(find_frame(page, "youtube"))
    assert documents(network) == [PLAIN, PLAIN + "?enablejsapi=1"]


def test_a_frame_that_a_click_has_made_and_another_begins(
    page: Page, site: Site, collector: Collector
) -> None:
    """A visitor who agrees to see YouTube's player has not begun the film; it loads and reports."""
    agree = "<button onclick='place.innerHTML = place.dataset.film'>Show the film</button>"
    show(page, site, collector, f"<main id=place data-film='{FRAME}'>{agree}</main>")
    measuring(page, "frames", "youtube")
    page.locator("button").click()
    find_frame(page, "youtube").wait_for_url(PLAIN + "?enablejsapi=1")
    asked(find_frame(page, "youtube"))


def test_a_lazy_frame_stays_lazy(
    page: Page, site: Site, collector: Collector, network: Network
) -> None:
    """The tracker does not load a frame that the browser loads lazily."""
    lazy = (
        f'<div style="height: 20000px"></div><iframe id="f" loading="lazy" src="{PLAIN}"></iframe>'
    )
    show(page, site, collector, lazy)
    settled(page)
    assert documents(network) == []
    page.evaluate("f.scrollIntoView()")
    frame = find_frame(page, "youtube")
    frame.wait_for_url(PLAIN + "?enablejsapi=1")
    assert documents(network) == [PLAIN, PLAIN + "?enablejsapi=1"]


@pytest.mark.parametrize(
    ("package", "body"),
    [
        (
            "lite-youtube-embed/src/lite-yt-embed.js",
            '<lite-youtube id="lite" videoid="abcdefghijk" {} style="display:block;height:200px">',
        ),
        (
            "@justinribeiro/lite-youtube/lite-youtube.js",
            '<lite-youtube id="lite" videoid="abcdefghijk" videotitle="Bees" {}>',
        ),
    ],
)
@pytest.mark.parametrize("params", ["", "enablejsapi=1"])
def test_a_frame_that_a_click_has_made(
    page: Page,
    site: Site,
    collector: Collector,
    network: Network,
    package: str,
    body: str,
    params: str,
) -> None:
    """It plays at once and is loaded once; it is measured where the page lets it be."""
    element = body.format(f'params="{params}"') + "</lite-youtube>"
    show(page, site, collector, element + module(package))
    page.wait_for_function("!!customElements.get('lite-youtube')")
    page.locator("lite-youtube").click()
    frame = find_frame(page, "youtube")
    settled(page)
    if params:
        asked(frame)
        watches(page, frame, *range(11))
        says(page, frame, "end()")
        collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
        assert collector.view().milestones == [25, 50, 75, 100]
        last = collector.view().last
        assert last["mediaUrl"] == "https://www.youtube.com/watch?v=abcdefghijk"
        assert "externalId" not in last
    assert len(documents(network)) == 1


def test_a_page_that_asks_the_frame_itself(page: Page, site: Site, collector: Collector) -> None:
    """The frame's answers go to who asked last: the tracker only reads along."""
    api = """<script>
        window.YT = { get: (id) => id == "f" && {} };
        addEventListener("load", () =>
            f.contentWindow.postMessage('{"event":"listening","id":1,"channel":"widget"}', "*"));
    </script>"""
    body = FRAME.replace(PLAIN, PLAIN + "?enablejsapi=1") + api
    show(page, site, collector, body)
    settled(page)
    frame = find_frame(page)
    asked(frame)
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert frame.evaluate("window.eval('asked').map(({ id }) => id)") == [1]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/embed/abcdefghijk?enablejsapi=1",
        "https://www.youtube-nocookie.com/embed/abcdefghijk?enablejsapi=1&start=3",
    ],
)
def test_one_film_has_one_address(
    page: Page, site: Site, collector: Collector, address: str
) -> None:
    """A film has one address, even if the visitor leaves before the film's data came."""
    show(page, site, collector, FRAME.replace(PLAIN, address.replace("&", "&amp;")))
    frame = find_frame(page)
    asked(frame)
    measuring(page)
    frame.evaluate("details = () => ({ duration: 10 })")
    watches(page, frame, 0, 1, 2, 3)
    collector.wait(lambda relay: relay.plays)
    assert collector.view().last["mediaUrl"] == "https://www.youtube.com/watch?v=abcdefghijk"
    leave(page)


@pytest.mark.parametrize("seen", ["heard", "clicked"])
def test_a_background_that_a_script_begins(
    page: Page, site: Site, collector: Collector, seen: str
) -> None:
    """Silent and without controls, it is decoration, though its address has no loop or autoplay."""
    frame_html = FRAME.replace(PLAIN, PLAIN + "?enablejsapi=1&amp;controls=0")
    show(page, site, collector, frame_html)
    frame = find_frame(page)
    asked(frame)
    measuring(page, "decoration")
    says(page, frame, "mute(true)")
    watches(page, frame, *range(5))
    if seen == "clicked":
        page.locator("iframe").click()
    else:
        says(page, frame, "mute(false)")
    watches(page, frame, *range(5, 11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert collector.view().last["playedPercent"] in range(45, 61)
