"""Advertisements and films that nobody began are no views; the moment of a form is one."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import (
    ADAPTERS,
    ended,
    leave,
    load,
    loaded,
    passed,
    play,
    ready,
    script,
    show,
    truth,
    until,
    video,
)

PROTOTYPE = """
    Array.prototype.toJSON = function () { return "[" + this.join() + "]" };
    Array.from = (items) => [].slice.call(items);
"""
MOOTOOLS = "Array.from = (item) => (item == null ? [] : [item])"


def the_film_alone_counts(page: Page, collector: Collector, ends: str) -> None:
    """Watch an advertisement, which `ends` takes away, and the film after it, which is named."""
    play(page, rate=1)
    loaded(page, "roles")
    ended(page)
    page.evaluate(f"{ends}, v.src = '/clips/ten.webm'")
    play(page, rate=4)
    ended(page)
    collector.wait_for_end()
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")
    assert collector.view().last["externalId"] == "film"


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("w.className = 'vjs-ad-playing'", "w.className = ''"),
        ("playrelay.ad(v, true)", "playrelay.ad(v, false)"),
        (
            "w.append(Object.assign(new Image(), { className: 'ad_countdown' }))",
            "w.lastChild.remove()",
        ),
    ],
    ids=["by its class", "by the page", "by what lies over it"],
)
def test_an_advertisement_on_the_films_own_element_is_no_view(
    page: Page, site: Site, collector: Collector, begins: str, ends: str
) -> None:
    """It has the element's attributes, which name the film; the film after it is one view."""
    show(page, site, collector, f'<div id="w">{video(attributes="data-external-id=film")}</div>')
    loaded(page, "view")
    page.evaluate(f"{begins}, v.src = '/clips/short.webm'")
    the_film_alone_counts(page, collector, ends)


def test_an_advertisement_that_is_there_before_the_script_does_not_take_the_films_name(
    page: Page, site: Site, collector: Collector
) -> None:
    """The page's description of its player applies to the film, even if first read in the ad."""
    player = video("short.webm", "data-external-id=film")
    show(page, site, collector, f'<div id="w" class="vjs-ad-playing">{player}</div>')
    loaded(page, "view")
    the_film_alone_counts(page, collector, "w.className = ''")


def test_a_silent_loop_that_a_script_begins_is_nothing(
    page: Page, site: Site, collector: Collector
) -> None:
    """A preview under the pointer, a hero that comes late: without `autoplay` too."""
    show(page, site, collector, video("short.webm", "muted loop") + video(name="w"))
    play(page, rate=1)
    passed(page, "v.currentTime > 0.2")
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")


def test_a_silent_loop_that_the_visitor_begins_counts(
    page: Page, site: Site, collector: Collector
) -> None:
    """A silent loop counts if the visitor begins it with a button of the page."""
    button = '<button id="b" onclick="v.play()">Play</button>'
    show(page, site, collector, button + video("short.webm", "muted loop"))
    loaded(page, "view")
    page.click("#b")
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25, 50, 75, 100])


LOOPS = {
    "begun again at its end": "v.onended = () => { n++; v.play() }",
    "sent back": """v.src = "/clips/ten.mp4";
        v.defaultPlaybackRate = 4;
        v.ontimeupdate = () => { if (v.currentTime > 0.8) { n++; v.currentTime = 0 } }""",
    "one after the other": """v.onended = () => {
        v.src = n++ % 2 ? "/clips/short.webm" : "/clips/short.webm?other";
        v.play();
    }""",
    "loaded anew": "v.onended = () => { n++; v.load(); v.play() }",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_silent_loop_that_a_script_makes_is_nothing(
    page: Page, site: Site, collector: Collector, loop: str
) -> None:
    """A silent film without `loop` that a script repeats or follows up is no view."""
    hero = video("short.webm", "muted autoplay playsinline")
    page.goto(
        site.put(f"{hero}<script>n = 0; {loop}</script>" + video(name="w") + script(collector))
    )
    ready(page)
    passed(page, "n > 4")
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")


SLIDERS = {
    "in turn": "const next = () => place.children[n % 2]",
    "in each other's place": """const next = () => {
        place.innerHTML = `<video muted playsinline src="/clips/ten.webm?${n}"></video>`;
        place.firstChild.muted = true; // what the markup says is only for the parser
        return place.firstChild;
    }""",
}


@pytest.mark.parametrize("slider", SLIDERS.values(), ids=SLIDERS)
def test_silent_films_that_a_script_shows_one_after_the_other_are_nothing(
    page: Page, site: Site, collector: Collector, slider: str
) -> None:
    """A hero with a film in each slide: as one ends, the next begins, on a player of its own."""
    slides = "".join(video(f"ten.webm?{n}", "muted playsinline", f"s{n}") for n in (0, 1))
    run = """const run = () => {
        const film = next();
        film.defaultPlaybackRate = film.playbackRate = 4;
        film.onended = () => { n++; run() };
        film.play();
    }; run();"""
    page.goto(
        site.put(
            f"<main id=place>{slides}</main><script>n = 0; {slider}; {run}</script>"
            + video(name="w")
            + script(collector)
        )
    )
    ready(page)
    passed(page, "n > 2")
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")


def test_a_silent_film_that_ends_counts(page: Page, site: Site, collector: Collector) -> None:
    """It was begun by a script, but nothing follows."""
    show(page, site, collector, video("short.webm", "muted autoplay"))
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25, 50, 75, 100])


def test_a_silent_film_that_is_left_has_its_share(
    page: Page, site: Site, collector: Collector
) -> None:
    """A silent film that is left counts as watched, although it might have become a loop."""
    show(page, site, collector, video(attributes="muted"))
    play(page, rate=4)
    until(page, 6)
    played = truth(page)
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent >= int(played))


@pytest.mark.parametrize("audible", [False, True])
def test_a_silent_film_that_a_script_stops_half_way_is_nothing(
    page: Page, site: Site, collector: Collector, *, audible: bool
) -> None:
    """A preview, while the pointer is over it. It is a film once it is audible."""
    previews = "onmouseenter='v.play()' onmouseleave='v.pause()'"
    silent = video(attributes="muted width=300")
    show(page, site, collector, f"<div {previews}>{silent}</div>{video('short.webm', name='w')}")
    page.evaluate(load(*ADAPTERS))
    for seconds in (1, 2):
        page.locator("#v").hover()
        until(page, seconds)
        page.mouse.move(5, 500)
        passed(page, "v.paused")
    if audible:
        page.evaluate("v.muted = false")
        play(page)
        ended(page)
    else:
        play(page, rate=1, name="w")
        ended(page, "w")
    collector.wait_for_end()
    show(page, site, collector, video("short.webm?last"))
    play(page, rate=1)
    collector.wait(lambda seen: len(seen.views()) > 1 and seen.views()[-1].last.get("ended"))
    film, last = (view.last["mediaUrl"] for view in collector.views())
    assert film.endswith("ten.webm" if audible else "short.webm")
    assert last.endswith("?last")


IN_SIGHT = """
    <style>video { display: block; width: 300px } #below { margin-top: 3000px }</style>
    <video id="v" src="/clips/ten.webm" muted onclick="v.pause()"></video>
    <button id="b" onclick="v.pause()">Pause</button>
    <video id="w" src="/clips/ten.webm?other"></video>
    <p id="below">The end</p>
    <script>
        new IntersectionObserver(([{ isIntersecting }]) => {
            if (isIntersecting) v.play();
            else v.pause();
        }).observe(v);
    </script>
"""
"""A silent film with a button of its own, which plays while it is in sight."""

STOPS = {
    "a click on its button": lambda page: page.click("#b"),
    "a key on its button": lambda page: page.press("#b", "Enter"),
    "a click on the picture": lambda page: page.click("#v"),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_a_silent_film_that_the_visitor_stops_counts(
    page: Page, site: Site, collector: Collector, stop: Callable[[Page], None]
) -> None:
    """Whoever stops it has steered it; that a script stops it out of sight changes nothing."""
    show(page, site, collector, IN_SIGHT)
    page.evaluate(load(*ADAPTERS))
    until(page, 2)
    stop(page)
    passed(page, "v.paused")
    played = truth(page)
    page.mouse.wheel(0, 5000)
    passed(page, "scrollY > 2000")
    leave(page)
    collector.wait(lambda seen: seen.plays and seen.view().percent >= int(played))


SCROLLS = {
    "with the wheel": (
        lambda page: page.mouse.wheel(0, 5000),
        lambda page: page.mouse.wheel(0, -5000),
    ),
    "with keys": (
        lambda page: page.keyboard.press("End"),
        lambda page: page.keyboard.press("Home"),
    ),
}


def only_the_other_counts(page: Page, site: Site, collector: Collector) -> None:
    """Play the end of the page's other film; it is the only view when the page has been left."""
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait_for_end()
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.view().last["mediaUrl"].endswith("?other")


@pytest.mark.parametrize(("down", "up"), SCROLLS.values(), ids=SCROLLS)
def test_a_silent_film_that_only_scrolling_starts_and_stops_is_nothing(
    page: Page,
    site: Site,
    collector: Collector,
    down: Callable[[Page], None],
    up: Callable[[Page], None],
) -> None:
    """Although it has a button of its own, and keys scroll: none was on the button."""
    show(page, site, collector, IN_SIGHT)
    page.evaluate(load(*ADAPTERS))
    page.mouse.move(5, 5)
    for seconds in (1, 2):
        until(page, seconds)
        down(page)
        passed(page, "v.paused")
        up(page)
        passed(page, "!v.paused")
    down(page)
    passed(page, "v.paused")
    only_the_other_counts(page, site, collector)


def test_a_preview_whose_film_a_click_opens_is_nothing(
    page: Page, site: Site, collector: Collector
) -> None:
    """The click is on the preview, and ends it: what lies over it takes it from the pointer."""
    card = """
        <style>video { display: block; width: 300px } #over { position: fixed; inset: 0 }</style>
        <div id="card" onmouseenter="v.play()" onmouseleave="v.pause()" onclick="
            document.body.insertAdjacentHTML('beforeend', '<div id=over></div>')
        "><video id="v" src="/clips/ten.webm" muted></video></div>
    """
    show(page, site, collector, card + video("ten.webm?other", name="w"))
    page.evaluate(load(*ADAPTERS))
    page.hover("#card")
    until(page, 1)
    page.click("#card")
    page.mouse.move(200, 100)
    passed(page, "v.paused")
    only_the_other_counts(page, site, collector)


def test_a_wide_control_counts_by_its_middle_at_the_keyboard(
    page: Page, site: Site, collector: Collector
) -> None:
    """A button under a film that stands in the middle begins far to the left of it."""
    style = "<style>video { display: block; margin: auto; width: 300px } #b { width: 100% }</style>"
    button = '<button id="b" onclick="v.play()">Play</button>'
    show(page, site, collector, style + video("short.webm", "muted loop") + button)
    page.evaluate(load(*ADAPTERS))
    page.press("#b", "Enter")
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25, 50, 75, 100])


@pytest.mark.parametrize(
    ("does", "counts"),
    [("void 0", False), ("v.pause()", False), ("v.currentTime = 5", True)],
    ids=["no more than that", "stopping it", "seeking in it"],
)
def test_a_silent_loop_is_a_view_once_the_visitor_seeks_in_it(
    page: Page, site: Site, collector: Collector, does: str, *, counts: bool
) -> None:
    """A click over a hero is none, though it begins anew just then; nor is its pause button."""
    button = f'<button id="b" onclick="{does}">Do</button>'
    silent = video(attributes="muted loop autoplay width=300")
    show(page, site, collector, silent + button + video("ten.webm?other", name="w"))
    page.evaluate(load(*ADAPTERS))
    play(page, rate=1, start=9.5)
    until(page, 9.6)
    page.click("#b")
    passed(page, "v.paused || v.currentTime > 6 && v.currentTime < 9 || v.currentTime < 3")
    passed(page, "v.paused || v.currentTime > 1")
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: any(each.get("ended") for each in seen.plays))
    leave(page)
    page.goto(site.put("", "/next"))
    seen = {"?other" in view.last["mediaUrl"] for view in collector.views()}
    assert seen == ({True, False} if counts else {True})


@pytest.mark.parametrize("attributes", ["muted", ""], ids=["a camera", "a call"])
def test_who_is_seen_in_a_call_is_nothing(
    page: Page, site: Site, collector: Collector, attributes: str
) -> None:
    """Neither a call's picture nor the visitor's own camera counts, even if they began it."""
    show(page, site, collector, video(attributes=f"{attributes} width=300") + video(name="w"))
    page.evaluate(load(*ADAPTERS))
    page.evaluate(
        """() => {
            const canvas = document.createElement("canvas");
            const pen = canvas.getContext("2d");
            v.onclick = () => {
                setInterval(() => pen.fillRect(Math.random() * 99, 0, 9, 9), 40);
                v.srcObject = canvas.captureStream(25);
                v.play();
            };
        }"""
    )
    page.locator("#v").click()
    until(page, 1)
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")


SCRUBS = {
    "seeks": "",
    "plays for a picture": "await v.play(); v.pause();",
}


@pytest.mark.parametrize("shows", SCRUBS.values(), ids=SCRUBS)
@pytest.mark.parametrize("attributes", ["", "muted"], ids=["with sound", "silent"])
def test_a_film_that_scrolling_scrubs_is_nothing(
    page: Page, site: Site, collector: Collector, attributes: str, shows: str
) -> None:
    """Pictures that a script shows one by one: nobody watches."""
    show(page, site, collector, video(attributes=attributes) + video(name="w"))
    page.evaluate(
        f"""async () => {{
            for (const at of [1, 2, 3, 4, 5, 4, 3, 2, 1]) {{
                v.currentTime = at;
                await new Promise((done) => (v.onseeked = done));
                {shows}
            }}
        }}"""
    )
    play(page, rate=1, start=9.8, name="w")
    ended(page, "w")
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert [view.last.get("ended") for view in collector.views()] == [True]


DATA_ADDRESS = """fetch("/clips/short.webm").then((file) => file.blob()).then((blob) => {
    const reader = new FileReader();
    reader.onload = () => (x.src = reader.result);
    reader.readAsDataURL(blob);
})"""


@pytest.mark.parametrize(
    ("kind", "opens"),
    [("audio", "x.src = '/clips/short.webm'"), ("video", DATA_ADDRESS)],
    ids=["a chime", "a film of a script's own text"],
)
def test_a_sound_of_the_pages_own_is_nothing(
    page: Page, site: Site, collector: Collector, kind: str, opens: str
) -> None:
    """A chime from a short file, and what scripts play from `data:` to keep a phone awake."""
    show(page, site, collector, video())
    page.evaluate(f"void (window.x = document.createElement('{kind}'), {opens})")
    passed(page, "x.currentSrc")
    page.evaluate("x.play()")
    passed(page, "x.ended")
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda seen: seen.plays)
    leave(page)
    assert collector.view().last["mediaUrl"].endswith("ten.webm")


def test_a_theme_that_calls_its_pages_by_their_advertisements_hides_no_film(
    page: Page, site: Site, collector: Collector
) -> None:
    """The class of the body is no sign of what a player plays."""
    show(page, site, collector, video() + "<script>document.body.className = 'ad-mode'</script>")
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait_for_end()


@pytest.mark.parametrize(
    "submit",
    [
        "postMessage({ type: 'hsFormCallback', eventName: 'onFormSubmitted', id: 'f' }, '*')",
        "dispatchEvent(new CustomEvent('hs-form-event:on-submission:success'))",
        "playrelay.identified()",
    ],
)
def test_a_submitted_form_sends_what_there_is(
    page: Page, site: Site, collector: Collector, submit: str
) -> None:
    """A form sends the view at once, even if it was sent before, and marks it as identified."""
    show(page, site, collector, video())
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait_for_end()
    sent = len(collector.bodies)
    page.evaluate(f"void {submit}")
    collector.wait(lambda seen: len(seen.bodies) > sent)
    assert json.loads(collector.bodies[-1])["identified"] is True


def test_a_submitted_form_without_consent_sends_nothing(
    page: Page, site: Site, collector: Collector
) -> None:
    """It is no word on tracking."""
    show(page, site, collector, video(), attributes="")
    play(page, rate=1, start=9.8)
    ended(page)
    page.evaluate("playrelay.identified()")
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []


@pytest.mark.parametrize(
    "before",
    [
        f"<script>{PROTOTYPE}</script>",
        f"<script>{MOOTOOLS}</script>",
        '<section id="playrelay"></section>',
    ],
    ids=["Prototype.js", "MooTools", "an element of that name"],
)
def test_old_code_is_borne(page: Page, site: Site, collector: Collector, before: str) -> None:
    """Arrays that turn themselves into text, and an element where the global would be."""
    page.goto(site.put(before + video() + script(collector)))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait_for_end()
