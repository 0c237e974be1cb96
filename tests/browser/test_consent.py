"""Nothing is stored or sent before the visitor agreed, and all is wiped when that is withdrawn."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.hosts import Collector, Site
from tests.browser.player import ended, leave, passed, play, ready, script, show, until, video
from tests.processes.relay import CONTACT


def watched(page: Page) -> None:
    """Watch the end of the clip."""
    play(page, rate=1, start=9.8)
    ended(page)
    page.evaluate("new Promise((idle) => requestIdleCallback(idle))")


def stored(page: Page) -> object:
    """The contents of both stores, and of the cookies."""
    return page.evaluate(
        "[localStorage.playrelay, sessionStorage.playrelay, document.cookie].join('')"
    )


def answer(page: Page, reply: str, queue: str = "_hsp") -> None:
    """Answer as HubSpot's banner does, to all who listen."""
    page.evaluate(
        f"{queue}.filter(([name]) => name == 'addPrivacyConsentListener')"
        f".forEach(([, listener]) => listener({reply}))"
    )


@pytest.mark.parametrize("mode", ["auto", "hubspot", "manual", "something else"])
def test_without_a_word_nothing_leaves_and_nothing_is_kept(
    page: Page, site: Site, collector: Collector, mode: str
) -> None:
    """Everything that is watched before consent stays in memory."""
    show(page, site, collector, video(), attributes=f'data-consent="{mode}"')
    watched(page)
    assert stored(page) == ""
    leave(page)
    page.goto(site.put("", "/next"))
    assert stored(page) == ""
    assert collector.bodies == []


def test_late_consent_sends_what_was_watched_before(
    page: Page, site: Site, collector: Collector
) -> None:
    """`playrelay.consent(true)` after the play."""
    show(page, site, collector, video(), attributes='data-consent="manual"')
    watched(page)
    page.evaluate("playrelay.consent(true)")
    leave(page)
    collector.wait_for_end()


def test_denied_consent_sends_nothing(page: Page, site: Site, collector: Collector) -> None:
    """The banner's no also outweighs a cookie from before."""
    page.context.add_cookies([{"name": "hubspotutk", "value": CONTACT, "url": site.url}])
    show(page, site, collector, video(), attributes="")
    passed(page, "window._hsp?.length")
    answer(page, "{ allowed: false, categories: { analytics: false } }")
    watched(page)
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []


def test_revoked_consent_wipes_what_waits(page: Page, site: Site, collector: Collector) -> None:
    """Nothing of it is left behind or sent later."""
    collector.answers = []
    page.goto(site.put(video() + script(collector, 'data-consent="manual"')) + "?_hsenc=p2A")
    ready(page)
    page.evaluate("playrelay.consent(true)")
    play(page)
    until(page, 1)
    page.evaluate("v.pause()")
    passed(page, "localStorage.playrelay?.length > 2 && sessionStorage.playrelay")
    page.evaluate("playrelay.consent(false)")
    assert stored(page) == ""
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []


@pytest.mark.parametrize(
    ("queue", "reply"),
    [
        ("_hsp", "{ allowed: false, categories: { analytics: true } }"),
        ("_hsq", "{ allowed: true }"),
    ],
)
def test_hubspots_banner_is_believed(
    page: Page, site: Site, collector: Collector, queue: str, reply: str
) -> None:
    """Its analytics category counts if it has one, otherwise its overall answer."""
    show(page, site, collector, video(), attributes='data-consent="hubspot"')
    passed(page, f"window.{queue}?.length")
    watched(page)
    answer(page, reply, queue)
    leave(page)
    collector.wait(lambda seen: seen.plays)


def test_the_category_outweighs_the_older_listener(
    page: Page, site: Site, collector: Collector
) -> None:
    """`_hsq` says allowed, `_hsp` says that analytics are not."""
    show(page, site, collector, video(), attributes="")
    passed(page, "window._hsq?.length && window._hsp?.length")
    answer(page, "{ allowed: true, categories: { analytics: false } }")
    answer(page, "{ allowed: true }", "_hsq")
    watched(page)
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []


def test_the_cookie_shows_that_the_banner_agreed(
    page: Page, site: Site, collector: Collector
) -> None:
    """In the default mode HubSpot's own cookie is a yes."""
    page.context.add_cookies([{"name": "hubspotutk", "value": CONTACT, "url": site.url}])
    show(page, site, collector, video(), attributes="")
    watched(page)
    collector.wait(lambda seen: seen.plays and seen.view().last["contactUtk"] == CONTACT)


@pytest.mark.parametrize(
    ("signal", "attributes"),
    [
        ("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })", ""),
        ("document.cookie = '__hs_do_not_track=yes'", ""),
        ("Object.defineProperty(navigator, 'doNotTrack', { value: '1' })", "data-dnt"),
    ],
)
def test_a_signal_against_tracking_is_honoured(
    page: Page, site: Site, collector: Collector, signal: str, attributes: str
) -> None:
    """The signal counts even where no consent is needed."""
    embed = script(collector, f'data-consent="none" {attributes}')
    page.goto(site.put(f"<script>{signal}</script>{video()}{embed}"))
    ready(page)
    watched(page)
    assert page.evaluate("localStorage.playrelay") is None
    leave(page)
    page.goto(site.put("", "/next"))
    assert collector.bodies == []


def test_do_not_track_counts_only_where_asked_for(
    page: Page, site: Site, collector: Collector
) -> None:
    """Without `data-dnt` it is no obstacle."""
    dnt = "<script>Object.defineProperty(navigator, 'doNotTrack', { value: '1' })</script>"
    show(page, site, collector, dnt + video())
    watched(page)
    collector.wait(lambda seen: seen.plays)


def test_no_cookie_is_ever_set(context: BrowserContext, site: Site, collector: Collector) -> None:
    """Neither the script nor an answer sets a cookie."""
    page = context.new_page()
    show(page, site, collector, video())
    watched(page)
    collector.wait(lambda seen: seen.plays)
    assert context.cookies() == []
    page.close()
