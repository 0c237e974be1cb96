"""Pages that are in the way: they override, hide and meddle, and must see no error for it."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.hosts import PATIENCE, STATIC, Collector, Site
from tests.browser.player import ended, leave, passed, play, ready, script, show, until, video

OVERRIDE = """() => {
    const no = () => { throw new Error("overridden") };
    window.fetch = XMLHttpRequest.prototype.send = navigator.sendBeacon = no;
    JSON.parse = JSON.stringify = no;
    EventTarget.prototype.addEventListener = no;
    Storage.prototype.getItem = Storage.prototype.setItem = no;
    Array.prototype.includes = Array.prototype.forEach = Array.prototype.reduce = no;
    String.prototype.replaceAll = String.prototype.startsWith = no;
    Object.prototype.meddled = "inherited";
}"""


def test_a_page_that_overrides_everything_is_borne(
    page: Page, site: Site, collector: Collector
) -> None:
    """`fetch`, `JSON` and prototypes are replaced by what throws, and the pings still go."""
    show(page, site, collector, video())
    play(page, rate=1, start=9.8)
    passed(page, "v.played.length")
    page.evaluate(OVERRIDE)
    ended(page)
    collector.wait_for_end()


FROZEN = """<script>
    for (const name of Object.getOwnPropertyNames(window)) {
        const { prototype } = Object(Object.getOwnPropertyDescriptor(window, name).value);
        if (prototype) Object.freeze(prototype);
    }
</script>"""

MODULE = """<script type="module">
    import { playrelay } from "/src/index.js";
    window.playrelay = playrelay({ relay: "%s", consent: "none" });
</script>"""


@pytest.mark.parametrize("module", [False, True], ids=["the script", "the module"])
def test_a_page_that_freezes_the_browsers_prototypes_is_measured(
    page: Page, site: Site, collector: Collector, *, module: bool
) -> None:
    """No method can be followed there: players in the page are found all the same."""
    site.folders["/src/"] = STATIC / "src"
    embed = MODULE % collector.url if module else script(collector)
    page.goto(site.put(FROZEN + video() + embed))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait_for_end()


STRICT = "script-src {}; connect-src {}; require-trusted-types-for 'script'; trusted-types 'none'"


@pytest.mark.parametrize("scripts", ["'nonce-n' 'strict-dynamic'", "{}"])
def test_a_page_that_trusts_no_text_is_measured(
    page: Page, site: Site, collector: Collector, scripts: str
) -> None:
    """A policy with Trusted Types: nothing of the tracker is a violation."""
    policy = STRICT.format(scripts.format(collector.url), collector.url)
    site.headers["Content-Security-Policy"] = policy
    violations: list[str] = []
    page.on("console", lambda said: violations.append(said.text) if said.type == "error" else None)
    embed = script(collector, 'data-consent="none" nonce="n"')
    page.goto(site.put(f'<div title="A film">{video(attributes="muted")}</div>{embed}'))
    play(page, rate=1, start=9.8)
    collector.wait_for_end()
    assert violations == []


def test_without_a_current_script_it_finds_itself(
    page: Page, site: Site, collector: Collector
) -> None:
    """A module, for example, has no `document.currentScript`."""
    page.goto(site.put(video() + script(collector, 'type="module" data-consent="none"')))
    ready(page)
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda seen: seen.plays)


@pytest.mark.parametrize("leap", [86_400_000, -86_400_000], ids=["ahead", "back"])
def test_a_clock_jump_changes_no_age(
    page: Page, site: Site, collector: Collector, leap: int
) -> None:
    """The wall clock leaps by a day while playing: coverage and the age of the play stay true."""
    show(page, site, collector, video())
    play(page)
    until(page, 3)
    page.evaluate("(leap) => { const { now } = Date; Date.now = () => now() + leap }", leap)
    ended(page)
    collector.wait_for_end()
    assert collector.view().milestones == [25, 50, 75, 100]
    for body in map(json.loads, collector.bodies):
        age = body["sentAt"] - body["plays"][0]["occurredTimestamp"]
        assert 0 <= age < PATIENCE * 1000


def test_the_browsers_own_methods_stay_what_they_are(
    page: Page, site: Site, collector: Collector
) -> None:
    """The methods that the tracker wraps look and fail as before."""
    show(page, site, collector, video())
    seen = page.evaluate(
        """() => {
            const { play } = HTMLMediaElement.prototype;
            let failure;
            try { Element.prototype.attachShadow.call(v, { mode: "open" }) }
            catch (error) { failure = error.name }
            return [play.name, play.length, String(play).includes("native code"), failure];
        }"""
    )
    assert seen == ["play", 0, True, "NotSupportedError"]


def test_there_is_one_global(page: Page, site: Site, collector: Collector) -> None:
    """The tracker adds one global name to the page, and no other."""
    page.goto(site.put(video()))
    before = set(page.evaluate("Object.keys(window)"))
    show(page, site, collector, video())
    play(page, rate=1, start=9.8)
    ended(page)
    collector.wait(lambda seen: seen.plays)
    assert set(page.evaluate("Object.keys(window)")) - before == {"playrelay"}
    leave(page)
