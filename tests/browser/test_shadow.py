"""Players in shadow roots that no script attached, and what names them."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hosts import PATIENCE, Collector, Site
from tests.browser.player import leave, passed, ready, script, show

ROOT = '<template shadowrootmode="open" shadowrootclonable>{}</template>'
PLAYER = ROOT.format('<video src="/clips/short.webm" controls></video>')

ARRIVALS = {
    "setHTMLUnsafe": f"place.setHTMLUnsafe(`<div id=host>{PLAYER}</div>`)",
    "parseHTMLUnsafe": (
        f"place.append(Document.parseHTMLUnsafe(`<div id=host>{PLAYER}</div>`).body.firstChild)"
    ),
    "clonable": f"""
        const held = document.createElement('template');
        held.setHTMLUnsafe(`<div id=host>{PLAYER}</div>`);
        place.append(document.importNode(held.content, true));
    """,
}

# What the browser's own controls do calls no method that the page could see.
CONTROLS = """(root) => {
    const { play } = root.querySelector("iframe")
        .contentWindow.HTMLMediaElement.prototype;
    play.call(document.getElementById("host").shadowRoot.querySelector("video"));
}"""


@pytest.fixture(scope="module")
def browser(full_browser: Browser) -> Browser:
    """One that keeps pages that are left."""
    return full_browser


@pytest.mark.parametrize("arrival", ARRIVALS)
def test_a_declarative_root_that_a_script_inserts_is_found(
    page: Page, site: Site, collector: Collector, arrival: str
) -> None:
    """Its player is followed though neither `attachShadow` nor the page's `play` is called."""
    show(page, site, collector, "<div id=place></div><iframe></iframe>")
    page.evaluate(f"() => {{ {ARRIVALS[arrival]} }}")
    page.evaluate(f"({CONTROLS})(document)")
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_declarative_root_that_arrives_after_the_script_is_found(
    page: Page, site: Site, collector: Collector
) -> None:
    """The script stands before it, and runs before the parser comes there."""
    blocking = script(collector).replace("async ", "")
    body = f"{blocking}<p>Text</p><iframe></iframe><div id=host>{PLAYER}</div>"
    page.goto(site.put(body))
    ready(page)
    page.evaluate(f"({CONTROLS})(document)")
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_declarative_root_that_is_streamed_is_found(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its player arrives when the tracker knows the root already, and is followed."""
    before, inside = Event(), Event()

    def parts() -> Iterator[str]:
        yield f"<!doctype html><title>A page</title><body>{script(collector)}<p>Text</p>"
        yield "<iframe></iframe>"
        before.wait(PATIENCE)
        yield '<div id=host><template shadowrootmode="open"><p>Text</p>'
        inside.wait(PATIENCE)
        yield '<video src="/clips/short.webm" controls></video></template></div>'

    site.streams["/streamed"] = parts
    page.goto(site.url + "/streamed", wait_until="commit")
    ready(page)
    before.set()
    passed(page, "!!document.querySelector('#host')?.shadowRoot.querySelector('p')")
    inside.set()
    passed(page, "!!document.querySelector('#host').shadowRoot.querySelector('video')")
    page.evaluate(f"({CONTROLS})(document)")
    collector.wait(lambda sent: sent.plays and sent.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


BLOBS = """async () => {
    // Of two files that were fetched, nobody can tell which it is.
    await (await fetch("/clips/short.webm?else")).blob();
    const file = await (await fetch("/clips/short.webm")).blob();
    for (const host of document.querySelectorAll("[data-film]")) {
        const film = host.shadowRoot.querySelector("video");
        film.src = URL.createObjectURL(file);
        await film.play();
        await new Promise((resolve) => (film.onended = resolve));
    }
}"""


def test_films_in_shadow_roots_are_told_apart_and_known_again(
    browser: Browser, site: Site, collector: Collector
) -> None:
    """Films are told apart by their places, which are the same after a reload and for others."""
    root = ROOT.format("<video></video>")
    body = "".join(f"<div data-film>{root}</div>" for _ in range(2)) + script(collector)
    address = site.put(body, "/shadows")
    for visits in ((2, 4), (6,)):
        with browser.new_context() as visitor:
            page = visitor.new_page()
            for views in visits:
                page.goto(address)
                ready(page)
                page.evaluate(BLOBS)
                leave(page)
                # A browser that is closed sends nothing any more.
                collector.wait(_all_ended(views))
    ids = [view.last["externalId"] for view in collector.views()]
    assert len(set(ids)) == 2
    assert ids == ids[:2] * 3


def _all_ended(count: int) -> Callable[[Collector], bool]:
    """Whether there are so many views, and all of them have ended."""
    return lambda sent: [bool(v.last.get("ended")) for v in sent.views()] == [True] * count


def test_a_page_that_comes_back_from_the_cache_has_seen_no_more(
    page: Page, site: Site, collector: Collector
) -> None:
    """The clock of the time away counts for nothing, even if the film is loaded anew."""
    again = "<script>onpageshow = ({ persisted }) => persisted && (window.back = v.load())</script>"
    film = '<video id="v" src="/clips/ten.webm"></video>'
    show(page, site, collector, film + again)
    site.put("", "/elsewhere")
    page.evaluate("v.play()")
    passed(page, "v.currentTime >= 3")
    share = page.evaluate("location.href = '/elsewhere', (v.currentTime / v.duration) * 100")
    page.wait_for_url("**/elsewhere")
    # Long enough that the clock alone would have come to the end.
    page.wait_for_function("performance.now() > 8000")
    page.evaluate("history.back()")
    passed(page, "'back' in window")
    leave(page)
    collector.wait(lambda sent: sent.plays)
    assert collector.view().percent == pytest.approx(share, abs=6)
