"""Pages that Chromium prepares before anybody has asked for them.

It prepares none while it is driven, so the pages lead themselves, and tell what they see by the
tracker.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.hosts import Collector, Site
from tests.browser.install import FLAGS
from tests.browser.player import script, video

SAYS = "playrelay.progress({{ externalId: {}, mediaType: 'OTHER', playedPercent: 10 }})"

FIRST = f"""
    <script type="speculationrules">
        {{"prerender": [{{"source": "list", "urls": ["/next"], "eagerness": "immediate"}}]}}
    </script>
    <script>
        const until = (condition) => new Promise((resolve) => {{
            const look = setInterval(() => condition() && resolve(clearInterval(look)), 20);
        }});
        (async () => {{
            await until(() => localStorage.prepared);
            const kept = localStorage.playrelay;
            const stored = new Promise((resolve) => {{
                addEventListener("playrelay:beforesend", resolve);
            }});
            {SAYS.format("'leaving with ' + kept")};
            await stored;
            await until(() => !localStorage.playrelay); // the relay has it
            location = "/next";
        }})();
    </script>
"""

NEXT = f"""
    {video("ten.webm", "muted controls autoplay")}
    <script>
        addEventListener("load", async () => {{
            v.playbackRate = 4;
            {SAYS.format("'prepared: ' + document.prerendering")};
            await import(document.querySelector("[src*=playrelay]").src + "/../adapters/view.js");
            // What is reported would be sent in idle time.
            for (let i = 0; i < 3; i++) await new Promise((idle) => requestIdleCallback(idle));
            localStorage.prepared = true;
        }});
    </script>
"""


@pytest.fixture
def alone(chromium_path: str, tmp_path: Path, site: Site) -> Iterator[None]:
    """A browser that nobody drives, at the site's first page."""
    flags = [each for each in FLAGS if each != "--disable-background-networking"]
    own = ["--headless=new", f"--user-data-dir={tmp_path}"]
    command = [chromium_path, *flags, *own, site.url + "/"]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=silent, stderr=silent) as running:  # noqa: S603 - our own
        yield
        running.terminate()


@pytest.fixture
def pages(site: Site, collector: Collector) -> None:
    """Both pages are there before the browser is."""
    site.put(FIRST + script(collector))
    site.put(NEXT + script(collector), "/next", "The next page")


@pytest.mark.usefixtures("pages", "alone")
def test_a_page_that_is_prepared_tells_nothing_before_it_is_seen(collector: Collector) -> None:
    """Neither what it says itself, nor a film that starts by itself; then both, each once."""
    collector.wait(lambda seen: any(play.get("ended") for play in seen.plays))
    reported = [play.get("externalId", "the film") for play in collector.plays]
    assert reported[0] == "leaving with undefined"
    assert set(reported[1:]) == {"prepared: true", "the film"}
    assert len(collector.views()) == 3
    film = collector.views()[-1]
    assert film.milestones == [25, 50, 75, 100]
    assert max(film.spans) == 1
    assert json.loads(collector.bodies[0])["plays"][0]["pageName"] == "A page"
