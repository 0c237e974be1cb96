"""The store outlives the page, and nothing that befalls it does harm."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.hosts import Answer, Collector, Site
from tests.browser.player import ended, passed, play, ready, script, video, watch_the_end

LOST = Answer(503, (("Retry-After", "1"),))


def kept(page: Page) -> list[Any]:
    """The reports that the page keeps until they are acknowledged: [play, losses], oldest first."""
    entries: list[Any] = json.loads(page.evaluate("localStorage.playrelay ?? '[]'"))
    return entries


@pytest.mark.parametrize(
    "broken",
    [
        "localStorage.playrelay = 'no JSON'",
        "localStorage.playrelay = '{\"a\":1}'",
        "localStorage.playrelay = '[[1,2],null]'",
        "localStorage.playrelay = '[[\"a\",5]]'",
        "localStorage.playrelay = '[[null,\"x\"]]'",
        "localStorage.x = 'x'.repeat(5242870)",
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })",
        "Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new Error('no') }",
    ],
)
def test_a_broken_store_is_borne(page: Page, site: Site, collector: Collector, broken: str) -> None:
    """Corrupt, full, or not to be had: plays are sent all the same."""
    page.goto(site.put(f"<script>{broken}</script>{video()}{script(collector)}"))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda seen: any(play.get("ended") for play in seen.plays))


def test_without_a_store_a_lost_ping_is_sent_again(
    page: Page, site: Site, collector: Collector
) -> None:
    """Memory stands in for it."""
    collector.answers = [LOST]
    hidden = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    page.goto(site.put(f"<script>{hidden}</script>{video()}{script(collector)}"))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait_for_end()


def hold(page: Page, site: Site, plays: list[dict[str, Any]]) -> None:
    """Leave plays in the store as an earlier visit would have done."""
    page.goto(site.put("", "/before"))
    page.evaluate(
        "(plays) => { localStorage.playrelay = JSON.stringify(plays.map((play) => [play, 0])) }",
        plays,
    )


def earlier(count: int, now: float, **more: object) -> list[dict[str, Any]]:
    """So many plays of a minute ago. `now`: milliseconds."""
    page = {"pageUrl": "https://example.com/", "pageName": "Before"}
    play = {"externalId": "film", "occurredTimestamp": now - 60_000, **page}
    return [{"sessionId": f"earlier-{i}", **play, **more} for i in range(count)]


@pytest.mark.parametrize(
    ("held", "size", "left"),
    [(60, 10, 50), (60, 900, 31), (2, 40_000, 1)],
    ids=["by number", "by size", "one that is too large"],
)
def test_the_store_is_bounded(
    page: Page, site: Site, collector: Collector, held: int, size: int, left: int
) -> None:
    """The oldest plays give way before the store, or a request, grows too large."""
    collector.answers = [LOST] * 20
    hold(page, site, earlier(held, page.evaluate("Date.now()"), pageName="x" * size))
    watch_the_end(page, site, collector)
    passed(page, "localStorage.playrelay?.includes('ten.webm')")
    assert len(page.evaluate("localStorage.playrelay")) <= 32_000
    assert kept(page)[-1][0]["mediaUrl"].endswith("ten.webm")
    assert len(kept(page)) == pytest.approx(left, abs=2 if size == 900 else 0)


def test_what_is_too_old_is_dropped(page: Page, site: Site, collector: Collector) -> None:
    """After 24 days nobody waits for it any more; a day less, and it is sent."""
    day, now = 86_400_000, page.evaluate("Date.now()")
    plays = [
        *earlier(1, now - 24 * day),
        *earlier(1, now - 23 * day, sessionId="young"),
    ]
    hold(page, site, plays)
    page.goto(site.put(script(collector)))
    collector.wait(lambda seen: seen.plays)
    passed(page, "!localStorage.playrelay")
    assert [play["sessionId"] for play in collector.plays] == ["young"]


def test_two_tabs_share_the_store(
    context: BrowserContext, site: Site, collector: Collector
) -> None:
    """Each keeps its own plays, and neither takes away the other's."""
    collector.answers = [LOST] * 20
    first, second = context.new_page(), context.new_page()
    for page, path in ((first, "/one"), (second, "/two")):
        page.goto(site.put(video("ten.webm") + script(collector), path))
        ready(page)
        play(page, rate=1, start=9.8)
        ended(page)
    passed(second, "JSON.parse(localStorage.playrelay ?? '[]').length == 2")
    collector.answers = []
    for page in (first, second):
        page.evaluate("dispatchEvent(new Event('online'))")
    collector.wait(lambda seen: len(seen.views()) == 2)
    pages = sorted(view.last["pageUrl"].rpartition("/")[2] for view in collector.views())
    assert pages == ["one", "two"]
