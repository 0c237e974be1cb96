"""Real players in Chromium: each view once, with its share and its name; nobody disturbed."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

from tests.browser.frames.network import (
    ANYWHERE,
    VENDORS,
    asked,
    find_frame,
    measuring,
    says,
    watches,
)
from tests.browser.harness import CONTACTS, Harness
from tests.browser.hosts import PATIENCE, Collector, Site, serving_collector
from tests.browser.players.checks import media_are_named, of_each, shares_are_true
from tests.browser.players.records import FOLDER, Case, load
from tests.browser.players.visits import Guide, Look, Seen

FIRST, ANOTHER, THIRD = CONTACTS
"""Usertokens of the visitors."""

MORE_LOOKS = 3
"""Players load and settle at their own pace, so that two looks at a page may differ without any
tracker: as many more pairs of looks are taken. What a tracker does to a page it does in each."""


FRAME_SECONDS = 10
"""How long a film in our vendors' frames is."""

WISTIA = (FOLDER / "vendors/wistia.js").read_text()


class _Tab:
    """Chromium's page, as a guide wants it."""

    def __init__(self, page: Page, *, outside: bool) -> None:
        self._page = page
        self._outside = outside
        self.complaints: list[str] = []
        """Messages of the page's console."""
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # What libraries fetch from elsewhere is not to be had on every machine.
        if message.type in {"error", "warning"} and "net::ERR" not in message.text:
            self.complaints.append(re.sub(r"\d+", "0", message.text))  # times, ports

    def open(self, url: str) -> None:
        if self._outside:
            # A leaving page's last request would be lost on its way through the route.
            self._page.context.unroute(ANYWHERE)
            self._page.goto("about:blank")
            self._page.context.route(ANYWHERE, _answer)
        self.complaints.clear()
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def passed(self, condition: str) -> None:
        self._page.wait_for_function(condition)

    def play_frame(self, vendor: str, until: float, *, tracked: bool) -> float:
        frame = find_frame(self._page)
        if tracked:
            measuring(self._page, "frames", vendor)
            asked(frame)
        says(self._page, frame, "ready()")
        steps = [step / 2 for step in range(int(until * 2) + 1)]
        watches(self._page, frame, *steps, until)
        says(self._page, frame, "pause()")
        return until / FRAME_SECONDS * 100


def _answer(route: Route, request: Request) -> None:
    """As the vendors' hosts do; whatever else libraries fetch from outside is not to be had."""
    url = urlsplit(request.url)
    vendor = next((each for each in VENDORS.values() if url.hostname in each.hosts), None)
    if url.path.endswith("/E-v1.js"):
        route.fulfill(body=WISTIA, content_type="text/javascript")
    elif vendor and request.resource_type == "document":
        route.fulfill(body=vendor.page(), content_type="text/html")
    else:
        route.abort()


@contextmanager
def _visitor(browser: Browser, site: Site, case: Case, usertoken: str) -> Iterator[_Tab]:
    with browser.new_context() as context:
        context.add_cookies([{"name": "hubspotutk", "value": usertoken, "url": site.url}])
        yield _Tab(context.new_page(), outside=bool(case.frame))


Visit = Callable[[Case], Seen]


@pytest.fixture(scope="module")
def visit(browser: Browser, players: Site, harness: Harness) -> Iterator[Visit]:
    """The result of the visits to a case, which are made once for all assertions."""
    with ExitStack() as servers:

        @cache
        def visited(name: str) -> Seen:
            collector = servers.enter_context(serving_collector(harness))
            return _visited(load()[name], browser, players, collector)

        yield lambda case: visited(case.name)


def _look(guide: Guide, tab: _Tab, case: Case, *, tracked: bool) -> Look:
    guide.glance(case, "autumn", tracked=tracked)
    return Look(tuple(guide.outline(case)), tuple(tab.complaints))


def _visited(case: Case, browser: Browser, site: Site, collector: Collector) -> Seen:
    """A visitor sees a page without the tracker and with it, another one both films."""
    seen = Seen(site.url, collector)
    with _visitor(browser, site, case, FIRST) as tab:
        guide = Guide(tab, site, collector)
        seen.looks[False].append(_look(guide, tab, case, tracked=False))
        guide.open(case, "autumn")
        for share in guide.watch(case):
            seen.shares.append(share)
            if case.views:
                guide.noticed()
        guide.leave()
    with _visitor(browser, site, case, ANOTHER) as tab:
        guide = Guide(tab, site, collector)
        seen.looks[True].append(_look(guide, tab, case, tracked=True))
        guide.glance(case, "winter")
        guide.leave()
    for _ in range(MORE_LOOKS):
        if seen.undisturbed:
            break
        for tracked in (False, True):
            with _visitor(browser, site, case, THIRD) as tab:
                guide = Guide(tab, site, collector)
                seen.looks[tracked].append(_look(guide, tab, case, tracked=tracked))
                guide.leave()
    return seen


@of_each("chromium", "views")
def test_each_view_is_told_once_with_its_share(case: Case, visit: Visit) -> None:
    """Each view is reported once, with the share that was played, and its milestones."""
    seen = visit(case)
    shares_are_true(case, seen, lambda: seen.views(FIRST))
    seen.collector.agree()


@of_each("chromium", "medium")
def test_the_medium_is_named_as_the_page_names_it(case: Case, visit: Visit) -> None:
    """The medium gets its name, address and kind from the page."""
    seen = visit(case)
    media_are_named(case, seen, seen.views(FIRST))


@of_each("chromium", "identity")
def test_a_film_is_the_same_to_everybody_and_no_other(case: Case, visit: Visit) -> None:
    """Another visitor's is the same medium; another film isn't."""
    seen = visit(case)
    first = [_identity(view.last) for view in seen.views(FIRST)]
    same = [_identity(view.last) for view in seen.views(ANOTHER, "/autumn")]
    other = [_identity(view.last) for view in seen.views(ANOTHER, "/winter")]
    assert bool(same) == bool(other) == bool(case.views)
    assert same[:1] == first[:1]
    assert not set(other) & {*first, *same}


@of_each("chromium", "undisturbed")
def test_the_page_is_as_it_is_without_the_tracker(case: Case, visit: Visit) -> None:
    """No attribute, element, name on the window, step of the history or complaint is another."""
    seen = visit(case)
    if not seen.undisturbed:
        assert seen.looks[True][-1] == seen.looks[False][-1]


def _identity(play: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        play.get(name) for name in ("mediaBridgeId", "externalId", "mediaUrl", "mediaName")
    )
