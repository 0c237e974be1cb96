"""The traits by which plays can be filtered: site, page, whether an email led there, campaign."""

from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from app.domain.campaign import campaign_of
from app.domain.page import Page
from app.domain.play import Play

MAIL, WEBSITE = "mail", "page"

REMEMBERED = 1_024
"""Traits in the cache: plays share their pages, and each ping counts its play again."""


class Traits(NamedTuple):
    """The traits of a play; or of a filter, where "" matches any."""

    site: str = ""
    page: str = ""
    context: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""

    def allow(self, other: "Traits") -> bool:
        """Whether this filter matches a play with the other traits."""
        return all(wanted in ("", found) for wanted, found in zip(self, other, strict=True))


OTHERS = Traits()
"""Stands for all plays beyond the distinguished traits; no play has it: each has a context."""

OTHERS_DIGEST = 0


def traits_of(play: Play) -> Traits:
    """The traits of a play. The campaign is that of the arrival address, or else of the page."""
    return _known(play.site, play.page[2])[0]


def digest_of(play: Play) -> int:
    """A signed 64-bit digest by which a play's traits are stored."""
    return _known(play.site, play.page[2])[1]


@lru_cache(REMEMBERED)
def _known(site: str, page: Page) -> tuple[Traits, int]:
    led = page.campaign if any(page.campaign) else campaign_of(page.url)
    traits = Traits(
        site=site,
        page=page_name(page),
        context=MAIL if page.context == "EMAIL" else WEBSITE,
        utm_source=led.source,
        utm_medium=led.medium,
        utm_campaign=led.name,
    )
    digest = blake2b("\0".join(traits).encode(), digest_size=8).digest()
    return traits, int.from_bytes(digest, "big", signed=True)


def page_name(page: Page) -> str:
    """A page's name, for people."""
    return f"page {page.page_id}" if page.page_id else page.url or "an unknown page"
