"""Each vendor's frame, asked and read in its own protocol. The frames are pages of ours."""

import pytest
from playwright.sync_api import Page

from tests.browser.frames.network import (
    VENDORS,
    Network,
    Vendor,
    asked,
    find_frame,
    measuring,
    says,
    watches,
)
from tests.browser.hosts import Collector, Site
from tests.browser.player import loaded, show

SHARELESS = ("hubspot", "wistia")
"""Their frames tell no position, or no duration."""

UNTITLED = ("playerjs", "tiktok", "twitch", "dailymotion", "wistia")
"""Their frames tell no title, or only of the next film."""


def opened(
    page: Page, site: Site, collector: Collector, vendor: Vendor, body: str = "", **options: str
) -> None:
    """A page with the vendor's frame, which is followed by now."""
    show(page, site, collector, body or vendor.embed(), **options)
    loaded(page, vendor.name)
    measuring(page, "frames", vendor.name)
    if vendor.asks:
        asked(find_frame(page))


def test_a_film_that_was_watched_whole(
    page: Page, site: Site, collector: Collector, vendor: Vendor
) -> None:
    """All milestones, and the film's one address, from the vendor's own words."""
    opened(page, site, collector, vendor)
    frame = find_frame(page)
    says(page, frame, "ready()")
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    last = collector.view().last
    assert collector.view().milestones == ([] if vendor.name in SHARELESS else [25, 50, 75, 100])
    assert last["mediaUrl"] == vendor.film
    assert last.get("mediaName") == (None if vendor.name in UNTITLED else "Bees")
    assert last["mediaType"] == ("AUDIO" if vendor.name == "soundcloud" else "VIDEO")


@pytest.mark.parametrize("vendor", [v for v in VENDORS.values() if v.name not in SHARELESS])
def test_a_jump_is_no_play(
    page: Page, site: Site, collector: Collector, network: Network, vendor: Vendor
) -> None:
    """Coverage is made of positions that follow each other."""
    opened(page, site, collector, vendor)
    frame = find_frame(page)
    says(page, frame, "ready()")
    watches(page, frame, 0, 0.5, 1, 1.5, 2, 2.5, 3, 8, 8.5)
    says(page, frame, "pause()")
    network.leave(page)
    collector.wait(lambda relay: relay.plays and relay.view().percent >= 35)
    # Up to the jump the clock says how far it had come: a slow machine adds a percent or two.
    assert collector.view().last["playedPercent"] < 50


def test_nothing_leaves_before_consent(
    page: Page, site: Site, collector: Collector, network: Network, vendor: Vendor
) -> None:
    """Nothing is requested or stored, whatever the frame says."""
    opened(page, site, collector, vendor, attributes='data-consent="manual"')
    frame = find_frame(page)
    says(page, frame, "ready()")
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    network.leave(page)
    page.goto(site.put("Another page", "/next"))
    assert (kept, collector.bodies) == ([0, 0, ""], [])


@pytest.mark.parametrize("vendor", [v for v in VENDORS.values() if v.background])
def test_a_silent_background_is_nothing(
    page: Page, site: Site, collector: Collector, vendor: Vendor
) -> None:
    """Decoration counts from when it is heard."""
    joint = "&" if "?" in vendor.frame else "?"
    opened(page, site, collector, vendor, vendor.embed(f"{vendor.frame}{joint}{vendor.background}"))
    frame = find_frame(page)
    says(page, frame, "ready()")
    watches(page, frame, *range(8))
    assert collector.bodies == []
    says(page, frame, "mute(false)", *(f"time({each})" for each in (8, 9, 10)), "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert collector.view().percent < 75


def test_the_page_stays_as_it_is(
    page: Page, site: Site, collector: Collector, network: Network, vendor: Vendor
) -> None:
    """No attribute, no global, no second load, no step for Back."""
    look = "[document.querySelector('iframe').outerHTML, history.length, !!window.YT]"
    opened(page, site, collector, vendor, vendor.embed(attributes='title="A film of bees"'))
    before, loads = page.evaluate(look), list(network.requests)
    frame = find_frame(page)
    watches(page, frame, *range(11))
    says(page, frame, "end()")
    collector.wait(lambda relay: relay.plays and relay.view().last.get("ended"))
    assert (page.evaluate(look), network.requests) == (before, loads)
    assert before[0] == vendor.embed(attributes='title="A film of bees"')
    assert page.evaluate("'onYouTubeIframeAPIReady' in window") is False
