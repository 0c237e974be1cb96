"""The demo's other media: a tune, a document, and the switch between them."""

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.demo_kit import (
    PATIENCE,
    WHOLE_PLAY,
    Relay,
    event_values,
    open_demo,
    play_to_the_end,
    rows,
    tab_to,
    watch_for_complaints,
)

expect.set_options(timeout=PATIENCE * 1000)


def test_a_tune_arrives_like_a_film(relay: Relay, page: Page) -> None:
    """The same seven events, of another medium; what played before is paused."""
    open_demo(page, relay)
    page.locator("video").evaluate("clip => clip.play()")
    page.get_by_role("button", name="Audio").click()
    expect(page.locator("video")).to_be_hidden()
    assert page.locator("video").evaluate("clip => clip.paused")
    play_to_the_end(page, "audio")
    tune = rows(page).filter(has_text="Twelve notes")
    expect(tune).to_have_count(len(WHOLE_PLAY))
    assert event_values(tune) == WHOLE_PLAY
    expect(tune.filter(has_text="100 % heard")).to_have_count(1)


def test_a_document_arrives_as_far_as_it_was_in_the_window(relay: Relay, browser: Browser) -> None:
    """A quarter after the other comes into view; the adapter's own events move the marks."""
    page = browser.new_page(viewport=ViewportSize(width=1280, height=700))
    complaints = watch_for_complaints(page)
    open_demo(page, relay)
    page.get_by_role("button", name="Document").click()
    paper = page.locator("article")
    marks = page.locator(".marks li")
    for quarter in range(4):
        paper.evaluate(
            "(paper, part) => scrollTo(0, scrollY"
            " + paper.getBoundingClientRect().top + paper.offsetHeight * part)",
            quarter / 4,
        )
        expect(marks.nth(quarter)).to_have_class("reached")
        if quarter < 2:  # the last quarter is still below the window
            expect(marks.nth(3)).not_to_have_class("reached")
    arrived = rows(page).filter(has_text="How a play is counted")
    whole = {pair for pair in WHOLE_PLAY if pair[0] != "attention-span"}
    expect(arrived).to_have_count(len(whole))
    assert event_values(arrived) == whole
    expect(page.locator("#again")).to_have_class("again due")
    assert complaints == []


def test_it_works_by_keyboard(relay: Relay, page: Page) -> None:
    """Tab reaches the switch and the player, space presses and plays."""
    open_demo(page, relay)
    tab_to(page, "button[data-medium=audio]")
    page.keyboard.press("Space")
    expect(page.locator("audio")).to_be_visible()
    tab_to(page, "audio")
    page.keyboard.press("Space")
    expect(rows(page).last).to_contain_text("Play started")  # the newest stands first


def test_a_new_play_is_of_the_same_medium(relay: Relay, page: Page) -> None:
    """The link leads back to what was on show; a name that is no medium's shows the film."""
    open_demo(page, relay)
    page.get_by_role("button", name="Document").click()
    page.get_by_role("link", name="New play").click()
    expect(page.locator("article")).to_be_visible()
    expect(page.get_by_role("button", name="Document")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{relay.url}/demo?medium=constructor")
    expect(page.locator("video")).to_be_visible()
