"""The output of `playrelay embed` works in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from app.web.tracker.build import read_build
from tests.browser.demo_kit import Relay
from tests.browser.embed_kit import Embed, passed, ready, watch_it_through
from tests.browser.hosts import Site
from tests.browser.player import video

VIOLATIONS = """<script nonce="ours">
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
</script>"""


@pytest.mark.usefixtures("contact")
def test_the_pinned_tag_loads_its_own_build(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """Its hash is right; adapters come from the same build, pings go to the relay."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.put(video() + embed("--pinned")))
    ready(page)
    assert watch_it_through(page, site, relay)["state"] == "STARTED"
    of_relay = [url.removeprefix(relay.url) for url in asked if url.startswith(relay.url)]
    scripts = {path for path in of_relay if path.endswith(".js")}
    folder = f"/builds/{read_build().name}/"
    assert {f"{folder}playrelay.js", f"{folder}adapters/view.js"} <= scripts
    assert all(path.startswith(folder) for path in scripts)
    assert set(of_relay) - scripts == {"/v1/progress"}


def test_another_script_than_the_pinned_one_does_not_run(
    page: Page, site: Site, embed: Embed
) -> None:
    """A hash that is not the script's, and the page goes on without it."""
    tag = re.sub(
        r"sha384-.",
        lambda found: f"sha384-{'B' if found[0][-1] == 'A' else 'A'}",
        embed("--pinned"),
    )
    refused = tag.replace("<script ", '<script onerror="window.refused = true" ')
    page.goto(site.put(refused))
    passed(page, "window.refused")
    assert page.evaluate("typeof playrelay") == "undefined"


@pytest.mark.usefixtures("contact")
def test_the_import_map_checks_the_adapters(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """An adapter with its own hash is loaded; one with another's is not, and the page goes on."""
    printed = embed("--import-map", "--consent", "none")
    view, frames = (read_build().integrity(f"adapters/{name}.js") for name in ("view", "frames"))
    failures: list[str] = []
    page.on("console", lambda said: failures.append(said.text))
    page.goto(site.put(video() + printed.replace(view, frames)))
    ready(page)
    with pytest.raises(Error, match="dynamically imported module"):
        page.evaluate(
            "url => import(url)", f"{relay.url}/builds/{read_build().name}/adapters/view.js"
        )
    assert any("integrity" in text for text in failures)
    page.goto(site.put(video() + printed))
    ready(page)
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


@pytest.mark.usefixtures("contact")
def test_stub_and_policy_as_printed_are_enough(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """On a page that allows nothing else, an early call is handled, and nothing is violated."""
    printed = "; ".join(embed("--csp", "--stub", "--import-map").splitlines())
    printed = printed.replace("script-src ", "script-src 'nonce-ours' ")
    site.headers["Content-Security-Policy"] = f"default-src 'none'; media-src 'self'; {printed}"
    early = '<script nonce="ours">playrelay.consent(true)</script>'
    hashes, stub, script = embed("--import-map", "--stub", "--consent", "manual").splitlines()
    page.goto(site.put(VIOLATIONS + video() + hashes + stub + early + script))
    ready(page)
    assert page.evaluate("violations") == []
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


@pytest.mark.usefixtures("contact")
def test_a_nonce_is_enough_under_strict_dynamic(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """The script hands its trust on to its adapters."""
    site.headers["Content-Security-Policy"] = (
        "default-src 'none'; media-src 'self'; script-src 'nonce-ours' 'strict-dynamic'; "
        f"connect-src {relay.url}"
    )
    script = embed().replace("<script ", '<script nonce="ours" ')
    page.goto(site.put(VIOLATIONS + video() + script))
    ready(page)
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


def test_a_page_may_read_when_to_come_back(page: Page, site: Site, tmp_path: Path) -> None:
    """`Retry-After` of a refusal is no secret to a script of another origin."""
    with Relay(tmp_path, PLAYRELAY_PINGS_PER_MINUTE="1") as busy:
        page.goto(site.put(""))
        answers = page.evaluate(
            """async (url) => {
                const ask = () => fetch(url, { method: "POST", body: "{}" });
                await ask();
                const { status, headers } = await ask();
                return [status, headers.get("Retry-After")];
            }""",
            f"{busy.url}/v1/progress",
        )
    assert answers[0] == 429
    assert int(answers[1]) >= 1
