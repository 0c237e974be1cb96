"""The demo page of a relay that browsers find below a path."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, expect

from tests.browser.demo_kit import PATIENCE, Relay, play_to_the_end, rows, watch_for_complaints

expect.set_options(timeout=PATIENCE * 1000)


def test_the_demo_works_below_a_path(browser: Browser, tmp_path: Path) -> None:
    """It plays, its events arrive, nothing is asked for outside, and no cookie is left there."""
    public = "http://127.0.0.1/video"
    with Relay(tmp_path, PLAYRELAY_SANDBOX="true", PLAYRELAY_PUBLIC_URL=public) as relay:
        context = browser.new_context()
        page = context.new_page()
        complaints = watch_for_complaints(page)
        strayed: list[str] = []
        page.on(
            "request",
            lambda asked: (
                strayed.append(asked.url)
                if urlsplit(asked.url).netloc and not urlsplit(asked.url).path.startswith("/video/")
                else None
            ),
        )
        page.goto(f"{relay.url}/video/demo")
        expect(page.locator("#connection")).to_have_text("Live")
        expect(page.locator("#embed")).to_contain_text(f"{relay.url}/video/playrelay.js")
        play_to_the_end(page)
        expect(rows(page).first).to_be_visible()
        page.locator("#again").click()
        expect(page.locator("#connection")).to_have_text("Live")
        assert {each.get("path") for each in context.cookies()} == {"/video/"}
        assert strayed == []
        assert complaints == []
        context.close()
