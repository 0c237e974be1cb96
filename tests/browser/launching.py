"""Starting a Chromium as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.install import FLAGS


@contextmanager
def launched(chromium_path: str, *ignored: str) -> Iterator[Browser]:
    """A browser, without these of the flags that Playwright would add."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=FLAGS, ignore_default_args=ignored
        )
        with browser:
            yield browser
