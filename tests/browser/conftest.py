"""The fixtures of the tracker's tests: Chromium, a site, the relay and a proxy before it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import webkit as webkits
from tests.browser.firefox import Tab, started
from tests.browser.harness import Harness
from tests.browser.hosts import Collector, Site, serving_collector, serving_site
from tests.browser.install import (
    find_chromium,
    find_firefox,
    find_shell,
    find_webkit,
    why_no_webkit,
)
from tests.browser.launching import launched
from tests.machine.debian import in_ci, is_debian


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium; without one the test is skipped, but fails in CI."""
    path = find_chromium() or _playwrights_own()
    if path is None:
        if in_ci():
            pytest.fail("no Chromium: install one, or name it in PLAYRELAY_CHROMIUM")
        pytest.skip("no Chromium: install one, or name it in PLAYRELAY_CHROMIUM")
    return path


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One for the tests of a module; each has a profile of its own in it."""
    with launched(find_shell() or chromium_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def full_browser(chromium_path: str) -> Iterator[Browser]:
    """One with all that people have: it can keep pages that are left, as the shell can't."""
    with launched(chromium_path, "--disable-back-forward-cache") as browser:
        yield browser


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One page for the tests of a module; without a Firefox they are skipped, but fail in CI."""
    path = find_firefox()
    if path is None:
        if in_ci():
            pytest.fail("no Firefox: install one, or name it in PLAYRELAY_FIREFOX")
        pytest.skip("no Firefox: install one, or name it in PLAYRELAY_FIREFOX")
    with started(path, tmp_path_factory.mktemp("firefox")) as tab:
        yield tab


@pytest.fixture(scope="module")
def webkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webkits.Tab]:
    """The same in WebKit; without one the tests are skipped, but fail in CI on Debian."""
    found = find_webkit()
    if found is None:
        if in_ci() and is_debian():
            pytest.fail(why_no_webkit())
        pytest.skip(why_no_webkit())
    with webkits.started(found, tmp_path_factory.mktemp("webkit")) as tab:
        yield tab


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without a past."""
    with browser.new_context() as fresh:
        yield fresh


@pytest.fixture
def faults() -> list[str]:
    """The uncaught errors of the page."""
    return []


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Iterator[Page]:
    """An empty page, which must not see an uncaught error."""
    fresh = context.new_page()
    fresh.on("pageerror", lambda error: faults.append(str(error)))
    yield fresh
    assert faults == []


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site."""
    with serving_site() as serving:
        yield serving


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """A relay and its HubSpot, for all tests of a process."""
    with Harness(tmp_path_factory.mktemp("relay")) as harness:
        yield harness


@pytest.fixture
def collector(harness: Harness) -> Iterator[Collector]:
    """A proxy before the relay. At the end, HubSpot must have received what it accepted."""
    with serving_collector(harness) as serving:
        yield serving
    serving.agree()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(Path(path), os.X_OK) else None
