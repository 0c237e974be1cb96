"""Plays that browsers see differently count in Firefox and WebKit as they do in Chromium."""

import pytest

from tests.browser import firefox, webkit
from tests.browser.hosts import Answer, Collector, Site, View
from tests.browser.player import ADAPTERS, READY, earned, load, script, video

Tab = firefox.Tab | webkit.Tab

PLAYED = (
    "Array.from(v.played, (_, i) => v.played.end(i) - v.played.start(i))"
    ".reduce((a, b) => a + b, 0) / v.duration * 100"
)
"""How much is truly played, in percent: the sum of the browser's own ranges."""

LAST = "the last of all"
"""A play that is reported when everything else must have been."""


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> Tab:
    """One page of each for all of these."""
    tab: Tab = request.getfixturevalue(request.param)
    return tab


@pytest.fixture
def tab(engine: Tab, site: Site, collector: Collector) -> Tab:
    """Shows a clip of ten seconds, and the tracker is there."""
    show(engine, site, collector, video())
    return engine


def show(tab: Tab, site: Site, collector: Collector, body: str) -> None:
    """Open a page with `body` and the embed, and wait until the tracker can measure."""
    tab.open(site.put(body + script(collector)))
    tab.passed(READY)
    tab.evaluate(load(*ADAPTERS))


def truth(tab: Tab) -> float:
    """The share that was really played, in percent."""
    return float(tab.evaluate(PLAYED))


def settle(tab: Tab, site: Site, collector: Collector) -> None:
    """Go to another page; all that was reported has arrived when this returns."""
    tab.open(site.put(script(collector), "/last"))
    tab.passed(READY)
    tab.evaluate(f"void playrelay.progress({{ externalId: '{LAST}', mediaType: 'VIDEO' }})")
    collector.wait(lambda seen: any(play.get("externalId") == LAST for play in seen.plays))


def first(collector: Collector) -> View:
    """The only view that is not the last."""
    (view,) = (view for view in collector.views() if view.last.get("externalId") != LAST)
    return view


def test_a_straight_play_reaches_every_milestone(tab: Tab, collector: Collector) -> None:
    """A play from beginning to end at four times the speed reaches every milestone."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.ended")
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]
    assert set(collector.methods) == {"POST"}


def test_a_seek_over_the_middle_adds_nothing(tab: Tab, collector: Collector) -> None:
    """The beginning and the end were watched."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.currentTime > 2")
    tab.evaluate("v.currentTime = 6.5")
    tab.passed("v.ended")
    played = truth(tab)
    collector.wait_for_end()
    assert collector.view().percent == pytest.approx(played, abs=2)
    assert collector.view().milestones == earned(collector.view().percent, complete=True)


def test_a_loop_is_covered_once(tab: Tab, collector: Collector) -> None:
    """Each milestone comes once."""
    tab.evaluate("window.wraps = 0, v.addEventListener('seeked', () => wraps++), v.loop = true")
    tab.evaluate("v.playbackRate = 8, v.play()")
    tab.passed("wraps >= 2")
    tab.open("about:blank")
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25, 50, 75, 100])
    assert not any(play.get("ended") for play in collector.plays)


def test_a_source_swapped_while_playing_begins_a_new_view(tab: Tab, collector: Collector) -> None:
    """The first keeps what it had; the second starts from nothing."""
    tab.evaluate("v.playbackRate = v.defaultPlaybackRate = 4, v.play()")
    tab.passed("v.currentTime > 3")
    before = tab.evaluate("[v.currentTime, v.src = '/clips/short.webm', v.play()][0]")
    tab.passed("v.ended")
    collector.wait(lambda seen: len(seen.views()) > 1 and seen.views()[1].last.get("ended"))
    tab.open("about:blank")
    collector.wait(lambda seen: seen.views()[0].percent >= before * 10 - 3)
    assert collector.views()[0].percent == pytest.approx(before * 10, abs=3)
    assert collector.views()[1].milestones == [25, 50, 75, 100]


def test_players_in_a_closed_shadow_root_are_found(
    engine: Tab, site: Site, collector: Collector
) -> None:
    """Their events don't leave it."""
    show(engine, site, collector, '<div id="host"></div>')
    player = "'<video src=\"/clips/short.webm\" autoplay>'"
    engine.evaluate(f"host.attachShadow({{ mode: 'closed' }}).innerHTML = {player}")
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]


def test_leaving_tells_what_was_not_told_yet(tab: Tab, collector: Collector) -> None:
    """The request outlives the page."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.currentTime > 1")
    tab.open("about:blank")
    collector.wait(lambda seen: seen.plays and seen.view().percent >= 9)


def test_the_next_page_sends_what_was_lost(tab: Tab, site: Site, collector: Collector) -> None:
    """A relay that hangs has not answered for it."""
    collector.answers = [Answer(hang=True)]
    tab.evaluate("v.currentTime = 9.8, v.play()")
    tab.passed("v.ended")
    collector.wait(lambda seen: seen.bodies)
    tab.open(site.put(script(collector), "/next"))
    collector.wait_for_end()
    tab.passed("!localStorage.playrelay")


def test_a_seek_while_playing_leaves_milestones_on_time(
    engine: Tab, site: Site, collector: Collector
) -> None:
    """After it WebKit says that it waits, and plays on."""
    show(engine, site, collector, video("minute.webm"))
    engine.evaluate(f"window.played = () => {PLAYED}")
    record = "({ detail }) => milestones.push([detail.milestone, played()])"
    engine.evaluate("window.milestones = []")
    engine.evaluate(f"v.addEventListener('playrelay:milestone', {record})")
    engine.evaluate("v.playbackRate = 4, v.play()")
    engine.passed("v.currentTime > 2")
    engine.evaluate("v.currentTime = 20")
    engine.passed("v.currentTime > 22")
    engine.passed("milestones.length || v.ended")
    milestone, played = engine.evaluate("milestones[0]")
    assert milestone == 25
    assert played == pytest.approx(25, abs=15)
    assert engine.evaluate("v.pause(), !v.ended")
    collector.wait(lambda seen: seen.plays and seen.view().milestones == [25])


@pytest.mark.parametrize("handler", ["", "v.load()", "v.src = '/clips/ten.webm'"])
def test_time_away_is_not_watched(
    engine: Tab, site: Site, collector: Collector, handler: str
) -> None:
    """The back/forward cache gives the page back, where the film goes on or is loaded anew."""
    listeners = (
        "addEventListener('pagehide', () => (window.left = played()));"
        "addEventListener('pageshow', ({ persisted }) => {"
        f"    if (persisted) {{ window.returned = true; {handler} }}"
        "});"
    )
    show(engine, site, collector, f"{video()}<script>{listeners}</script>")
    engine.evaluate(f"window.played = () => {PLAYED}")
    engine.evaluate("void v.play()")
    # Before the first milestone: a request under way may keep the page out of the cache.
    engine.passed("v.currentTime > 1.1")
    engine.open(site.put(video(), "/away"))
    engine.evaluate("v.playbackRate = 4, v.play()")
    engine.passed("v.ended")
    engine.back()
    engine.passed("window.returned")
    # What was loaded anew has played nothing, and has no duration at first.
    left, played = engine.evaluate("(v.pause(), [left, played() || 0])")
    settle(engine, site, collector)
    assert first(collector).percent == pytest.approx(max(left, played), abs=3)


def test_a_film_that_the_browser_freezes_is_not_watched(
    engine: Tab, site: Site, collector: Collector
) -> None:
    """WebKit freezes a silent one that is out of sight, and says nothing; then another comes."""
    clock = video(attributes='data-playrelay="off" style="position: fixed; right: 0"', name="clock")
    film = video("minute.webm", "muted controls")
    show(engine, site, collector, f'{film}{clock}<div style="height: 5000px"></div>')
    engine.evaluate("v.play()")
    engine.passed("v.currentTime > 2")
    engine.evaluate("(scrollTo(0, 4000), clock.currentTime = 6, clock.play())")
    engine.passed("clock.ended")
    watched = engine.evaluate(f"[{PLAYED}, v.src = '/clips/short.webm'][0]")
    settle(engine, site, collector)
    assert first(collector).percent == pytest.approx(watched, abs=3)
