"""What plays can be told apart by: the site, the page, whether a mail led there, the campaign."""

from typing import NamedTuple

from app.domain.campaign import campaign_of
from app.domain.page import Page
from app.domain.play import Play

MAIL, WEBSITE = "mail", "page"


class Traits(NamedTuple):
    """Those of a play; or those that are asked for, "" where any will do."""

    site: str = ""
    page: str = ""
    context: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""

    def allow(self, other: "Traits") -> bool:
        """Whether a play with these others is asked for."""
        return all(wanted in ("", found) for wanted, found in zip(self, other, strict=True))


def traits_of(play: Play) -> Traits:
    """The campaign is that of the address the visitor arrived on, or else of the page's own."""
    page = play.page[2]
    led = page.campaign if any(page.campaign) else campaign_of(page.url)
    return Traits(
        site=play.site,
        page=page_name(page),
        context=MAIL if page.context == "EMAIL" else WEBSITE,
        utm_source=led.source,
        utm_medium=led.medium,
        utm_campaign=led.name,
    )


def page_name(page: Page) -> str:
    """A page's name, for people."""
    return f"page {page.page_id}" if page.page_id else page.url or "an unknown page"
