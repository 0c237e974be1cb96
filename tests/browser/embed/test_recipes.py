"""The recipes of docs/EMBED.md, run in a browser as they stand there."""

import json

import pytest
from playwright.sync_api import Page, Route

from app.web.tracker.build import STATIC
from tests.browser.demo_kit import Relay
from tests.browser.embed_kit import Embed, ended, first_event, passed, ready, watch_it_through
from tests.browser.hosts import Site
from tests.browser.player import leave, play, video

TAG_MANAGER = """(markup) => {
    const holder = document.createElement("div");
    holder.innerHTML = markup;
    for (const { text, src } of holder.querySelectorAll("script")) {
        const script = document.createElement("script");
        if (src) script.src = src; // other attributes are lost
        else script.text = text;
        document.body.append(script);
    }
}"""
"""Parses markup and makes its scripts anew, as tag managers do."""


def test_the_tag_managers_recipe_keeps_its_attributes(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """Injected as a tag manager does: the markup is parsed, its scripts are made anew.

    Without a cookie or a banner the default would send nothing: so the attribute was read.
    """
    recipe = embed.shown("html", "createElement").replace('"hubspot"', '"none"')
    page.goto(site.put(video()))
    page.evaluate(TAG_MANAGER, recipe)
    ready(page)
    with page.expect_request(f"{relay.url}/v1/progress"):
        play(page, rate=8)
        ended(page)


@pytest.mark.usefixtures("contact")
def test_a_plain_tag_in_a_tag_manager_works_with_the_defaults(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """An attribute that is lost costs its meaning, not the script."""
    page.goto(site.put(video()))
    page.evaluate(TAG_MANAGER, embed("--consent", "none"))
    ready(page)
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


@pytest.mark.usefixtures("contact")
def test_without_a_current_script_the_element_is_found(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """A manager that runs the script's text itself leaves the browser no current script."""
    inert = embed("--consent", "none").replace("<script ", '<script type="text/plain" ')
    page.goto(site.put(video() + inert))
    page.evaluate(
        "(url) => fetch(url).then((answer) => answer.text())"
        ".then((text) => setTimeout(new Function(text)))",
        f"{relay.url}/playrelay.js",
    )
    ready(page)
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


@pytest.mark.usefixtures("contact")
def test_the_recipes_for_single_page_applications_run(
    page: Page, site: Site, relay: Relay, embed: Embed
) -> None:
    """A player of its own kind reports itself; one outside the document is watched."""
    recipe = embed.shown("js", "Configurator").replace("/interview.mp3", "/clips/tone.webm")
    page.goto(site.put(embed("--consent", "none")))
    ready(page)
    page.evaluate("addEventListener('playrelay:progress', () => (window.reported = true))")
    page.evaluate(recipe)
    passed(page, "window.reported")  # what names it has been loaded
    leave(page)
    body = first_event(relay, site)
    assert (body["mediaName"], body["mediaType"]) == ("Configurator", "OTHER")


@pytest.mark.usefixtures("contact")
def test_the_module_runs_as_shown(page: Page, site: Site, relay: Relay, embed: Embed) -> None:
    """Imported by its name, with the options of the recipe."""

    def from_package(route: Route) -> None:
        path = STATIC / route.request.url.partition("/npm/")[2]
        route.fulfill(content_type="text/javascript", body=path.read_text("utf-8"))

    page.route("**/npm/**", from_package)
    (entry,) = _exports()
    names = json.dumps({"imports": {"playrelay": f"/npm/{entry}"}})
    recipe = embed.shown("js", 'from "playrelay"')
    page.goto(
        site.put(
            f'<script type="importmap">{names}</script>{video()}'
            f'<script type="module">{recipe}; window.done = true</script>'
        )
    )
    passed(page, "window.done")
    assert watch_it_through(page, site, relay)["state"] == "STARTED"


def _exports() -> list[str]:
    package = json.loads((STATIC / "package.json").read_text("utf-8"))
    return [package["exports"]["."]["default"].removeprefix("./")]


def test_milestones_reach_another_tool_as_shown(page: Page, site: Site, embed: Embed) -> None:
    """Milestones reach the other tool even if nothing may be sent to the relay."""
    recipe = embed.shown("html", "playrelay:milestone")
    page.goto(site.put(video(attributes='title="A clip"') + recipe + embed("--consent", "manual")))
    ready(page)
    play(page, rate=8)
    ended(page)
    passed(page, "window.dataLayer?.length == 4")
    expected = [
        {"event": "media_milestone", "percent": percent, "title": "A clip"}
        for percent in (25, 50, 75, 100)
    ]
    assert page.evaluate("dataLayer") == expected
