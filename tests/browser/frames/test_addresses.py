"""The tracker's part of tests/media_addresses.json: what it tells of a frame's address.

The relay's part is that it takes every other address of the film for the same one.
"""

import json

from playwright.sync_api import Page

from tests.browser.hosts import Collector, Site
from tests.places import MEDIA_ADDRESSES

CASES = json.loads(MEDIA_ADDRESSES.read_text())


def test_a_frames_address_names_the_film(page: Page, site: Site, collector: Collector) -> None:
    """The vendor's one address, as the relay chooses it too."""
    page.goto(site.put("Nothing"))
    reported = page.evaluate(
        """([relay, cases]) => Promise.all(cases.map(async ({ adapter, frames }) => {
            const vendor = (await import(`${relay}/adapters/${adapter}.js`)).default;
            return frames.map((frame) => vendor.address(new URL(frame)));
        }))""",
        [collector.url, CASES],
    )
    assert reported == [[case["film"]] * len(case["frames"]) for case in CASES]
