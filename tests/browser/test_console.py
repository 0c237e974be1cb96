"""The console in a real Chromium, on a store of a hundred thousand plays."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.console_kit import PAGES, Watched, address, crowded_relay
from tests.browser.demo_kit import PATIENCE, Relay, chromium, send_play, tab_to
from tests.system.console.big import REFUSED, SCRIPT

MOST_BYTES = 300_000
PHONE = ViewportSize(width=320, height=640)

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """A sandboxed relay that has seen much."""
    with crowded_relay(tmp_path_factory.mktemp("crowded")) as relay:
        yield relay


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all."""
    with chromium() as browser:
        yield browser


ALL_PAGES = [
    *PAGES,
    f"/console/media/{REFUSED}",
    "/console/media/1?choose=yes",
    "/console/media/compare?medium=1&medium=2",
    "/console/shared",
]


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_is_clean(relay: Relay, browser: Browser, path: str) -> None:
    """No complaint, no other host, nothing that strangers wrote is run; small, and fit for all.

    In the light and in the dark, and as wide as a phone without scrolling sideways.
    """
    watched = Watched(browser)
    answer = watched.page.goto(address(relay, path))
    assert answer is not None
    assert answer.status == 200
    expect(watched.page.locator("h1")).to_be_visible()
    watched.page.wait_for_load_state()
    assert watched.weight() < MOST_BYTES
    assert watched.faults() == []
    watched.page.emulate_media(color_scheme="dark")
    assert watched.faults() == []
    watched.page.set_viewport_size(PHONE)
    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert watched.hosts == {urlsplit(relay.url).netloc}
    assert watched.complaints == []
    watched.page.close()


def test_what_strangers_wrote_stays_text(relay: Relay, browser: Browser) -> None:
    """A medium's name is shown as it is, and no element comes of it."""
    watched = Watched(browser)
    watched.page.goto(f"{relay.url}/console/media/1")
    expect(watched.page.locator("h1")).to_have_text(SCRIPT)
    expect(watched.page.locator("main img, main script")).to_have_count(0)
    assert watched.complaints == []
    watched.page.close()


def test_a_medium_that_hubspot_refuses_is_found_from_now(relay: Relay, browser: Browser) -> None:
    """A link leads from Now to the marked medium in the list, and to its page with the remedy."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console")
    hint = page.locator(".notice").filter(has_text="HubSpot refuses 1 medium")
    hint.get_by_role("link", name="Show").click()
    row = page.get_by_role("row").filter(has_text="HubSpot refuses it")
    expect(row).to_have_count(1)
    row.get_by_role("link").click()
    expect(page.locator("#main .notice")).to_contain_text("playrelay media register")
    page.close()


def test_charts_are_drawn_in_the_colours_at_hand(relay: Relay, browser: Browser) -> None:
    """A canvas with something on it, another when the night falls."""
    watched = Watched(browser, color_scheme="light")
    watched.page.goto(f"{relay.url}/console/media/1")
    blank = watched.page.locator(".chart canvas").first.evaluate(
        "({width, height}) => Object.assign(document.createElement('canvas'), {width, height})"
        ".toDataURL()"
    )
    another = """seen => {
        const look = document.querySelector(".chart canvas").toDataURL();
        return seen.includes(look) ? null : look;
    }"""
    by_day = watched.page.wait_for_function(another, arg=[blank]).json_value()
    watched.page.emulate_media(color_scheme="dark")
    watched.page.wait_for_function(another, arg=[blank, by_day])
    assert watched.complaints == []
    watched.page.close()


def test_plays_show_as_they_happen(relay: Relay, browser: Browser) -> None:
    """A new play comes in on top, and grows in its place."""
    watched = Watched(browser)
    page = watched.page
    page.goto(f"{relay.url}/console/live")
    expect(page.locator("#connection")).to_have_text("Live")
    send_play(relay, sessionId="fresh", mediaName="A fresh film", playedPercent=10)
    row = page.locator(".play").filter(has_text="A fresh film")
    expect(row).to_contain_text("10 % watched")
    expect(row).to_contain_text("started delivered")
    send_play(relay, sessionId="fresh", mediaName="A fresh film", playedPercent=60)
    expect(row).to_contain_text("60 % watched")
    expect(row).to_contain_text("50 % delivered")
    expect(row).to_have_count(1)
    row.get_by_role("link", name="A fresh film").click()
    expect(page.locator("#main .notice").first).to_contain_text("on contact")
    assert watched.complaints == []
    page.close()


def test_who_watched_is_two_clicks_away(relay: Relay, browser: Browser) -> None:
    """A medium is chosen, its contacts show, and one of them leads to all that it has watched."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console/people")
    page.get_by_role("checkbox", name="Film 396").check()
    page.get_by_label("Watched at least, in percent").fill("75")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#found")).to_have_text("Who watched 75 % or more")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("100 %")
    name = first.get_by_role("link").inner_text()
    first.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("tbody")).to_contain_text("Film 396")
    page.close()


def test_times_are_written_as_in_the_browser(relay: Relay, browser: Browser) -> None:
    """A time is shown as its age, or if older as a date in its owner's format and time zone."""
    context = browser.new_context(locale="de-DE", timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.goto(f"{relay.url}/console/audit")
    time = page.locator("tbody time").first
    tokyo = timezone(timedelta(hours=9))
    at = datetime.fromisoformat(time.get_attribute("datetime") or "")
    for later, written in (
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(hours=5, minutes=59), "5 hours ago"),
        (timedelta(days=2), f"{at.astimezone(tokyo):%d.%m.%Y, %H:%M}"),
    ):
        page.clock.set_fixed_time(at + later)
        page.reload()
        expect(page.locator("tbody time").first).to_have_text(written)
    context.close()


def test_rejected_events_are_discarded_with_progress(relay: Relay, browser: Browser) -> None:
    """The events are discarded after a confirmation, and the audit log names the operator."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console/rejected")
    kind = page.locator("article").filter(has_text="of ours")
    page.once("dialog", lambda dialog: dialog.dismiss())
    kind.get_by_role("button", name="Discard all").click()
    expect(page.locator("h1")).to_have_text("Rejected")
    page.on("dialog", lambda dialog: dialog.accept())
    kind.get_by_role("button", name="Discard all").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    expect(page.locator("label")).to_have_text("2,000 of 2,000")
    page.get_by_role("link", name="Audit").last.click()
    newest = page.locator("tbody tr").first
    expect(newest).to_contain_text("this machine")
    expect(newest).to_contain_text("discard rejected")
    expect(newest).to_contain_text("2,000")
    page.goto(f"{relay.url}/console/rejected")
    expect(page.locator("article")).to_have_count(1)
    page.close()


def test_chosen_events_are_sent_again(relay: Relay, browser: Browser) -> None:
    """Only the chosen events are sent again, and they arrive."""
    page = browser.new_page()
    page.goto(address(relay, "/console/rejected/kind?family={family}"))
    for place in (0, 1):
        page.get_by_role("checkbox").nth(place).check()
    page.get_by_role("button", name="Send the selected again").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    expect(page.locator("label")).to_have_text("2 of 2")
    page.close()


def test_a_medium_is_shared_by_a_link(relay: Relay, browser: Browser) -> None:
    """Copied where it is made, clean where it is opened, and over where it is ended."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{relay.url}/console/media/1?days=7")
    page.get_by_label("Expires after").select_option("30 days")
    page.get_by_role("button", name="Create a link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{relay.url}/console/shared/")

    watched = Watched(browser)
    watched.page.goto(link)
    expect(watched.page.locator("h1")).to_have_text(SCRIPT)
    expect(watched.page.locator(".chart canvas")).to_have_count(2)
    expect(watched.page.locator("a, form, button")).to_have_count(0)
    assert watched.faults() == []
    watched.page.emulate_media(color_scheme="dark")
    assert watched.faults() == []
    watched.page.set_viewport_size(PHONE)
    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert watched.hosts == {urlsplit(relay.url).netloc}
    assert watched.complaints == []

    page.get_by_role("link", name="Shared links").last.click()
    page.get_by_role("button", name="End the link").click()
    expect(page.locator("#main")).to_contain_text("Nothing is shared")
    watched.page.reload()
    expect(watched.page.locator("h1")).to_have_text("Ended")
    watched.page.close()
    context.close()


def test_the_snippet_follows_the_options(relay: Relay, browser: Browser) -> None:
    """The snippet changes with each option, and is copied as shown."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{relay.url}/console/embed")
    page.get_by_label("The relay's public address").fill("https://relay.example.com")
    page.get_by_label("Consent").select_option("manual")
    page.get_by_label("Log to the browser's console").check()
    wanted = (
        '<script async src="https://relay.example.com/playrelay.js" data-consent="manual" '
        "data-debug></script>"
    )
    expect(page.locator("#snippet-text")).to_have_text(wanted)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == wanted
    context.close()


def test_the_check_tells_at_which_step_pings_are_lost(relay: Relay, browser: Browser) -> None:
    """The check shows each step once it is reached: not loaded, not allowed, loaded, arrived."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console/embed")
    asked, checked = page.locator("#page"), page.locator("#checked")
    asked.fill("https://foreign.example/film")
    expect(checked).to_contain_text("https://foreign.example is not allowed to send pings")
    expect(checked).to_contain_text("has loaded the script since the relay started")
    headers = {"referer": "https://foreign.example/"}
    httpx.get(f"{relay.url}/playrelay.js", headers=headers).raise_for_status()
    expect(checked).to_contain_text("A page loaded the script")
    refused = httpx.post(
        f"{relay.url}/v1/progress", json={}, headers={"origin": "https://foreign.example"}
    )
    assert refused.status_code == 403
    expect(checked).to_contain_text("refused")

    asked.fill(f"{relay.url}/demo")
    demo = browser.new_page()
    demo.goto(f"{relay.url}/demo")
    demo.locator("video").evaluate("clip => clip.play()")
    expect(checked).to_contain_text("Pings arrive")
    page.close()
    demo.close()


def test_the_doctor_examines(relay: Relay, browser: Browser) -> None:
    """The page runs the checks and shows their findings."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console/doctor")
    page.get_by_role("button", name="Run the checks").click()
    expect(page.locator("#findings li")).to_have_count(11)
    expect(page.locator("#findings")).to_contain_text("accepts writes")
    page.close()


def test_the_keyboard_is_enough(relay: Relay, browser: Browser) -> None:
    """The keyboard leads over the navigation to a page, and past the navigation to its content."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console")
    tab_to(page, "nav a[href='/console/media']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Media")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_the_focus_stays_where_a_page_renews_itself(relay: Relay, browser: Browser) -> None:
    """A link that has it keeps it, and what is the same is not read out again."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console")
    link = page.locator("main").get_by_role("link", name="Show").first
    link.focus()
    link.evaluate("link => { link.dataset.old = 'yes'; }")
    expect(page.locator("#announcement")).to_contain_text("HubSpot rejected")
    page.evaluate(
        "() => { window.announced = 0; new MutationObserver(() => window.announced++)"
        ".observe(document.getElementById('announcement'), "
        "{childList: true, characterData: true}); }"
    )
    expect(link).not_to_have_attribute("data-old", "yes")
    expect(link).to_be_focused()
    assert page.evaluate("window.announced") == 0
    page.close()


def test_figures_stay_fresh(relay: Relay, browser: Browser) -> None:
    """The page of now follows what happens, without being loaded again."""
    page = browser.new_page()
    page.goto(f"{relay.url}/console")
    plays = page.locator(".figure").filter(has_text="Plays begun").locator("dd")
    before = plays.inner_text()
    send_play(relay, sessionId="one more")
    expect(plays).not_to_have_text(before)
    page.close()
