"""Names things for people: a medium, a page, a milestone."""

import re

from app.domain.media import Medium
from app.domain.milestones import EventType
from app.domain.play import Play
from app.domain.traits import page_name


def named(medium: Medium) -> str:
    """The name that HubSpot gets, or what identifies the medium."""
    return medium.name or medium.external_id or medium.url or f"medium {medium.bridge_id}"


def medium_of(play: Play) -> str:
    """The medium's name in quotation marks."""
    medium = play.medium
    has_name = medium.name or medium.external_id or medium.url
    return f"«{named(medium)}»" if has_name else named(medium)


def page_of(play: Play) -> str:
    """The page's address or id."""
    return page_name(play.page[2])


def title_of(play: Play) -> str:
    """The page's title; empty where it has none."""
    return play.page[2].name or ""


def place_of(play: Play) -> str:
    """The page's address without scheme and query, or its id. A fragment is a site's route."""
    return _SCHEME_OR_QUERY.sub("", page_of(play))


_SCHEME_OR_QUERY = re.compile(r"^https?://|\?[^#]*")


def milestone(event: EventType, value: str) -> str:
    """The milestone as marketers call it."""
    if event == "attention-span":
        return "attention span"
    return f"{value} %" if event == "media-played-percent" else value.lower()
