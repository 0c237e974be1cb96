"""Tabs in the background: really hidden, slowed down, frozen and closed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.hosts import Collector, Site
from tests.browser.launching import launched
from tests.browser.player import earned, script
from tests.browser.tabs import Tab

TRUTH = "v.played.end(0) / v.duration * 100"


NORMALLY = (
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
"""What Playwright keeps Chromium from doing."""


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One that treats hidden tabs as it would a person's."""
    with launched(chromium_path, *NORMALLY) as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, site: Site, collector: Collector) -> Iterator[Tab]:
    """Plays an audio file of ten seconds, at twice the speed."""
    player = '<audio id="v" src="/clips/tone.webm"></audio>'
    with Tab(browser, site.put(player + script(collector))) as tab:
        tab.passed("window.playrelay?.watch && v.readyState > 3")
        tab.evaluate("v.playbackRate = 2; v.play()")
        tab.passed("v.currentTime > 1")
        yield tab


def test_a_tab_tells_when_it_is_hidden_and_counts_on(tab: Tab, collector: Collector) -> None:
    """Music plays on behind another tab; closing that tab, with no more than `pagehide`, tells."""
    tab.hide()
    collector.wait(lambda seen: seen.plays)
    assert collector.view().milestones == []
    tab.passed("v.currentTime > 6")
    tab.evaluate("v.pause()")
    truth = tab.evaluate(TRUTH)
    tab.close()
    collector.wait(lambda seen: seen.view().percent >= int(truth))
    assert collector.view().milestones == earned(truth)


def test_a_hidden_tab_that_is_slowed_down_counts_on(tab: Tab, collector: Collector) -> None:
    """Silent, its timers run once a second: no milestone is lost for that."""
    tab.evaluate("v.muted = true; v.controls = true")
    tab.hide()
    tab.passed("v.currentTime > 2")
    tab.evaluate("window.ticks = 0; window.from = v.currentTime; setInterval(() => ticks++, 10)")
    tab.passed("v.ended")
    assert tab.evaluate("ticks") < 100
    collector.wait(lambda seen: seen.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_frozen_tab_has_told_and_goes_on(tab: Tab, collector: Collector) -> None:
    """The played part is reported before the freeze; after it, the session goes on."""
    tab.hide()
    tab.command("Page.enable")
    tab.command("Page.setWebLifecycleState", state="frozen")
    collector.wait(lambda seen: seen.plays)
    tab.command("Page.setWebLifecycleState", state="active")
    tab.show()
    tab.evaluate("v.play()")
    tab.passed("v.ended")
    collector.wait(lambda seen: seen.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_closing_a_hidden_tab_with_nothing_new_sends_nothing(
    tab: Tab, collector: Collector
) -> None:
    """All was told when it was hidden."""
    tab.evaluate("v.pause()")
    tab.hide()
    collector.wait(lambda seen: seen.plays)
    tab.passed("!localStorage.playrelay")
    sent = len(collector.bodies)
    tab.close()
    with Tab(tab.browser, collector.url + "/playrelay.js"):
        assert len(collector.bodies) == sent
