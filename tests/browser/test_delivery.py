"""Pings arrive when the relay can take them, whatever befalls the page, the relay or the store."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browser.harness import Harness
from tests.browser.hosts import Answer, Collector, Site, serving_collector
from tests.browser.player import (
    ended,
    leave,
    loaded,
    passed,
    pause,
    play,
    script,
    show,
    until,
    video,
    watch_the_end,
)


@pytest.fixture(scope="module")
def browser(full_browser: Browser) -> Browser:
    """One that keeps pages that are left."""
    return full_browser


def test_leaving_sends_what_is_not_told_yet_once(
    page: Page, site: Site, collector: Collector
) -> None:
    """`pagehide` and `visibilitychange` both come; one ping goes."""
    show(page, site, collector, video("minute.webm"))
    play(page)
    until(page, 3)
    leave(page)
    collector.wait(lambda seen: seen.plays)
    page.goto(site.put("", "/next"))
    assert len(collector.bodies) == 1
    assert collector.view().last["playedPercent"] >= 4


def test_what_was_sent_on_leaving_is_not_sent_again_by_the_next_page(
    page: Page, site: Site, collector: Collector
) -> None:
    """Nobody was there to hear the answer: it is repeated only after a minute without one."""
    collector.answers = [Answer(hang=True)]
    show(page, site, collector, video("minute.webm"))
    play(page)
    until(page, 3)
    page.goto(site.put(video() + script(collector), "/next"))
    collector.wait(lambda seen: seen.bodies)
    loaded(page, "view")
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda seen: seen.plays and seen.plays[-1].get("ended"))
    sessions = [
        [play["sessionId"] for play in json.loads(body)["plays"]] for body in collector.bodies
    ]
    assert [len(each) for each in sessions] == [1] * len(sessions)
    assert sessions[0] != sessions[-1]
    passed(page, f"!localStorage.playrelay?.includes('{sessions[-1][0]}')")
    assert sessions[0][0] in page.evaluate("localStorage.playrelay ?? ''")
    page.evaluate("localStorage.playrelay = localStorage.playrelay.replace(/,1\\d{12}\\]/, ',1]')")
    page.evaluate("dispatchEvent(new Event('online'))")
    collector.wait(lambda seen: seen.plays[-1]["sessionId"] == sessions[0][0])
    passed(page, "!localStorage.playrelay")


def test_leaving_with_nothing_new_sends_nothing(
    page: Page, site: Site, collector: Collector
) -> None:
    """All was told when it ended."""
    watch_the_end(page, site, collector)
    collector.wait(lambda seen: seen.plays)
    passed(page, "!localStorage.playrelay")
    sent = len(collector.bodies)
    leave(page)
    page.goto(site.put("", "/next"))
    assert len(collector.bodies) == sent


def test_closing_the_tab_sends(context: BrowserContext, site: Site, collector: Collector) -> None:
    """The request outlives the page."""
    page = context.new_page()
    show(page, site, collector, video())
    play(page)
    until(page, 3)
    page.close()
    collector.wait(lambda seen: seen.plays and seen.view().percent >= 29)


def test_a_crash_of_the_renderer_loses_at_most_the_last_stretch(
    context: BrowserContext, site: Site, collector: Collector
) -> None:
    """The browser itself holds the newest state (fetchLater), and sends it without the page."""
    page = context.new_page()
    show(page, site, collector, video())
    play(page)
    until(page, 2)
    pause(page)
    passed(page, "JSON.parse(localStorage.playrelay ?? '[]')[0]?.[0].playedPercent >= 19")
    assert collector.bodies == []
    with pytest.raises(Error):
        page.goto("chrome://crash")
    collector.wait(lambda seen: seen.plays and seen.view().percent >= 19)
    assert "sentAt" not in json.loads(collector.bodies[0])


def test_the_back_forward_cache_keeps_the_view(
    page: Page, site: Site, collector: Collector
) -> None:
    """The page comes back as it was, and the play goes on under the same session."""
    show(page, site, collector, video())
    page.evaluate("addEventListener('pageshow', (event) => (window.back = event.persisted))")
    play(page)
    until(page, 3)
    page.goto(site.put("", "/next"))
    collector.wait(lambda seen: seen.plays and seen.view().percent >= 29)
    page.evaluate("history.back()")
    passed(page, "'back' in window")
    assert page.evaluate("window.back") is True
    play(page)
    ended(page)
    collector.wait(lambda seen: seen.view().last.get("ended"))
    assert collector.view().milestones == [25, 50, 75, 100]


def test_a_refused_relay_gets_it_when_it_is_back(page: Page, site: Site, harness: Harness) -> None:
    """Kept in storage, and sent when the browser says that it is online."""
    with serving_collector(harness) as away:
        show(page, site, away, video())
        port = int(away.url.rpartition(":")[2])
        play(page, rate=1, start=1)
        away.wait(lambda seen: seen.plays)
        pause(page)
    play(page, rate=1, start=9.8)
    ended(page)
    passed(page, "localStorage.playrelay?.includes('\"ended\":true')")
    with serving_collector(harness, port) as back:
        page.evaluate("dispatchEvent(new Event('online'))")
        back.wait(lambda seen: seen.plays and seen.view().last.get("ended"))
        passed(page, "!localStorage.playrelay")
    back.agree()


def test_a_hung_relay_does_not_hold_up_the_next_page(
    page: Page, site: Site, collector: Collector
) -> None:
    """A report that was not answered is sent again by the next page of the site."""
    collector.answers = [Answer(hang=True)]
    watch_the_end(page, site, collector)
    collector.wait(lambda seen: seen.bodies)
    page.goto(site.put(script(collector), "/next"))
    collector.wait_for_end()
    passed(page, "!localStorage.playrelay")


def test_a_busy_relay_is_asked_again_after_its_own_wait(
    page: Page, site: Site, collector: Collector
) -> None:
    """503 and 429 keep the ping; Retry-After says when, and nothing is sent before that."""
    collector.answers = [Answer(503), Answer(429, (("Retry-After", "1"),))]
    watch_the_end(page, site, collector)
    collector.wait(lambda seen: seen.plays)
    assert len(collector.bodies) == 3
    first, second, third = (json.loads(body) for body in collector.bodies)
    assert first["plays"] == second["plays"] == third["plays"]
    assert third["sentAt"] - second["sentAt"] >= 1000
    passed(page, "!localStorage.playrelay")


@pytest.mark.parametrize("status", [400, 403, 413, 422])
def test_a_poison_answer_is_not_repeated(
    page: Page, site: Site, collector: Collector, status: int
) -> None:
    """A report that the relay will never accept is dropped."""
    collector.answers = [Answer(status)]
    watch_the_end(page, site, collector)
    collector.wait(lambda seen: seen.bodies)
    passed(page, "!localStorage.playrelay")
    page.evaluate("dispatchEvent(new Event('online'))")
    leave(page)
    page.goto(site.put("", "/next"))
    assert len(collector.bodies) == 1


def test_a_site_that_is_refused_sends_no_more_from_that_page(
    page: Page, site: Site, collector: Collector
) -> None:
    """A 403 is the answer to whatever else this page would send."""
    collector.answers = [Answer(403)]
    watch_the_end(page, site, collector)
    collector.wait(lambda seen: seen.bodies)
    passed(page, "!localStorage.playrelay")
    page.evaluate("playrelay.progress({ externalId: 'quiz', playedPercent: 50 })")
    passed(page, "localStorage.playrelay")
    page.evaluate("dispatchEvent(new Event('online'))")
    leave(page)
    page.goto(site.put("", "/next"))
    assert len(collector.bodies) == 1


def test_answers_without_cors_headers_are_not_resent_for_ever(
    page: Page, site: Site, collector: Collector
) -> None:
    """Each loss counts, across pages; after twenty the play is given up."""
    collector.answers = [Answer(cors=False)]
    watch_the_end(page, site, collector)
    passed(page, "JSON.parse(localStorage.playrelay ?? '[]')[0]?.[1] == 1")
    page.evaluate("localStorage.playrelay = localStorage.playrelay.replace(/,1\\]\\]$/, ',19]]')")
    collector.answers = [Answer(cors=False)]
    page.evaluate("dispatchEvent(new Event('online'))")
    passed(page, "!localStorage.playrelay")


def test_a_content_security_policy_that_blocks_is_borne(
    page: Page, site: Site, collector: Collector
) -> None:
    """Nothing can be sent; the page sees no error, and the play is kept."""
    site.headers["Content-Security-Policy"] = "connect-src 'self'"
    watch_the_end(page, site, collector)
    passed(page, "localStorage.playrelay?.includes('\"ended\":true')")
    leave(page)
    assert collector.bodies == []


def test_a_policy_that_blocks_what_measures_is_borne(
    page: Page, site: Site, collector: Collector
) -> None:
    """The script may run, its parts may not: nothing is told, and the page sees no error."""
    scripts = f"'unsafe-eval' {collector.url}/playrelay.js"
    site.headers["Content-Security-Policy"] = f"script-src {scripts}"
    with page.expect_event("console", lambda said: "view.js" in said.text):
        show(page, site, collector, video())
    play(page, rate=1, start=9.8)
    ended(page)
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []
