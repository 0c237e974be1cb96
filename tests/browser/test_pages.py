"""Pages that change under their visitor: films moved, copied, made anew and taken away."""

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import CLIPS, Collector, Site
from tests.browser.player import (
    leave,
    loaded,
    passed,
    play,
    ready,
    script,
    show,
    until,
    video,
)

ZONE = """<script>
    // As zone.js does it for Angular: what is begun inside stays inside, where timers are counted.
    let inside = false;
    window.counted = 0;
    const within = (zone, work) => function (...given) {
        const before = inside;
        inside = zone;
        try { return work.apply(this, given) } finally { inside = before }
    };
    const { then } = Promise.prototype;
    Promise.prototype.then = function (...given) {
        return then.apply(this, given.map((work) => work && within(inside, work)));
    };
    const { setTimeout } = window;
    window.setTimeout = (work, ...given) => {
        if (inside) counted++;
        return setTimeout(within(inside, work), ...given);
    };
    window.enter = (work) => within(true, work)();
</script>"""

LET_GO = """async () => {
    window.films = [];
    for (let i = 0; i < 3; i++) {
        place.innerHTML = `<video controls src="/clips/short.webm?${i}"></video>`;
        const film = place.firstChild;
        films.push(new WeakRef(film));
        await film.play();
        await new Promise((over) => (film.onended = over));
    }
    place.innerHTML = "";
}"""


def test_a_plain_page_loads_what_measures_and_nothing_more(
    page: Page, site: Site, collector: Collector
) -> None:
    """A film under a heading, in a page with a title, needs no more than its address."""
    show(page, site, collector, "<h1>The launch film</h1>" + video("short.webm"))
    play(page)
    collector.wait_for_end()
    assert collector.view().last["mediaName"] == "The launch film"
    assert collector.fetched == ["/playrelay.js", "/adapters/view.js"]


def test_a_copy_that_has_played_outside_of_the_page_is_no_second_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """A copy in a router's snapshot that plays unseen is no view; put back, the film goes on."""
    show(page, site, collector, video(attributes="controls"))
    page.evaluate("addEventListener('playrelay:start', () => (window.begun = performance.now()))")
    play(page, rate=2)
    until(page, 2)
    passed(page, "window.begun && performance.now() - begun > 1100")
    page.evaluate(
        """() => {
            v.pause();
            window.seen = v.currentTime;
            window.copy = v.cloneNode();
            copy.autoplay = copy.muted = true;
            copy.playbackRate = copy.defaultPlaybackRate = 4;
            v.remove();
        }"""
    )
    passed(page, "copy.currentTime >= 4")
    page.evaluate("document.body.append(copy); copy.muted = false; window.from = copy.currentTime")
    passed(page, "copy.currentTime >= from + 1.5")
    seen = page.evaluate("copy.pause(), (seen + copy.currentTime - from) * 10")
    leave(page)
    collector.wait(lambda sent: sent.plays and sent.view().percent > seen - 4)
    assert collector.view().percent <= seen + 1


def test_a_film_that_the_page_makes_anew_is_the_same_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """While its address is the same; the film on another page is another view."""
    film = video("short.webm", "controls")
    show(page, site, collector, f"<main id=place>{film}</main>")
    for address in ("/", "/", "/second"):
        page.evaluate(
            """([address, film]) => {
                window.over = false;
                history.replaceState({}, "", address);
                place.innerHTML = film;
                addEventListener("playrelay:progress", (e) => (over ||= e.detail.ended));
            }""",
            [address, film],
        )
        play(page)
        passed(page, "v.ended && over")
    leave(page)
    collector.wait(lambda sent: len(sent.views()) > 1)
    first, second = collector.views()
    assert first.last["pageUrl"] == site.url + "/"
    assert max(first.spans) == 2
    assert second.last["pageUrl"] == site.url + "/second"


@pytest.mark.parametrize(
    ("address", "views"),
    [
        ("/clips/short.webm?X-Amz-Date=1&X-Amz-Signature=", 1),
        ("/clips/short.webm?v=", 1),
        ("/clips/short.webm?id=", 2),
        ("/film?token=", 2),
    ],
)
def test_a_film_whose_address_is_signed_anew_is_the_same_view(
    page: Page, site: Site, collector: Collector, address: str, views: int
) -> None:
    """A file with a renewed signature is, on a new player too; other parameters name a film."""
    site.folders["/film"] = CLIPS / "short.webm"
    show(page, site, collector, "<main id=place></main>")
    for signature in ("one", "two"):
        page.evaluate(
            """([address, signature]) => {
                window.over = false;
                place.innerHTML = `<video id=v controls src="${address}${signature}"></video>`;
                addEventListener("playrelay:progress", (e) => (over ||= e.detail.ended));
            }""",
            [address, signature],
        )
        play(page, rate=1)
        passed(page, "v.ended && over")
    leave(page)
    collector.wait(lambda sent: sum(bool(each.get("ended")) for each in sent.plays) > 1)
    assert [max(view.spans) for view in collector.views()] == [3 - views] * views


def test_the_page_hears_of_a_player_that_it_has_taken_away(
    page: Page, site: Site, collector: Collector
) -> None:
    """A listener on the document still gets the last report, and may hold it back."""
    show(page, site, collector, video())
    page.evaluate(
        """() => document.addEventListener("playrelay:beforesend", (event) => {
            window.asked = event.detail.playedPercent;
            event.preventDefault();
        })"""
    )
    play(page)
    until(page, 3)
    page.evaluate("v.remove()")
    passed(page, "window.asked >= 29")
    assert collector.plays == []


def test_players_that_are_gone_are_not_kept_in_memory(
    page: Page, site: Site, collector: Collector
) -> None:
    """A site that shows many films, one after the other, can't run out of players."""
    show(page, site, collector, "<main id=place></main>")
    page.evaluate(LET_GO)
    memory = page.context.new_cdp_session(page)
    for _ in range(100):
        memory.send("HeapProfiler.collectGarbage")
        if not page.evaluate("films.slice(0, -1).some((film) => film.deref())"):
            break
    assert page.evaluate("films.slice(0, -1).filter((film) => film.deref()).length") == 0


def test_nothing_of_the_tracker_runs_in_the_pages_own_zone(
    page: Page, site: Site, collector: Collector
) -> None:
    """Angular would check the whole page with each of its timers, and never come to rest."""
    page.goto(site.put(ZONE + video("short.webm") + script(collector)))
    ready(page)
    page.evaluate(
        """() => {
            addEventListener("playrelay:complete", () => (window.complete = true));
            enter(() => {
                window.sound = new Audio("/clips/tone.webm");
                sound.volume = 0.5;
                sound.playbackRate = 4;
                sound.play();
            });
        }"""
    )
    passed(page, "window.complete")
    assert page.evaluate("counted") == 0


def test_a_film_that_lies_over_the_page_has_no_name_from_elsewhere(
    page: Page, site: Site, collector: Collector
) -> None:
    """A lightbox stands at the end of the page, whatever it shows: only its own heading is its."""
    over = '<div style="position: fixed">{}</div>'
    show(
        page,
        site,
        collector,
        "<h2>The launch film</h2><h2>Contact us</h2>"
        + over.format(video("short.webm"))
        + over.format(f"<h4>The second film</h4>{video('short.webm?2', name='w')}"),
    )
    for name in ("v", "w"):
        play(page, name=name)
    collector.wait(lambda sent: len([each for each in sent.views() if each.last["ended"]]) > 1)
    names = [view.last.get("mediaName") for view in collector.views()]
    assert sorted(map(str, names)) == ["None", "The second film"]


FRAMES = {
    "written by a script": """<iframe></iframe><script>
        const inner = document.querySelector("iframe").contentDocument;
        inner.open(), inner.write(`{}`), inner.close();
    </script>""",
    "srcdoc": "<iframe srcdoc='{}'></iframe>",
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_player_in_a_frame_that_the_page_writes_itself_is_the_pages(
    page: Page, site: Site, collector: Collector, frame: str
) -> None:
    """As Podlove's player is: such a frame has no address, and no tag."""
    around = "<h1>Talks</h1>" + frame.format("<h2>The talk</h2>" + video())
    show(page, site, collector, around)
    loaded(page, "inside")
    page.frames[1].evaluate("v.currentTime = 9.8, v.play()")
    collector.wait_for_end()
    last = collector.view().last
    assert (last["mediaName"], last["pageName"]) == ("The talk", "A page")
    assert last["mediaUrl"] == f"{site.url}/clips/ten.webm"


def test_a_frame_that_the_page_writes_with_the_tag_speaks_for_itself(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its film is one view, although the page around it has the tag too."""
    show(page, site, collector, f"<iframe srcdoc='{video()}{script(collector)}'></iframe>")
    loaded(page, "inside")
    inner = page.frames[1]
    inner.wait_for_function("!!window.playrelay?.watch")
    inner.evaluate("v.currentTime = 9.8, v.play()")
    collector.wait_for_end()
    leave(page)
    page.goto(site.put("", "/next"))
    assert len(collector.views()) == 1


def test_a_frame_that_the_page_takes_away_has_played_no_longer(
    page: Page, site: Site, collector: Collector
) -> None:
    """Its player says nothing of that, and is at its beginning then."""
    show(page, site, collector, f"<iframe srcdoc='{video()}'></iframe>")
    loaded(page, "inside")
    page.frames[1].evaluate("v.defaultPlaybackRate = v.playbackRate = 4, v.play()")
    page.frames[1].wait_for_function("v.currentTime >= 3.5")
    seen = page.evaluate(
        """() => {
            const frame = document.querySelector("iframe");
            const { currentTime } = frame.contentDocument.querySelector("video");
            frame.remove();
            window.gone = performance.now();
            return currentTime * 10;
        }"""
    )
    passed(page, "performance.now() - gone > 1500")
    leave(page)
    collector.wait(lambda sent: sent.plays and sent.view().percent >= int(seen) - 1)
    page.goto(site.put("", "/next"))
    assert collector.view().percent <= seen + 1
