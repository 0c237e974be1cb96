"""The campaign that led a visitor: what the `utm_` parameters of an address say."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from app.domain.privacy import is_personal
from app.domain.text import tidy

VALUE_LIMIT = 100
"""Characters of a parameter that are kept."""

QUERY_LIMIT = 4_096
"""Characters of a query that are searched."""


class Campaign(NamedTuple):
    """Source, medium and name; each is "" where the address does not say it."""

    source: str = ""
    medium: str = ""
    name: str = ""


NO_CAMPAIGN = Campaign()


def campaign_in(query: str | None) -> Campaign:
    """Read a query: the first of each parameter. A value that names a person is dropped."""
    if not query or "utm_" not in query:
        return NO_CAMPAIGN
    given = dict(reversed(parse_qsl(query[:QUERY_LIMIT].lstrip("?#&"))))
    return Campaign(*(_value(given.get(name)) for name in _PARAMETERS))


def campaign_of(url: str | None) -> Campaign:
    """Read the campaign from an address."""
    if not url or "utm_" not in url:
        return NO_CAMPAIGN
    try:
        return campaign_in(urlsplit(url).query)
    except ValueError:
        return NO_CAMPAIGN


_PARAMETERS = ("utm_source", "utm_medium", "utm_campaign")


def _value(text: str | None) -> str:
    return "" if text is None or is_personal(text) else tidy(text)[:VALUE_LIMIT].rstrip()
