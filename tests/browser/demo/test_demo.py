"""The demo, end to end: a real relay process, a real Chromium, and what its page shows."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.demo.routes import duration, stream
from app.sandbox.ledger import Ledger
from tests.browser.demo_kit import (
    PATIENCE,
    WHOLE_PLAY,
    Relay,
    event_values,
    events,
    open_demo,
    play_to_the_end,
    rows,
    send_play,
    watch_for_complaints,
)

expect.set_options(timeout=PATIENCE * 1000)


def test_a_play_to_the_end_shows_every_event_and_the_page_is_clean(
    relay: Relay, page: Page
) -> None:
    """Seven events arrive, nothing is an error in the console, no other host is asked."""
    complaints = watch_for_complaints(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    open_demo(page, relay)
    expect(page.get_by_text("Nothing has arrived yet")).to_be_visible()
    play_to_the_end(page)

    expect(rows(page)).to_have_count(len(WHOLE_PLAY))
    expect(page.get_by_text("Nothing has arrived yet")).to_be_hidden()
    assert event_values(rows(page)) == WHOLE_PLAY
    expect(page.locator("#coverage-value")).to_have_text("100 %")
    expect(page.locator(".marks .reached")).to_have_count(4)
    assert complaints == []
    assert hosts - {""} == {urlsplit(relay.url).netloc}  # "": the icon is a data: address


def test_a_page_opened_later_shows_what_arrived_before(relay: Relay, browser: Browser) -> None:
    """The stream begins with the events that the sandbox holds."""
    send_play(relay, mediaName="Earlier", playedPercent=30)
    first, later = browser.new_page(), browser.new_page()
    open_demo(first, relay)
    expect(rows(first)).to_have_count(2)
    open_demo(later, relay)
    expect(rows(later)).to_have_count(2)
    assert event_values(rows(later)) == {
        ("media-played", "STARTED"),
        ("media-played-percent", "25"),
    }


def test_a_strangers_plays_wait_and_a_contacts_arrive(relay: Relay, page: Page) -> None:
    """The page says how many events wait; only the contact's session reaches the sandbox."""
    open_demo(page, relay)
    page.get_by_role("link", name="A stranger").click()
    expect(page.get_by_role("link", name="A stranger")).to_have_attribute("aria-current", "true")
    play_to_the_end(page)
    expect(page.locator("#waiting")).to_contain_text(f" {len(WHOLE_PLAY)} events wait")
    page.wait_for_function(
        "async (line) => (await (await fetch('/metrics')).text()).includes(line)",
        arg='playrelay_contact_lookups_total{answer="stranger"} 1.0',
    )
    expect(rows(page)).to_have_count(0)

    page.get_by_role("link", name="A known contact").click()
    expect(page.locator("#waiting")).to_be_hidden()
    play_to_the_end(page)
    expect(rows(page)).to_have_count(len(WHOLE_PLAY))
    assert event_values(rows(page)) == WHOLE_PLAY
    assert len(set(rows(page).evaluate_all("all => all.map((row) => row.dataset.session)"))) == 1


def test_the_attention_strip_is_darker_where_more_was_watched(relay: Relay, page: Page) -> None:
    """A stretch a run, none where nothing was watched, with the figures in words."""
    send_play(relay, mediaName="Twice", duration=40, watched=[[1, 2], [3, 1], [0, 1]])
    open_demo(page, relay)
    strip = page.get_by_role("img", name="3 of 4 spans watched, up to 3 times, 30 s")
    expect(strip).to_be_visible()
    drawn = strip.locator("rect").evaluate_all(
        "all => all.map((rect) => ['class', 'x', 'width'].map((name) => rect.getAttribute(name)))"
    )
    assert drawn == [["times-1", "0", "50"], ["times-3", "50", "25"]]


def test_markup_in_an_event_stays_text(relay: Relay, page: Page) -> None:
    """A media name that a stranger's page sends is shown as text, never interpreted."""
    name = "<img src=x onerror=alert(1)><b>bold</b>"
    send_play(relay, mediaName=name)
    open_demo(page, relay)
    expect(rows(page)).to_contain_text(name)
    expect(page.locator(".timeline img, .timeline b")).to_have_count(0)


def test_the_speed_buttons_follow_the_player(relay: Relay, page: Page) -> None:
    """The player's own menu may change the speed: the pressed button says what it is."""
    open_demo(page, relay)
    clip = page.locator("video")
    button = page.get_by_role("button", name="4×")
    button.click()
    assert clip.evaluate("clip => clip.playbackRate") == 4
    expect(button).to_have_attribute("aria-pressed", "true")
    clip.evaluate("clip => { clip.playbackRate = 2; }")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_jump_leaves_a_gap_in_the_coverage(relay: Relay, page: Page) -> None:
    """A seek to the end is no watching: the last mark stays unreached."""
    open_demo(page, relay)
    clip = page.locator("video")
    clip.evaluate("clip => { clip.currentTime = clip.duration - 0.2; return clip.play(); }")
    expect(page.locator("#again")).to_have_class("again due")
    expect(page.locator(".marks .reached")).to_have_count(0)


@pytest.mark.parametrize("medium", ["video", "audio", "document"])
def test_a_phone_needs_no_sideways_scrolling(relay: Relay, browser: Browser, medium: str) -> None:
    """The page needs none even if an event has a long unbroken name."""
    send_play(relay, mediaName="x" * 200, pageUrl=f"https://example.com/{'y' * 300}")
    page = browser.new_page(viewport=ViewportSize(width=320, height=640))
    open_demo(page, relay, f"?medium={medium}")
    expect(page.locator(f"button[data-medium={medium}]")).to_have_attribute("aria-pressed", "true")
    rows(page).first.locator("summary").click()
    expect(rows(page).first.locator("pre")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_stop_ends_the_open_stream_and_the_page_finds_the_next_relay(
    relay: Relay, page: Page, tmp_path: Path
) -> None:
    """SIGTERM cuts no stream off by patience; the list survives and goes on without repeats."""
    send_play(relay, mediaName="Before")
    open_demo(page, relay)
    expect(rows(page)).to_have_count(1)
    relay.stop()
    assert not [line for line in relay.log if "graceful shutdown exceeded" in line]
    state = page.locator("#connection")
    expect(state).to_have_attribute("data-state", "lost")

    with Relay(tmp_path, relay.port) as next_relay:
        expect(state).to_have_text("Live")
        send_play(next_relay, sessionId="another", mediaName="After")
        expect(rows(page)).to_have_count(2)


def test_a_reconnection_repeats_nothing(relay: Relay, page: Page) -> None:
    """Each stream starts from the beginning; what is shown already is not shown again."""
    streams = iter(["a", "ab", "abc"])  # each ends at once, so the page connects again
    page.route(
        "**/demo/events",
        lambda route: route.fulfill(
            content_type="text/event-stream", body=events(next(streams, "abc"))
        ),
    )
    page.goto(f"{relay.url}/demo")
    expect(rows(page).first).to_contain_text("Event c")
    expect(rows(page)).to_have_count(3)


@pytest.mark.parametrize("path", ["/", "/demo", "/demo/website.js", "/demo/tune.mp3"])
def test_head_finds_what_get_would(relay: Relay, path: str) -> None:
    """The same status and type, and no body."""
    head, full = httpx.head(relay.url + path), httpx.get(relay.url + path)
    assert head.status_code == full.status_code < 400
    assert head.headers.get("content-type") == full.headers.get("content-type")
    assert head.content == b""


async def test_an_event_between_subscription_and_backlog_is_streamed_once() -> None:
    """News that comes while the backlog is being written stands in the stream once."""
    ledger = Ledger()
    keep(ledger)
    messages = stream(ledger)
    await anext(messages)
    keep(ledger)
    ledger.close_streams()
    ids = [json.loads(message.partition(b"data: ")[2])["arrived"] async for message in messages]
    assert ids == [1, 2]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 second"), (45, "45 seconds"), (60, "1 minute"), (90, "90 seconds"), (300, "5 minutes")],
)
def test_the_settle_time_is_said_as_people_say_it(seconds: int, said: str) -> None:
    """Whole minutes as minutes, all else as seconds."""
    assert duration(seconds) == said


def keep(ledger: Ledger) -> None:
    """One more event; `arrived_ms` counts them."""
    ledger.keep(
        arrived_ms=ledger.kept + 1, event="media-played", body={}, contact_id=1, media_bridge_id=1
    )
