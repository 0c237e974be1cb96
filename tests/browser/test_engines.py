"""What holds in Chromium holds in Firefox and WebKit: the plays that browsers may see differently."""

import pytest

from tests.browser import firefox, webkit
from tests.browser.hosts import Answer, Collector, Site
from tests.browser.player import earned, script, video

Tab = firefox.Tab | webkit.Tab


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
    """Open a page with `body` and the embed, and wait until the tracker listens."""
    tab.open(site.put(body + script(collector)))
    tab.passed("window.playrelay?.watch && !window.playrelay.q")


def truth(tab: Tab) -> float:
    """How much is truly played, in percent: the sum of the browser's own ranges."""
    ranges = "Array.from(v.played, (_, i) => v.played.end(i) - v.played.start(i))"
    return float(tab.evaluate(f"{ranges}.reduce((a, b) => a + b, 0) / v.duration * 100"))


def test_a_straight_play_reaches_every_milestone(tab: Tab, collector: Collector) -> None:
    """From beginning to end, four times as fast."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.ended")
    collector.wait(lambda told: told.views() and told.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]
    assert set(collector.methods) == {"POST"}


def test_a_seek_over_the_middle_adds_nothing(tab: Tab, collector: Collector) -> None:
    """The beginning and the end were watched."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.currentTime > 2")
    tab.evaluate("v.currentTime = 6.5")
    tab.passed("v.ended")
    played = truth(tab)
    collector.wait(lambda told: told.views() and told.view().last.get("ended"))
    assert collector.view().percent == pytest.approx(played, abs=2)
    assert collector.view().milestones == earned(collector.view().percent, complete=True)


def test_a_loop_is_covered_once(tab: Tab, collector: Collector) -> None:
    """Each milestone comes once."""
    tab.evaluate("window.wraps = 0, v.addEventListener('seeked', () => wraps++), v.loop = true")
    tab.evaluate("v.playbackRate = 8, v.play()")
    tab.passed("wraps >= 2")
    tab.open("about:blank")
    collector.wait(lambda told: told.plays and told.view().milestones == [25, 50, 75, 100])
    assert not any(play.get("ended") for play in collector.plays)


def test_a_source_swapped_while_playing_begins_a_new_view(tab: Tab, collector: Collector) -> None:
    """The first keeps what it had; the second starts from nothing."""
    tab.evaluate("v.playbackRate = v.defaultPlaybackRate = 4, v.play()")
    tab.passed("v.currentTime > 3")
    before = tab.evaluate("[v.currentTime, v.src = '/clips/short.webm', v.play()][0]")
    tab.passed("v.ended")
    collector.wait(lambda told: len(told.views()) > 1 and told.views()[1].last.get("ended"))
    tab.open("about:blank")
    collector.wait(lambda told: told.views()[0].percent >= before * 10 - 3)
    assert collector.views()[0].percent == pytest.approx(before * 10, abs=3)
    assert collector.views()[1].milestones == [25, 50, 75, 100]


def test_players_in_a_closed_shadow_root_are_found(
    engine: Tab, site: Site, collector: Collector
) -> None:
    """Their events don't leave it."""
    show(engine, site, collector, '<div id="host"></div>')
    player = "'<video src=\"/clips/short.webm\" autoplay>'"
    engine.evaluate(f"host.attachShadow({{ mode: 'closed' }}).innerHTML = {player}")
    collector.wait(lambda told: told.views() and told.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_leaving_tells_what_was_not_told_yet(tab: Tab, collector: Collector) -> None:
    """The request outlives the page."""
    tab.evaluate("v.playbackRate = 4, v.play()")
    tab.passed("v.currentTime > 1")
    tab.open("about:blank")
    collector.wait(lambda told: told.plays and told.view().percent >= 9)


def test_the_next_page_sends_what_was_lost(tab: Tab, site: Site, collector: Collector) -> None:
    """A relay that hangs has not answered for it."""
    collector.answers = [Answer(hang=True)]
    tab.evaluate("v.currentTime = 9.8, v.play()")
    tab.passed("v.ended")
    collector.wait(lambda told: told.bodies)
    tab.open(site.put(script(collector), "/next"))
    collector.wait(lambda told: told.plays and told.view().last.get("ended"))
    tab.passed("!localStorage.playrelay")
