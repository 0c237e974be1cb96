"""The fixtures of the demo's tests: a relay and a browser for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demo_kit import Relay, chromium


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    """A sandboxed relay whose attention spans are final after a second."""
    with Relay(tmp_path) as relay:
        yield relay


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium of the test's own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Page:
    """An empty page in it."""
    return browser.new_page()
