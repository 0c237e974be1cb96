"""What plays can be told apart by: the site, the page, whether a mail led there, the campaign."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from app.domain.page import Page
from app.domain.play import Play

MAIL, WEBSITE = "mail", "page"
VALUE_LIMIT = 100
"""Characters of a campaign's parameter; the rest says nothing to anybody."""


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
    """The campaign is what the page's address says."""
    page = play.page[2]
    said = _campaign(page.url)
    return Traits(
        site=play.site,
        page=page_name(page),
        context=MAIL if page.context == "EMAIL" else WEBSITE,
        utm_source=said.get("utm_source", ""),
        utm_medium=said.get("utm_medium", ""),
        utm_campaign=said.get("utm_campaign", ""),
    )


def page_name(page: Page) -> str:
    """A page's name, for people."""
    return f"page {page.page_id}" if page.page_id else page.url or "an unknown page"


def _campaign(url: str | None) -> dict[str, str]:
    if url is None or "utm_" not in url:
        return {}
    try:
        given = parse_qsl(urlsplit(url).query)
    except ValueError:
        return {}
    return {name: value.strip()[:VALUE_LIMIT] for name, value in reversed(given)}
