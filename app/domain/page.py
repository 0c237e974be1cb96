"""The page of a play, as HubSpot receives it.

A HubSpot page is named by its id. Any other page is named by address and title, and by the
context EXTERNAL_PAGE; the context EMAIL overrides both, because only the embed can know that a
mail led to the player.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, get_args

import msgspec

from app.domain.privacy import scrub
from app.domain.text import clean, readable
from app.domain.url import Url, parse_url, readable_host

REMEMBERED = 256
"""Descriptions kept in memory: the pings of a view repeat the same words, and so do visitors."""

LONG_REMEMBERED = 8
"""Addresses longer than those that are sent, kept in memory: enough for the plays of a request."""

PageContext = Literal["EMAIL", "EXTERNAL_PAGE"]
CONTEXTS: tuple[PageContext, ...] = get_args(PageContext)

# HubSpot publishes no limits. These hold what browsers and search engines show of either.
URL_LIMIT = 2048  # characters
NAME_LIMIT = 255  # code points

_PAGE_FILE = re.compile(
    r"(?:^(?:index|default))?\.(?:[xsp]?html?|php\d?|aspx?|jspx?|cfm|cgi)$", re.IGNORECASE
)


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page; None is what is not known, or not to be said.

    `url` is absolute, at most 2048 characters, fit to be sent; `name` at most 255 code points.
    """

    page_id: int | None = None
    url: str | None = None
    name: str | None = None
    context: PageContext | None = None


def describe_page(
    *,
    page_id: int | None,
    page_url: str | None,
    page_name: str | None,
    context: str | None,
    referer: str | None,
) -> Page:
    """Describe the page for HubSpot, from the ping and its Referer; never raises.

    A page without id and address has `url` None: HubSpot would refuse it, and the
    caller decides what becomes of the play. Describing the result again gives the same result.
    """
    name, from_mail = clean(page_name, NAME_LIMIT), context == "EMAIL"
    describe: Callable[..., Page] = _describe
    if max(len(page_url or ""), len(referer or "")) > URL_LIMIT:
        describe = _describe.__wrapped__  # only what is short is remembered
    return describe(page_id, page_url, name, referer, from_mail=from_mail)


@lru_cache(REMEMBERED)
def _describe(
    page_id: int | None,
    page_url: str | None,
    name: str | None,
    referer: str | None,
    *,
    from_mail: bool,
) -> Page:
    url = _address(page_url)
    if page_id:  # HubSpot counts from 1: a 0 is a template that found no id
        return Page(page_id, _sendable(url), name, "EMAIL" if from_mail else None)
    url = url or _address(referer)
    return Page(
        page_id=None,
        url=_sendable(url),
        name=name or _name_from(url),
        context="EMAIL" if from_mail else "EXTERNAL_PAGE",
    )


def context_of(said: str | None) -> PageContext | None:
    """The context that is meant, however it is written; None: none of HubSpot's."""
    return next((known for known in CONTEXTS if said and known == said.strip().upper()), None)


def _address(text: str | None) -> Url | None:
    """Taken apart and cleaned once, however many plays of a page differ in other words."""
    if not text:
        return None
    return _short_address(text) if len(text) <= URL_LIMIT else _long_address(text)


def _parse(text: str) -> Url | None:
    url = parse_url(text, routes=True)
    return scrub(url) if url else None


_short_address = lru_cache(REMEMBERED)(_parse)
_long_address = lru_cache(LONG_REMEMBERED)(_parse)


def _sendable(url: Url | None) -> str | None:
    return url.fit(URL_LIMIT) if url else None


def _name_from(url: Url | None) -> str | None:
    """Say the path in words: "/pricing/plans-2024.html" → "Pricing / Plans 2024"; "/": the host."""
    if url is None:
        return None
    words = (readable(_PAGE_FILE.sub("", segment)) for segment in url.segments)
    return clean(" / ".join(filter(None, words)), NAME_LIMIT) or readable_host(url.host)
